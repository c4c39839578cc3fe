"""The whole soak: weeks of everything going wrong, in some minutes.

    python tests/soak/run.py [--days 30] [--channels 200] [--seed N]

It prints its seed: the same one plans the same troubles. Exit status 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.soak_plan import plan
from support.soak_run import soak


def main() -> int:
    """Run it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    seed = random.SystemRandom().randrange(2**32) if asked.seed is None else asked.seed
    _say(f"seed {seed}: {asked.days} days, {asked.channels} channels")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="hypecurve-soak-") as folder:
        account = soak(
            plan(seed, asked.days, asked.channels),
            Path(folder) / "soak.db",
            lambda line: _say(f"  {line}"),
        )
    states = Counter(sent.state.value for sent in account.books.sent)
    told = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
    outcomes = Counter(row.outcome for rows in account.books.rows.values() for row in rows)
    _say(f"deliveries: {told}")
    _say("due times: " + ", ".join(f"{count:,} {what}" for what, count in outcomes.most_common()))
    _say(f"{len(account.said):,} signals; {time.perf_counter() - began:.0f} s")
    breaches = account.breaches()
    for line in breaches:
        _say(line)
    _say(f"{len(breaches)} promises broken (seed {seed})")
    return 1 if breaches else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
