"""What the stand-in Slack really took, when, and how fast: for counting what came twice."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was really taken, whatever the answer said."""

    at: float
    """Seconds of a monotonic clock."""
    team: str
    channel: str
    thread_ts: str
    ts: str
    key: str
    """The same for the same content, wherever it is posted."""


@dataclass(slots=True)
class Ledger:
    """Every message taken, the oldest first."""

    accepted: list[Accepted] = field(default_factory=list)
    gap: float = 0.0
    """Seconds that a channel's messages must keep from one another; 0: they need not."""
    limited: int = 0
    """How many messages came too soon."""
    _latest: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, team: str, channel: str, body: Mapping[str, Any], ts: str) -> bool:
        """Write a message down; False where it comes too soon."""
        now, place = time.monotonic(), (team, channel)
        if self.gap and now - self._latest.get(place, -math.inf) < self.gap:
            self.limited += 1
            return False
        self._latest[place] = now
        thread_ts = str(body.get("thread_ts", ""))
        self.accepted.append(Accepted(now, team, channel, thread_ts, ts, key_of(body)))
        return True

    def doubles(self) -> list[Accepted]:
        """Return the messages whose content their channel had already taken."""
        seen: set[tuple[str, str, str]] = set()
        found = []
        for each in self.accepted:
            place = (each.team, each.channel, each.key)
            if place in seen:
                found.append(each)
            seen.add(place)
        return found

    def least_gap(self) -> float:
        """Return the fewest seconds between two messages of one channel; inf where none has two."""
        latest: dict[tuple[str, str], float] = {}
        least = math.inf
        for each in self.accepted:
            place = (each.team, each.channel)
            least = min(least, each.at - latest.get(place, -math.inf))
            latest[place] = each.at
        return least


def key_of(body: Mapping[str, Any]) -> str:
    """Return what names the content of a body; with its picture or without, it is the same."""
    blocks = [block for block in body.get("blocks") or () if block["type"] != "image"]
    content = json.dumps([body.get("text"), blocks])
    return blake2b(content.encode(), digest_size=12).hexdigest()
