"""Where a search was cut off is read back as it was written, and nothing else is."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.bookmark import read, written
from hypecurve.adapters.github.slices import Slice

QUESTION = "llm stars:>=500 is:public"
DAY = datetime(2026, 1, 1, tzinfo=UTC)

instants = st.none() | st.datetimes(
    datetime(2008, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2026, 11, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))


@st.composite
def parts(draw: st.DrawFn) -> Slice:
    low, width = draw(st.integers(0, 10**6)), draw(st.none() | st.integers(0, 10**6))
    since, until = draw(instants), draw(instants)
    if since is not None and until is not None:
        since, until = min(since, until), max(since, until)
    return Slice(low, None if width is None else low + width, since, until)


@given(todo=st.lists(parts(), min_size=1, max_size=8), question=st.text(max_size=40))
def test_what_was_written_is_read_back(todo: list[Slice], question: str) -> None:
    assert read(written(question, todo), question) == todo


def test_what_is_left_is_a_short_line() -> None:
    text = written(QUESTION, [Slice(512, 512, until=DAY), Slice(500, 511)])
    assert text == (
        '{"v":1,"q":"llm stars:>=500 is:public",'
        '"left":[[512,512,null,1767225600],[500,511,null,null]]}'
    )


def test_nothing_left_is_nothing() -> None:
    assert written(QUESTION, []) == ""
    assert read("", QUESTION) is None


def test_what_is_left_of_another_search_is_nothing_to_this_one() -> None:
    assert read(written("gpt stars:>=500 is:public", [Slice(500)]), QUESTION) is None


GOOD = {"v": 1, "q": QUESTION, "left": [[500, None, None, None]]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": 2},
        {"left": []},
        {"left": None},
        {"left": [[500, None, None]]},
        {"left": [[None, None, None, None]]},
        {"left": [[-1, None, None, None]]},
        {"left": [[True, None, None, None]]},
        {"left": [[500, 499, None, None]]},
        {"left": [["500", None, None, None]]},
        {"left": [[500, None, 2, 1]]},
        {"left": [[500, None, 10**30, None]]},
        {"left": [[500, None, None, None], 7]},
        {"left": [[500, None, None, None]] * 1_001},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_a_line_that_cannot_be_read_is_no_place_to_go_on_from(wrong: dict[str, object]) -> None:
    assert read(json.dumps(GOOD), QUESTION) == [Slice(500)]
    assert read(json.dumps(GOOD | wrong), QUESTION) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(text=st.text(max_size=40) | anything.map(json.dumps) | st.just("[" * 100_000))
def test_any_text_at_all_is_read_or_not(text: str) -> None:
    assert read(text, QUESTION) is None


@settings(deadline=None)
@given(left=st.lists(st.lists(anything, min_size=4, max_size=4), max_size=3))
def test_slices_that_are_read_can_be_asked_for(left: list[list[object]]) -> None:
    for part in read(json.dumps(GOOD | {"left": left}), QUESTION) or []:
        assert part.high is None or part.low <= part.high
        assert part.since is None or part.until is None or part.since <= part.until
