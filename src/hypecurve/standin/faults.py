"""How the stand-in misbehaves when it is told to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What GitHub does to its clients."""

    BAD_GATEWAY = "502"
    TOO_LARGE = "502 above a batch size"
    TRUNCATED = "JSON that ends in the middle"
    HTML = "a page for people instead of JSON"
    DROPPED = "the connection is cut"
    STALLED = "no answer at all"
    SECONDARY_LIMIT = "429 with retry-after"
    VAGUE_LIMIT = "403 that speaks of a secondary limit, and of no time"
    PRIMARY_LIMIT = "403 with nothing left until a reset"
    GRAPHQL_LIMIT = "200 with RATE_LIMITED"
    INCOMPLETE = "incomplete_results, and half of the items"
    PARTIAL = "some nodes null, with an error that blames nobody"
    EXPIRED = "401 Bad credentials"
    NONSENSE = "JSON of another shape"
    REDIRECT = "301 to wherever it was told"
    SLOW = "an answer that is held back until the stand-in is let go on"


@dataclass(slots=True)
class Fault:
    """One misbehaviour: on which kind of request, how often (None: always), and its figure.

    `seconds`: to wait, for limits. `above`: the batch size that is still answered.
    `share`: the part of a PARTIAL batch that is null, by repo: whoever asks for those again within
    the hour is told the same. 0: every third of a batch, whichever they are.
    """

    kind: FaultKind
    on: str = "any"
    times: int | None = 1
    after: int = 0
    """Requests of that kind that are answered well first."""
    seconds: float = 60.0
    above: int = 0
    share: float = 0.0
    location: str = ""
    """Where a REDIRECT leads."""


class Faults:
    """What is to go wrong; empty means that all is well."""

    def __init__(self) -> None:
        """Begin without any."""
        self._faults: list[Fault] = []
        self._poisoned: set[str] = set()

    def add(self, fault: Fault) -> None:
        """Let something go wrong from the next request on."""
        self._faults.append(fault)

    def hold(self, fault: Fault) -> None:
        """Let something go wrong before all that went wrong already."""
        self._faults.insert(0, fault)

    def lift(self, kind: FaultKind) -> None:
        """Let a kind of thing go wrong no more."""
        self._faults = [fault for fault in self._faults if fault.kind is not kind]

    def poison(self, node_id: str) -> None:
        """Let every GraphQL query that asks for this node fail with 502."""
        self._poisoned.add(node_id)

    def clear(self) -> None:
        """Let all be well again."""
        self._faults.clear()
        self._poisoned.clear()

    def take(self, resource: str, node_ids: Collection[str]) -> Fault | None:
        """Return what goes wrong with a request, and count it."""
        size = len(node_ids)
        if not self._poisoned.isdisjoint(node_ids):
            return Fault(FaultKind.BAD_GATEWAY)
        for fault in self._faults:
            if fault.on not in {"any", resource} or (fault.above and size <= fault.above):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.times is None:
                return fault
            if fault.times > 0:
                fault.times -= 1
                return fault
        return None
