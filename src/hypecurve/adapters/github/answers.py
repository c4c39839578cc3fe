"""What an HTTP answer of GitHub's means: the JSON it carries, or the error it stands for.

Pure: status, headers and body in, value or SourceError out. The facts behind it are GitHub's
"Rate limits for the REST API" and "Best practices for using the REST API".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hypecurve.domain.errors import (
    SourceError,
    SourceGone,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.outside import clean
from hypecurve.domain.saying import Saying, to_say

MENDED = to_say(
    "set GITHUB_TOKEN to a valid one (github.com/settings/tokens; no scopes are needed)"
)
_NO_REASON = to_say("no reason given")
_LIMIT_WORDS = ("rate limit", "abuse detection")
_REDIRECTS = frozenset({301, 302, 307, 308})
_OK = 200
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _BLOCKED, _TOO_MANY = 401, 403, 404, 451, 429
_REDIRECTED, _SERVER_ERROR = 300, 500
_LIMITS_NOBODY = "rate limiting is not enabled"
# Why GitHub has closed a repo, by its own word for it, and how that is said of the repo.
_CLOSED = {
    "dmca": to_say("was taken down by GitHub after a copyright (DMCA) notice"),
    "tos": to_say("was disabled by GitHub for a breach of its terms of service"),
}


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a rate limit; `seconds` until it is whole again, by GitHub's own clock."""

    resource: str
    remaining: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Moved:
    """The thing asked for lives under another address now."""

    address: str


def quota(headers: Mapping[str, str], now: float) -> Quota | None:
    """Read the rate limit headers; `now` in Unix seconds serves where the Date header is missing.

    The wait is reckoned from the answer's own Date, so that a wrong clock here costs nothing.
    """
    try:
        remaining = int(headers["x-ratelimit-remaining"])
        reset = int(headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    resource = clean(headers.get("x-ratelimit-resource", "core"), 40)
    at = date(headers)
    return Quota(resource, remaining, max(0.0, reset - (at.timestamp() if at else now)))


def decipher(
    status: int, headers: Mapping[str, str], body: bytes, *, now: float, has_token: bool = True
) -> object:
    """Return the JSON of a good answer, Moved for a redirect; raise the SourceError of a bad one.

    SourceLimited carries `retry_after` where GitHub said it, and None where it only said "later".
    SourceGone's message is what is to be said of the repo, to be put behind its name.
    """
    if status == _OK:
        return _json(body)
    if status in _REDIRECTS and headers.get("location"):
        return Moved(headers["location"])
    raise _error(status, headers, body, now=now, has_token=has_token)


def _error(
    status: int, headers: Mapping[str, str], body: bytes, *, now: float, has_token: bool
) -> SourceError:
    told = _told(body)
    message = told.get("message")
    said = clean(message, 200) if isinstance(message, str) else ""
    if status == _UNAUTHORIZED:
        form = to_say("GitHub refuses the token ({reason}): {mended}.")
        if not has_token:
            form = to_say("GitHub wants a token: {mended}.")
        return SourceRefused(form, reason=said or Saying(_NO_REASON), mended=Saying(MENDED))
    # Before the limits: the last request of a budget may well meet a repo that is closed.
    if status in {_NOT_FOUND, _BLOCKED} or (status == _FORBIDDEN and "block" in told):
        return _gone(status, told)
    if status == _TOO_MANY or (status == _FORBIDDEN and _is_limit(headers, said)):
        form = to_say("GitHub asks to slow down ({reason}).")
        return SourceLimited(form, retry_after=_wait(headers, now), reason=said or status)
    if status >= _SERVER_ERROR or status < _REDIRECTED:
        form = to_say("GitHub answered {status}.")
        if said:
            form = to_say("GitHub answered {status}: {reason}.")
        return SourceUnavailable(form, status=status, reason=said)
    form = to_say("GitHub refuses the request ({status}: {reason}).")
    return SourceRefused(form, status=status, reason=said or Saying(_NO_REASON))


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        shown = clean(body[:60].decode("utf-8", "replace"), 40)
        form = to_say("GitHub answered something that is not JSON: '{answer}'.")
        raise SourceUnavailable(form, answer=shown) from None
    return value


def _told(body: bytes) -> Mapping[str, object]:
    try:
        value = _json(body)
    except SourceUnavailable:
        return {}
    return value if isinstance(value, Mapping) else {}


def _is_limit(headers: Mapping[str, str], said: str) -> bool:
    """Tell a limit from a refusal: a 403 with none of these marks is a real one."""
    return (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or any(words in said.lower() for words in _LIMIT_WORDS)
    )


def _wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, in the order GitHub asks for: retry-after, then the reset of the quota."""
    told = headers.get("retry-after", "")
    if told.isascii() and told.isdecimal():
        return float(told[:9])
    left = quota(headers, now)
    return left.seconds if left is not None and left.remaining == 0 else None


def limits_nobody(status: int, body: bytes) -> bool:
    """Say whether an Enterprise server answers to /rate_limit that it has no limits."""
    message = _told(body).get("message") if status == _NOT_FOUND else None
    return isinstance(message, str) and _LIMITS_NOBODY in message.lower()


def _gone(status: int, told: Mapping[str, object]) -> SourceError:
    if status == _NOT_FOUND and told:
        return SourceGone(to_say("is not there: it was deleted or made private, or never was"))
    if status == _NOT_FOUND:
        # A proxy or a wrong address says so too, of everything: no repo may be held gone for it.
        form = to_say("Something that is no GitHub API answered 404: check GITHUB_API_URL.")
        return SourceUnavailable(form)
    block = told.get("block")
    reason = block.get("reason") if isinstance(block, Mapping) else None
    if isinstance(reason, str) and reason in _CLOSED:
        return SourceGone(_CLOSED[reason], why=reason)
    if isinstance(reason, str) and (shown := clean(reason, 40)):
        form = to_say("was blocked by GitHub ({reason})")
        return SourceGone(form, why="blocked", reason=shown)
    return SourceGone(to_say("was blocked by GitHub"), why="blocked")


def date(headers: Mapping[str, str]) -> datetime | None:
    """Return when GitHub answered, by its own clock, to the second; None where it does not say."""
    try:
        at = parsedate_to_datetime(headers["date"])
        # An offset of -0000 is read as none; without one it would be this machine's own zone.
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (KeyError, ValueError, IndexError, OverflowError):
        return None
