"""What every store freezes comes back as it was: messages of digests and notices."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hypecurve.adapters.sql.messages import message_of
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.chart import Chart, Comparison, Curve, Line, Picture, Riser, Risers
from hypecurve.domain.message import Bars, Inline, Link, Message, Moment, Place, Text
from support.catalogue import CHANNEL
from support.databases import NOW
from support.telling import SECOND, freeze, recent

_SECRET = "our secret plan"
TEXTS = st.text(max_size=30)
INLINES: st.SearchStrategy[Inline] = st.one_of(
    st.builds(Text, TEXTS),
    st.builds(Link, TEXTS, TEXTS),
    st.builds(
        Moment,
        st.datetimes(
            datetime(2000, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
            datetime(2100, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
            timezones=st.just(UTC),
        ),
        TEXTS,
        st.sampled_from(["time", "date", "datetime"]),
    ),
    st.builds(Bars, TEXTS),
    st.just(Place(CHANNEL)),
)
LINES = st.lists(INLINES, max_size=3).map(tuple)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
DRAWN = st.builds(
    Line,
    TEXTS,
    st.lists(st.tuples(st.dates(), st.integers(0, 2**53)), max_size=3).map(tuple),
    st.none() | st.dates(),
)
CHARTS: st.SearchStrategy[Chart] = st.one_of(
    st.builds(Curve, DRAWN, st.none() | FINITE),
    st.builds(Comparison, st.lists(DRAWN, max_size=3).map(tuple), st.sampled_from(["date", "age"])),
    st.builds(
        Risers,
        st.dates(),
        st.lists(st.builds(Riser, TEXTS, st.integers(0), st.none() | FINITE), max_size=3).map(
            tuple
        ),
    ),
)
MESSAGES = st.builds(
    Message,
    notification=TEXTS,
    title=TEXTS,
    subtitle=st.lists(LINES, max_size=2).map(tuple),
    footer=st.lists(LINES, max_size=2).map(tuple),
    picture=st.none() | st.builds(Picture, CHARTS, TEXTS),
)
ANY = st.from_type(Message).map(lambda message: replace(message, picture=None))
"""All the rest of it, as its types say."""


@settings(
    max_examples=15,
    deadline=None,
    # Every example has a due time of its own: they do not meet in the database they share.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(messages=st.lists(MESSAGES | ANY, min_size=1, max_size=3))
async def test_a_frozen_message_comes_back_equal(store: SqlStore, messages: list[Message]) -> None:
    begin = len(await recent(store))
    ids = [
        await freeze(store, NOW + SECOND * (begin + number), message=message)
        for number, message in enumerate(messages)
    ]
    async with store.read() as tx:
        assert [await tx.digests.message(CHANNEL, key or 0) for key in ids] == messages


def test_a_message_that_is_not_known_is_not_quoted() -> None:
    with pytest.raises(ValueError, match="does not know") as caught:
        message_of(json.dumps({"kind": _SECRET}))
    assert _SECRET not in "".join(traceback.format_exception(caught.value))
