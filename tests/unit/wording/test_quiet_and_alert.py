"""What people see of quiet days, of alerts, and of digests that may not have arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.digest import Closest, Digest, Item, SourceHealth, Unsure
from hypecurve.domain.health import Health
from hypecurve.domain.message import Action, Message, MessageKind
from hypecurve.domain.signal import SignalKind
from hypecurve.wording.alert import alert_message, as_repeat
from hypecurve.wording.composing import not_composed, zone_unknown
from hypecurve.wording.digest import digest_message
from hypecurve.wording.plain import plain
from support.sample_day import CHANNEL, DUE, Maker, sample_digest, sample_taxonomy

TAXONOMY = sample_taxonomy()
DAY = timedelta(days=1)


def _quiet(**fields: object) -> Digest:
    return replace(sample_digest(), shown=(), overflow=(), **fields)  # type: ignore[arg-type] # fields of a Digest


def _seen(message: Message) -> str:
    """The notification, the text and the buttons."""
    buttons = [
        f"[{each.label}]" + (f" -> {each.value}" if each.value else "") for each in message.controls
    ]
    return "\n".join((message.notification, "--", plain(message), *buttons))


def _closest() -> Closest:
    return Closest(Maker().entry("lumo/agentloop", 4_100, "Agents in a loop"), 1.43, 1.52)


@pytest.mark.parametrize(
    "fields",
    [
        {"quiet_since": DUE - 2 * DAY, "closest": _closest()},
        {"quiet_since": DUE - 2 * DAY},
        {},
        {"counts_at": None},
        {"counts_at": DUE - DAY},
        {"source": SourceHealth(Health.PARTIAL, 710, 1000)},
        {"source": SourceHealth(Health.STILL, 1000, 1000), "unsure": (Unsure(7, DUE - DAY),)},
    ],
    ids=["third", "nothing known", "each day", "uncounted", "old", "partial", "still"],
)
def test_a_quiet_day_in_one_line(fields: dict[str, object], snapshot: SnapshotAssertion) -> None:
    assert _seen(digest_message(_quiet(**fields), TAXONOMY, "en")) == snapshot


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_what_may_not_have_arrived_stands_at_the_top(
    count: int, snapshot: SnapshotAssertion
) -> None:
    unsure = tuple(Unsure(40 + place, DUE - (count - place) * DAY) for place in range(count))
    digest = replace(sample_digest(), unsure=unsure)
    message = digest_message(digest, TAXONOMY, "en")
    shows = [each for each in message.controls if each.action is Action.SHOW]
    assert [plain(message).splitlines()[1:3], shows] == snapshot


def test_two_of_one_day_are_told_apart_by_the_hour() -> None:
    unsure = (Unsure(1, DUE - DAY), Unsure(2, DUE - DAY + timedelta(hours=8)))
    message = digest_message(replace(sample_digest(), unsure=unsure), TAXONOMY, "en")
    assert "The digests of Sat 21 Nov 09:00 and Sat 21 Nov 17:00 may not" in plain(message)


def _alert(item: Item) -> Message:
    return alert_message(item, TAXONOMY, "en", zone="Europe/Paris", now=DUE)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["archived", "surge", "accelerating"])
def test_an_alert_is_one_piece_of_news(place: int, snapshot: SnapshotAssertion) -> None:
    message = _alert(sample_digest().shown[place])
    assert message.kind is MessageKind.ALERT
    assert _seen(message) == snapshot


def test_a_repeat_is_marked_where_everybody_sees_it(snapshot: SnapshotAssertion) -> None:
    message = _alert(sample_digest().shown[1])
    again = as_repeat(message)
    assert _seen(again) == snapshot
    assert replace(again, notification=message.notification, subtitle=message.subtitle) == message


def test_a_time_of_day_is_the_channels_own() -> None:
    entry = Maker().entry("acme/flashkv", 700)
    item = Maker().item(entry, SignalKind.NEW, after="500", at=DUE - timedelta(hours=9.5))
    assert "passed 500 yesterday" in plain(_alert(item))
    tokyo = alert_message(item, TAXONOMY, "en", zone="Asia/Tokyo", now=DUE)
    assert "passed 500 today" in plain(tokyo)
    assert DUE.astimezone(ZoneInfo("Asia/Tokyo")).hour == 17


def test_what_stands_in_the_way_is_said_with_how_to_mend_it(snapshot: SnapshotAssertion) -> None:
    words = [
        plain(zone_unknown("US/Pacific-New", "en")),
        plain(not_composed(CHANNEL, "RuntimeError: the page is torn\n<!channel>")),
    ]
    assert words == snapshot
