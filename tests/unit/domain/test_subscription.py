"""How a channel is written."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.errors import BadChannel
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Channel, Tenant, Wants

IDS = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)


@given(platform=st.from_regex(r"[a-z][a-z0-9]*", fullmatch=True), tenant=IDS, place=IDS)
def test_a_channel_is_read_as_it_is_written(platform: str, tenant: str, place: str) -> None:
    channel = Channel(Tenant(platform, tenant), place)
    assert Channel.parse(f" {channel}\n") == channel


@given(st.text())
def test_whatever_is_typed_is_a_channel_or_refused(text: str) -> None:
    with suppress(BadChannel):
        assert str(Channel.parse(text)) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "slack:T123",
        "slack:/C456",
        "slack:T123/",
        "T123/C456",
        "Slack:T123/C456",
        "slack:T123/C4 56",
        "slack:T123/C456/1700.01",
        "slack:" + "T" * 65 + "/C1",
        "slack:T1/" + "C" * 65,
    ],
)
def test_what_is_no_channel_is_refused(text: str) -> None:
    with pytest.raises(BadChannel, match="write slack:TEAM/CHANNEL"):
        Channel.parse(text)


def test_a_direct_message_has_a_user_for_its_tenant() -> None:
    assert str(Channel.parse("discord:@80351/9001").tenant) == "discord:@80351"


def test_who_says_nothing_more_wants_everything_a_channel_can_hear() -> None:
    wants = Wants()
    assert wants.categories == frozenset()
    assert wants.kinds == {
        SignalKind.NEW,
        SignalKind.RISING,
        SignalKind.STALLED,
        SignalKind.AWAKE,
    }
