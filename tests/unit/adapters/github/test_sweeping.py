"""A sweep's answer speaks of every node asked for, and an error costs only what it names."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.sweeping import batch
from hypecurve.domain.errors import (
    SourceError,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.ports import Gone

SAMPLES = Path(__file__).parents[3] / "samples" / "github"
IDS = ["R_1", "R_2", "R_3", "R_4", "R_5", "R_6"]


def partial() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((SAMPLES / "sweep-partial.json").read_text())
    return answer


def test_errors_beside_data_keep_what_came() -> None:
    found, cost = batch(IDS, partial())
    assert [repo.node_id for repo in found.repos] == ["R_kgDOmadeup1"]
    assert found.gone == (
        Gone("R_2", "not found"),
        Gone("R_5", "not found"),
        Gone("R_6", "refused"),
    )
    assert found.failed == ("R_3", "R_4")
    assert cost == 1


def answer(**error: object) -> dict[str, Any]:
    return {"errors": [{"message": "Something.", **error}]}


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (answer(type="RATE_LIMITED"), SourceLimited),
        (answer(message="You have exceeded a secondary rate limit"), SourceLimited),
        (answer(type="INSUFFICIENT_SCOPES"), SourceRefused),
        (answer(extensions={"code": "undefinedField"}), SourceRefused),
        (answer(), SourceUnavailable),
        ({"data": None, **answer()}, SourceUnavailable),
        ({"data": {"nodes": [None]}}, SourceUnavailable),
        ({}, SourceUnavailable),
        ([], SourceUnavailable),
        (None, SourceUnavailable),
    ],
)
def test_an_answer_without_data_is_an_error(payload: object, kind: type[SourceError]) -> None:
    with pytest.raises(SourceError) as error:
        batch(IDS, payload)
    assert type(error.value) is kind


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(
            st.sampled_from(["data", "nodes", "errors", "path", "type", "message", "rateLimit"]),
            inner,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(payload=anything)
def test_any_json_at_all_is_a_batch_or_a_source_error(payload: object) -> None:
    with contextlib.suppress(SourceError):
        batch(IDS, payload)


@settings(deadline=None)
@given(nodes=st.lists(anything, min_size=6, max_size=6), errors=anything)
def test_every_node_is_accounted_for_whatever_came(nodes: list[object], errors: object) -> None:
    found, _ = batch(IDS, {"data": {"nodes": nodes}, "errors": errors})
    named = [each.node_id for each in found.gone] + list(found.failed)
    assert len(found.repos) + len(named) == len(IDS)
    assert set(named) <= set(IDS)
