"""A sweep's batches: how large they are, and what an answer says of each node id; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypecurve.adapters.github.payloads import is_private, repo_from_node
from hypecurve.adapters.github.queries import SWEEP_SIZE
from hypecurve.domain.errors import SourceLimited, SourceRefused, SourceUnavailable
from hypecurve.domain.outside import clean
from hypecurve.domain.repo import Repo
from hypecurve.ports import Gone, SweepBatch

# Why a node is null, in GitHub's words and in ours. Any other reason means that GitHub failed,
# and that the repo is unknown, not gone.
_GONE = {"NOT_FOUND": "not found", "FORBIDDEN": "refused", "DMCA": "blocked", "TOS": "blocked"}
_LIMITS = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
_REFUSALS = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "UNPROCESSABLE"})


_PATIENT = 8  # failures in a row before we pause: 100 halves 7 times down to one repo
_OUTAGE = 12  # and after which it is not the size of the batches


class Course:
    """How a sweep goes: the batch is halved by a failure and doubled after a calm stretch.

    Each failure makes the stretch twice as long, so that a limit below 100 is not tried for ever.
    """

    def __init__(self) -> None:
        """Begin with whole batches."""
        self.size = SWEEP_SIZE
        self.has_answered = False
        self._failures = 0
        self._calm = 0
        self._needed = 4

    @property
    def is_outage(self) -> bool:
        """Say whether nothing has been answered for so long that asking on is of no use."""
        return self._failures >= _OUTAGE

    @property
    def pause(self) -> float:
        """Seconds to wait before the next batch."""
        return 5.0 * 2 ** (self._failures - _PATIENT) if self._failures >= _PATIENT else 0.0

    def failed(self, size: int) -> None:
        """Take note of a batch of `size` repos that was not answered."""
        self._failures += 1
        self._calm = 0
        if size > 1:
            self.size = size // 2
            self._needed *= 2

    def answered(self) -> None:
        """Take note of a batch that was."""
        self.has_answered = True
        self._failures = 0
        self._calm += 1
        if self._calm >= self._needed and self.size < SWEEP_SIZE:
            self.size = min(SWEEP_SIZE, self.size * 2)
            self._calm = 0


def batch(node_ids: Sequence[str], payload: object) -> tuple[SweepBatch, int]:
    """Read the answer to a sweep query: the batch and the points it cost.

    Errors beside data cost only the nodes they name. Without data: SourceLimited, SourceRefused
    (a query or token GitHub does not take), or SourceUnavailable.
    """
    if not isinstance(payload, Mapping):
        message = "GitHub sent a GraphQL answer that cannot be read."
        raise SourceUnavailable(message)
    errors = payload.get("errors")
    listed = errors if isinstance(errors, list) else []
    problems = [each for each in listed if isinstance(each, Mapping)]
    data = payload.get("data")
    nodes = data.get("nodes") if isinstance(data, Mapping) else None
    if not isinstance(nodes, list) or len(nodes) != len(node_ids):
        raise _whole(problems)
    whys = dict(filter(None, map(_why, problems)))
    repos: list[Repo] = []
    gone: list[Gone] = []
    failed: list[str] = []
    for place, (node_id, node) in enumerate(zip(node_ids, nodes, strict=True)):
        if is_private(node):
            gone.append(Gone(node_id, "not found"))
        elif node is None and place in whys:
            gone.append(Gone(node_id, whys[place]))
        else:
            try:
                repos.append(repo_from_node(node))
            except SourceUnavailable:
                failed.append(node_id)
    return SweepBatch(tuple(repos), tuple(gone), tuple(failed)), _cost(data)


def _why(problem: Mapping[str, object]) -> tuple[int, str] | None:
    """The node an error speaks of and why it is gone; None for errors of any other sort."""
    path, kind = problem.get("path"), problem.get("type")
    if not isinstance(path, list) or not isinstance(kind, str) or kind not in _GONE:
        return None
    # ["nodes", 3] is the repo itself; a longer path is one field of a repo that is there.
    match path:
        case ["nodes", int(place)]:
            return place, _GONE[kind]
    return None


def _whole(problems: Sequence[Mapping[str, object]]) -> Exception:
    """The error of an answer without data."""
    kinds = {str(problem.get("type")) for problem in problems}
    said = next((m for p in problems if isinstance(m := p.get("message"), str)), "no reason given")
    said = clean(said, 200)
    if kinds & _LIMITS or "rate limit" in said.lower():
        return SourceLimited(f"GitHub asks to slow down ({said}).")
    codes = {
        extension.get("code")
        for problem in problems
        if isinstance(extension := problem.get("extensions"), Mapping)
    }
    if kinds & _REFUSALS or "undefinedField" in codes:
        return SourceRefused(f"GitHub refuses the sweep's query ({said}).")
    return SourceUnavailable(f"GitHub answered a sweep without data ({said}).")


def _cost(data: object) -> int:
    limit = data.get("rateLimit") if isinstance(data, Mapping) else None
    cost = limit.get("cost") if isinstance(limit, Mapping) else None
    return cost if isinstance(cost, int) and not isinstance(cost, bool) else 1
