"""What people read of how their channel fares, and of what they tuned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.delivery import Delivery, DeliveryState
from hypecurve.domain.message import Action, Message
from hypecurve.domain.overview import ChannelOverview, Posting, Trouble, TroubleKind
from hypecurve.domain.subscription import UNTIL_RESUMED, Alerts, Schedule, Subscription, Wants
from hypecurve.wording import tuned
from hypecurve.wording.notices import subscriptions_message
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.status import in_words, state_words, status_message
from hypecurve.wording.texts import texts
from hypecurve.wording.wishes import left_out
from support.sample_day import CHANNEL, DUE, Maker, sample_taxonomy

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = DUE + 3 * HOUR
S, T = DeliveryState, TroubleKind
WANTS = Wants(
    least_stars=1000,
    without_languages=frozenset({"rust", "visual foxpro"}),
    without_owners=frozenset({"acme"}),
)
SUBSCRIPTION = Subscription(
    CHANNEL, schedule=Schedule(time(9), "Europe/Paris"), next_due=DUE + DAY, id=1
)
TUNED = replace(SUBSCRIPTION, wants=WANTS, alerts=Alerts(5), speaks_when_quiet=True)
REASON = "the bot is not in this channel: invite it with /invite @Hypecurve"


def posting(
    number: int, state: DeliveryState, days_ago: int = 0, reason: str = "", *, notice: bool = False
) -> Posting:
    due_at = DUE - days_ago * DAY
    digest_id = None if notice else number
    delivery = Delivery(number, digest_id, 1, state, 1, NOW + HOUR, (), reason)
    return Posting(delivery, due_at, None if notice else due_at, NOW)


def channel(*subscriptions: Subscription, **more: Any) -> ChannelOverview:  # noqa: ANN401 - its fields
    return replace(ChannelOverview(CHANNEL, NOW, subscriptions or (SUBSCRIPTION,)), **more)


def trouble(kind: TroubleKind, **more: Any) -> Trouble:  # noqa: ANN401 - its fields
    return replace(Trouble(kind, "slack:T123/C456", NOW - 2 * HOUR, REASON), **more)


SENT, UNSURE = posting(7, S.SENT), posting(8, S.UNKNOWN, 0, "the connection was dropped")
DEAD = posting(9, S.DEAD, 0, "invalid_blocks")
FOUND = {
    "nothing subscribed": ChannelOverview(CHANNEL, NOW),
    "all is well": channel(last=(SENT, posting(6, S.SENT, 1))),
    "before the first": channel(),
    "all is tuned": channel(TUNED, last=(SENT,), muted=("acme/flashkv", "nori/voicebox")),
    "paused for a while": channel(
        replace(SUBSCRIPTION, paused_until=NOW + DAY, next_due=DUE + 2 * DAY), last=(SENT,)
    ),
    "paused without end": channel(
        replace(SUBSCRIPTION, paused_until=UNTIL_RESUMED, next_due=None), last=(SENT,)
    ),
    "a pause that is over": channel(replace(SUBSCRIPTION, paused_until=NOW - DAY), last=(SENT,)),
    "refused": channel(
        last=(posting(8, S.HELD, 0, REASON), posting(7, S.SENT, 1)),
        troubles=(trouble(T.REFUSED, again_at=NOW + HOUR),),
    ),
    "not installed": channel(
        last=(posting(8, S.DROPPED, 0, "the app was removed"),), troubles=(trouble(T.SUSPENDED),)
    ),
    "the platform has trouble": channel(
        last=(posting(8, S.PENDING, 0, "Slack answered 500"), SENT),
        troubles=(
            trouble(T.LEFT_ALONE, about="slack:T123", reason="5 in a row", again_at=NOW - HOUR),
        ),
    ),
    "due now": channel(replace(SUBSCRIPTION, next_due=DUE), last=(posting(6, S.SENT, 1),)),
    "late": channel(troubles=(trouble(T.LATE, reason=""),)),
    "a zone that is no more": channel(
        replace(SUBSCRIPTION, schedule=Schedule(time(9), "Europe/Atlantis")),
        troubles=(Trouble(T.ZONE, "Europe/Atlantis"),),
    ),
    "may not have arrived": channel(
        last=(UNSURE, SENT), troubles=(trouble(T.UNKNOWN, reason="x", posting=UNSURE),)
    ),
    "could not be sent": channel(
        last=(DEAD, posting(8, S.EXPIRED, 1, "not_in_channel"), SENT),
        troubles=(trouble(T.DEAD, reason="invalid_blocks", posting=DEAD),),
    ),
    "a notice that may not have arrived": channel(
        last=(posting(8, S.UNKNOWN, notice=True), SENT),
        troubles=(trouble(T.UNKNOWN, posting=posting(8, S.UNKNOWN, notice=True)),),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_status_of_a_channel(
    taxonomy: Taxonomy, snapshot: SnapshotAssertion, name: str
) -> None:
    assert plain(status_message(FOUND[name], taxonomy, "en")) == snapshot


def test_where_all_is_well_little_is_said(taxonomy: Taxonomy) -> None:
    for name in ("all is well", "before the first", "a pause that is over", "due now"):
        (line,) = plain(status_message(FOUND[name], taxonomy, "en")).splitlines()
        assert line.startswith("All is well. ")


def test_what_is_wrong_is_said_first_in_words_too(taxonomy: Taxonomy) -> None:
    for name, found in FOUND.items():
        message = status_message(found, taxonomy, "en")
        assert message.title == ("Something is wrong here" if found.troubles else ""), name
        assert len(spoken(message).splitlines()[0]) < 200


def test_a_digest_that_may_not_have_arrived_can_be_shown(taxonomy: Taxonomy) -> None:
    (control,) = status_message(FOUND["may not have arrived"], taxonomy, "en").controls
    assert (control.action, control.label, control.value) == (Action.SHOW, "Show it", "show 8")
    for name, found in FOUND.items():
        if name != "may not have arrived":
            assert status_message(found, taxonomy, "en").controls == ()


@pytest.mark.parametrize("kind", TroubleKind)
def test_the_operator_reads_every_trouble_as_sentences(kind: TroubleKind) -> None:
    told = in_words(trouble(kind, posting=UNSURE, again_at=NOW), sample_taxonomy(), NOW)
    assert told.endswith(".")
    assert "10:00" not in told  # that would be Paris
    assert len(told) > 30


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_has_its_words(state: DeliveryState) -> None:
    assert state_words(state, texts("en"))


@given(reason=st.text(max_size=2_000))
def test_what_a_platform_said_stays_in_bounds(reason: str) -> None:
    for kind in TroubleKind:
        lost = posting(8, S.DEAD, 0, reason)
        found = channel(last=(lost,), troubles=(trouble(kind, reason=reason, posting=lost),))
        told = plain(status_message(found, sample_taxonomy(), "en"))
        assert len(told) < 1_200
        assert "\x00" not in told


def test_subscriptions_show_what_is_tuned(taxonomy: Taxonomy, snapshot: SnapshotAssertion) -> None:
    ended = replace(SUBSCRIPTION, paused_until=UNTIL_RESUMED, next_due=None)
    message = subscriptions_message(
        [TUNED, ended], taxonomy, "en", now=NOW, followed=["a/b"], muted=["acme/flashkv"]
    )
    assert plain(message) == snapshot


def test_many_muted_repos_are_counted(taxonomy: Taxonomy) -> None:
    names = [f"acme/n{n}" for n in range(99)]
    told = plain(subscriptions_message([TUNED], taxonomy, "en", now=NOW, muted=names))
    assert "acme/n29, and 69 more" in told


def test_many_languages_are_counted() -> None:
    wants = Wants(without_languages=frozenset(f"l{n:02}" for n in range(40)))
    assert left_out(wants, texts("en")).endswith("l11, and 28 more")
    assert left_out(Wants(), texts("en")) == ""
    assert left_out(Wants(least_stars=1), texts("en")) == "under 1 star"


def _answers(taxonomy: Taxonomy, make: Maker) -> Iterator[tuple[str, Message]]:
    repo = make.entry("acme/flashkv", 9).repo

    def resumed(at: datetime | None, *, was: bool, again: bool) -> Message:
        one = replace(SUBSCRIPTION, next_due=at)
        return tuned.resumed([one], taxonomy, "en", NOW, was_paused=was, tried_again=again)

    def paused(until: datetime, due: datetime | None) -> Message:
        one = replace(SUBSCRIPTION, paused_until=until, next_due=due)
        return tuned.paused([one], taxonomy, "en", NOW)

    yield "paused for a day", paused(NOW + DAY, DUE + 2 * DAY)
    yield "paused until resumed", paused(UNTIL_RESUMED, None)
    yield "resumed", resumed(DUE + DAY, was=True, again=False)
    yield "resumed without a pause", resumed(DUE + DAY, was=False, again=False)
    yield "resumed where messages were refused", resumed(DUE + DAY, was=False, again=True)
    yield "muted", tuned.muted(repo, "en")
    yield "unmuted", tuned.unmuted(repo, "en")
    yield "filtered", tuned.refined([TUNED], "en")
    yield "filtered in two ways", tuned.refined([SUBSCRIPTION, TUNED], "en")
    yield "nothing is filtered", tuned.refined([SUBSCRIPTION], "en")
    yield "alerts", tuned.alerted(Alerts(), "Europe/Paris", "en")
    yield "alerts at any hour", tuned.alerted(Alerts(1, None, None), "Europe/Paris", "en")
    yield "no alerts", tuned.alerted(None, "Europe/Paris", "en")


def test_what_was_tuned_is_said_in_a_line_or_two(
    taxonomy: Taxonomy, make: Maker, snapshot: SnapshotAssertion
) -> None:
    answers = dict(_answers(taxonomy, make))
    assert all(len(plain(each).splitlines()) <= 2 for each in answers.values())
    assert {name: plain(message).splitlines() for name, message in answers.items()} == snapshot


def test_a_zone_that_is_no_more_breaks_no_answer(taxonomy: Taxonomy) -> None:
    lost = replace(SUBSCRIPTION, schedule=Schedule(time(9), "Europe/Atlantis"))
    paused = replace(lost, paused_until=NOW + DAY)
    for message in (
        subscriptions_message([lost], taxonomy, "en", now=NOW),
        status_message(channel(lost), taxonomy, "en"),
        status_message(channel(paused), taxonomy, "en"),
        tuned.paused([paused], taxonomy, "en", NOW),
        tuned.resumed([lost], taxonomy, "en", NOW, was_paused=True, tried_again=False),
    ):
        assert "Mon 23 Nov 08:00" in plain(message)
