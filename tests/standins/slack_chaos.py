"""Everything that can go wrong with a call to Slack, drawn by lot: for long runs.

Each kind is as likely as the others. What is drawn is counted in `drawn`, by its name.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from standins.slack_model import Fault, SlackChannel

CHANNEL = (
    *("not_in_channel", "channel_not_found", "is_archived", "restricted_action"),
    *("restricted_action_read_only_channel", "no_permission", "ekm_access_denied"),
)
"""A channel that refuses once does so a few times more, then it is well again."""
FORM = ("invalid_blocks", "msg_blocks_too_long")
OPEN = ("fatal_error", "internal_error", "500", "503", "hang", "dropped", "nonsense")
"""It may have been posted: half of them were."""
_LONGEST_REFUSAL = 4


class Chaos:
    """Lets a share of the calls go wrong; the same seed draws the same for the same calls."""

    def __init__(self, rate: float, rng: random.Random, hang: float) -> None:
        """`rate`: the share, 0 to 1; `hang`: seconds, longer than the client waits."""
        self.drawn: Counter[str] = Counter()
        self._rate = rate
        self._rng = rng
        self._hang = hang

    def fault(self, body: Mapping[str, Any], channel: SlackChannel | None) -> Fault:
        """Return how a call goes wrong, `Fault()` where it does not.

        `channel`: where a message is posted to; None for what is no message, which fails only in
        the ways that every call does.
        """
        if self._rng.random() >= self._rate:
            return Fault()
        kinds = ["ratelimited", *OPEN]
        if channel is not None:
            kinds += [*CHANNEL, *(FORM if body.get("blocks") else ())]
        kind = self._rng.choice(kinds)
        self.drawn[kind] += 1
        if kind in CHANNEL and channel is not None:
            channel.refusing = kind
            channel.refusals = self._rng.randint(1, _LONGEST_REFUSAL)
            return Fault()  # the channel itself refuses
        if kind == "ratelimited":
            return Fault.limited(self._rng.randint(1, 30))
        if kind in FORM:
            return Fault.refused(kind)
        return replace(self._open(kind), takes=self._rng.random() < 1 / 2)

    def _open(self, kind: str) -> Fault:
        match kind:
            case "hang":
                return Fault(status=503, seconds=self._hang)
            case "dropped":
                return Fault.DROPPED_BEFORE
            case "nonsense":
                return Fault.NONSENSE
            case "500" | "503":
                return Fault(status=int(kind))
            case _:
                return Fault.refused(kind)
