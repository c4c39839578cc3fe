"""What an HTTP answer of GitHub's means: the JSON it carries, or the error it stands for.

Pure: status, headers and body in, value or SourceError out. The facts behind it are GitHub's
"Rate limits for the REST API" and "Best practices for using the REST API".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from hypecurve.adapters.github.payloads import clean
from hypecurve.domain.errors import (
    SourceError,
    SourceGone,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)

MENDED = "set GITHUB_TOKEN to a valid one (github.com/settings/tokens; no scopes are needed)"
_LIMIT_WORDS = ("rate limit", "abuse detection")
_REDIRECTS = frozenset({301, 302, 307, 308})
_OK = 200
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _BLOCKED, _TOO_MANY = 401, 403, 404, 451, 429
_REDIRECTED, _SERVER_ERROR = 300, 500


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
    return Quota(resource, remaining, max(0.0, reset - _date(headers, now)))


def decipher(
    status: int, headers: Mapping[str, str], body: bytes, *, now: float, has_token: bool = True
) -> object:
    """Return the JSON of a good answer, Moved for a redirect; raise the SourceError of a bad one.

    SourceLimited carries `retry_after` where GitHub said it, and None where it only said "later".
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
        what = f"refuses the token ({said or 'no reason given'})" if has_token else "wants a token"
        return SourceRefused(f"GitHub {what}: {MENDED}.")
    if status == _TOO_MANY or (status == _FORBIDDEN and _is_limit(headers, said)):
        return SourceLimited(
            f"GitHub asks to slow down ({said or status}).", retry_after=_wait(headers, now)
        )
    if status == _BLOCKED or (status == _FORBIDDEN and "block" in told):
        return SourceGone(f"blocked by GitHub{_reason(told)}")
    if status == _NOT_FOUND:
        return SourceGone("deleted, private, or never there")
    if status >= _SERVER_ERROR or status < _REDIRECTED:
        return SourceUnavailable(f"GitHub answered {status}{': ' + said if said else ''}.")
    return SourceRefused(f"GitHub refuses the request ({status}: {said or 'no reason given'}).")


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        shown = clean(body[:60].decode("utf-8", "replace"), 40)
        message = f"GitHub answered something that is not JSON: '{shown}'."
        raise SourceUnavailable(message) from None
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


def _reason(told: Mapping[str, object]) -> str:
    block = told.get("block")
    reason = block.get("reason") if isinstance(block, Mapping) else None
    return f" ({clean(reason, 40)})" if isinstance(reason, str) else ""


def _date(headers: Mapping[str, str], now: float) -> float:
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return now
