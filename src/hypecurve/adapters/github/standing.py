"""How GitHub sees us, read from the answer to /rate_limit and its headers; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from hypecurve.adapters.github.answers import date
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.outside import clean
from hypecurve.ports import Allowance, Standing

_BUDGETS = ("core", "search", "graphql")
_MOST_SCOPES = 50
_MAX_SCOPE = 60


def standing(payload: object, headers: Mapping[str, str], now: datetime) -> Standing:
    """Read the answer that came in at `now`; a payload of None is a server that limits nobody.

    SourceUnavailable where the budgets cannot be read; what the headers leave out is None.
    """
    at = date(headers)
    return Standing(
        allowances={} if payload is None else _allowances(payload),
        scopes=_scopes(headers.get("x-oauth-scopes")),
        expires_at=_end(headers.get("github-authentication-token-expiration", "")),
        skew=None if at is None else at - now.replace(microsecond=0),
    )


def _allowances(payload: object) -> dict[str, Allowance]:
    resources = payload.get("resources") if isinstance(payload, Mapping) else None
    if not isinstance(resources, Mapping):
        message = "GitHub sent rate limits that cannot be read."
        raise SourceUnavailable(message)
    return {name: _allowance(name, resources[name]) for name in _BUDGETS if name in resources}


def _allowance(name: str, budget: object) -> Allowance:
    told = budget if isinstance(budget, Mapping) else {}
    figures = [told.get(key) for key in ("remaining", "limit", "reset")]
    try:
        left, of, reset = (
            each for each in figures if isinstance(each, int) and not isinstance(each, bool)
        )
        return Allowance(left, of, datetime.fromtimestamp(reset, UTC))
    except (ValueError, OverflowError, OSError):
        message = f"GitHub sent a rate limit that cannot be read: {name}."
        raise SourceUnavailable(message) from None


def _scopes(told: str | None) -> tuple[str, ...] | None:
    if told is None:
        return None
    scopes = (clean(each, _MAX_SCOPE) for each in told.split(",")[:_MOST_SCOPES])
    return tuple(scope for scope in scopes if scope)


def _end(told: str) -> datetime | None:
    try:
        # GitHub writes the zone as a word or as an offset: 2026-12-03 09:00:00 UTC, ... +0200.
        end = datetime.strptime(told.strip().replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S %z")
        return end.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
