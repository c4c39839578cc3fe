"""The replay of a folder: reading it, and each day through the pipeline, as the command does."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.figures import measured

from hypecurve.adapters.recorded.folder import Recording, read_folder
from hypecurve.adapters.sql.store import World, open_store
from hypecurve.bootstrap import load_taxonomy
from hypecurve.services.replay import Replayed, replay


def main() -> None:
    """`python -m bench.replaying FOLDER --until DATE`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--until", type=date.fromisoformat)
    asked = parser.parse_args()
    with measured("whole") as whole, tempfile.TemporaryDirectory() as folder:
        with measured("reading"):
            recording = read_folder(asked.folder, asked.until)
        done = asyncio.run(_replay(Path(folder) / "replay.db", recording))
        whole |= {"observations": done.observations, "repos": len(recording.repos)}
        whole |= {"days": done.days, "signals": sum(done.signals.values())}


async def _replay(file: Path, recording: Recording) -> Replayed:
    async with open_store(
        f"sqlite:///{file}",
        World("replay"),
        now=datetime.now(UTC),
        interval=timedelta(days=1),
        durable=False,
    ) as store:
        return await replay(store, load_taxonomy(), recording.replayed(), min_stars=500)


if __name__ == "__main__":
    main()
