"""What GitHub says before it looks at a question: wrong token, spent limits, outages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypecurve.standin.answering import Answer, Question, say
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.limits import Limits

TOKEN = "made-up"  # noqa: S105 - a password to nothing
"""The token that the stand-in takes; any other is refused."""
_EXCEEDED = "API rate limit exceeded for user ID 1."
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."
_PAGE = b"<!DOCTYPE html><title>Unicorn!</title><p>This page is taking too long to load."


def refusal(question: Question, limits: Limits) -> Answer | None:
    """Return how a question is turned away, and count what it costs; None where it is not."""
    if question.token != TOKEN or question.suffers(FaultKind.EXPIRED):
        return say(401, "Bad credentials" if question.token else "Requires authentication")
    fault = question.fault
    if fault is not None and fault.kind in _FAULTY:
        return _FAULTY[fault.kind](question, fault, limits)
    # GraphQL counts by what a query costs, once it is known (see `graphql`).
    free = question.resource == "graphql" or question.path == "/rate_limit"
    if free or limits.use(question.resource, 1, question.clock):
        return None
    return say(403, _EXCEEDED)


def spoil(text: bytes, fault: Fault | None) -> bytes:
    """Return what arrives of an answer."""
    kind = fault.kind if fault else None
    if kind is FaultKind.HTML:
        return _PAGE
    return text[: len(text) // 2] if kind is FaultKind.TRUNCATED else text


def _bad_gateway(_question: Question, _fault: Fault, _limits: Limits) -> Answer:
    return say(502, "Server Error")


def _secondary(_question: Question, fault: Fault, _limits: Limits) -> Answer:
    return say(429, _SECONDARY, {"retry-after": f"{fault.seconds:.0f}"})


def _vague(_question: Question, _fault: Fault, _limits: Limits) -> Answer:
    return say(403, _SECONDARY)


def _primary(question: Question, fault: Fault, limits: Limits) -> Answer:
    limits.empty(question.resource, question.clock, fault.seconds)
    return say(403, _EXCEEDED)


def _graphql_limit(question: Question, fault: Fault, limits: Limits) -> Answer:
    limits.empty(question.resource, question.clock, fault.seconds)
    return Answer(200, {"errors": [{"type": "RATE_LIMITED", "message": _EXCEEDED}]})


def _redirect(_question: Question, fault: Fault, _limits: Limits) -> Answer:
    return say(301, "Moved Permanently", {"location": fault.location})


def _nonsense(_question: Question, _fault: Fault, _limits: Limits) -> Answer:
    return Answer(200, ["nonsense"])


_FAULTY: Mapping[FaultKind, Callable[[Question, Fault, Limits], Answer]] = {
    FaultKind.BAD_GATEWAY: _bad_gateway,
    FaultKind.TOO_LARGE: _bad_gateway,
    FaultKind.SECONDARY_LIMIT: _secondary,
    FaultKind.VAGUE_LIMIT: _vague,
    FaultKind.PRIMARY_LIMIT: _primary,
    FaultKind.GRAPHQL_LIMIT: _graphql_limit,
    FaultKind.NONSENSE: _nonsense,
    FaultKind.REDIRECT: _redirect,
}
