"""How GitHub sees us is read from /rate_limit and its headers, whatever they hold."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.standing import standing
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.ports import Allowance, Standing

NOW = datetime(2026, 11, 22, 6, 12, 0, 900_000, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 06:12:00 GMT"
EXPIRY = "github-authentication-token-expiration"


def limits(**changes: object) -> dict[str, Any]:
    budget = {"limit": 5_000, "remaining": 4_990, "used": 10, "reset": 1_795_330_800}
    resources = {"core": budget, "search": budget | {"limit": 30}, "code_search": budget}
    return {"resources": resources | changes}


def test_the_budgets_a_tracker_draws_on_are_told() -> None:
    whole = datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert standing(limits(), {}, NOW) == Standing(
        {"core": Allowance(4_990, 5_000, whole), "search": Allowance(4_990, 30, whole)}
    )


def test_a_server_that_limits_nobody_has_no_budgets() -> None:
    assert standing(None, {}, NOW).allowances == {}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        {},
        {"limit": 5, "remaining": 5},
        {"limit": 5, "remaining": 5, "reset": "soon"},
        {"limit": 5, "remaining": True, "reset": 1},
        {"limit": 5, "remaining": 5, "reset": 10**30},
    ],
)
def test_a_budget_that_cannot_be_read_is_an_outage(wrong: object) -> None:
    with pytest.raises(SourceUnavailable, match="cannot be read: graphql"):
        standing(limits(graphql=wrong), {}, NOW)


@pytest.mark.parametrize("wrong", [[], {}, {"resources": []}, "text", 7])
def test_an_answer_of_another_shape_is_an_outage(wrong: object) -> None:
    with pytest.raises(SourceUnavailable, match="rate limits that cannot be read"):
        standing(wrong, {}, NOW)


@pytest.mark.parametrize(
    ("headers", "scopes"),
    [
        ({}, None),
        ({"x-oauth-scopes": ""}, ()),
        ({"x-oauth-scopes": "repo, read:org"}, ("repo", "read:org")),
        ({"x-oauth-scopes": "re\x00po,,\u202e"}, ("repo",)),
    ],
)
def test_the_rights_of_a_token_are_told_where_it_has_any(
    headers: dict[str, str], scopes: tuple[str, ...] | None
) -> None:
    assert standing(None, headers, NOW).scopes == scopes


@pytest.mark.parametrize(
    ("told", "end"),
    [
        ("2026-12-03 09:00:00 UTC", datetime(2026, 12, 3, 9, tzinfo=UTC)),
        ("2026-12-03 09:00:00 +0200", datetime(2026, 12, 3, 7, tzinfo=UTC)),
        ("2026-12-03 09:00:00 -0700", datetime(2026, 12, 3, 16, tzinfo=UTC)),
        ("2026-12-03 09:00:00", None),
        ("2026-12-03 09:00:00 PST", None),
        ("0001-01-01 00:00:00 +2300", None),
        ("never", None),
        ("", None),
    ],
)
def test_the_end_of_a_token_is_an_instant_or_unknown(told: str, end: datetime | None) -> None:
    assert standing(None, {EXPIRY: told}, NOW).expires_at == end


@pytest.mark.parametrize(
    ("told", "skew"),
    [
        (DATE, timedelta()),
        ("Sun, 22 Nov 2026 06:22:05 GMT", timedelta(minutes=10, seconds=5)),
        ("Sat, 21 Nov 2026 06:12:00 GMT", timedelta(days=-1)),
        ("Sun, 99 Nov 2026 06:12:00 GMT", None),
        ("", None),
    ],
)
def test_the_skew_is_githubs_clock_minus_ours(told: str, skew: timedelta | None) -> None:
    assert standing(None, {"date": told}, NOW).skew == skew


names = st.sampled_from(["date", "x-oauth-scopes", EXPIRY])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["resources", "core", "graphql", "limit", "remaining", "reset"]), inner
        )
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(
    payload=anything,
    headers=st.dictionaries(names, st.text(max_size=30) | st.sampled_from([DATE, DATE[:9]])),
)
def test_any_answer_at_all_is_a_standing_or_an_outage(
    payload: object, headers: dict[str, str]
) -> None:
    with contextlib.suppress(SourceUnavailable):
        standing(payload, headers, NOW)
