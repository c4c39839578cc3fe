"""The desk: pauses, muted repos, filters, alerts, status, and a digest shown again."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.message import MessageKind
from hypecurve.domain.subscription import UNTIL_RESUMED, Alerts, Channel, Subscription, Tenant
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.commands import COMMANDS
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.fates import HOUR, refuses, told
from support.sample_day import sample_taxonomy

DAY = timedelta(days=1)
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


class Talk:
    """Somebody who asks in a channel."""

    def __init__(self, store: SqlStore, channel: Channel = CHANNEL) -> None:
        self.store, self.clock = store, SetClock(NOW)
        self.asker = Asker(channel, "U1", zone="Europe/Paris", name="Ada")
        self._desk = ServiceDesk(store, self.clock, sample_taxonomy())

    async def ask(self, text: str) -> Answer:
        """The desk's answer."""
        return await self._desk.answer(self.asker, text)

    async def says(self, text: str) -> str:
        """The same as plain text."""
        return plain((await self.ask(text)).message)

    async def has(self) -> Subscription:
        """The channel's only subscription."""
        (one,) = await subscriptions_of(self.store, self.asker.channel)
        return one


@pytest.fixture
async def talk(store: SqlStore) -> Talk:
    """A channel that hears everything."""
    await listed(store, [a_repo(1), a_repo(2)])
    found = Talk(store)
    await found.ask("subscribe all at 09:00")
    return found


async def test_a_pause_moves_the_next_digest_behind_it_and_resume_brings_it_back(
    talk: Talk,
) -> None:
    due = (await talk.has()).next_due
    answer = await talk.ask("pause 2d")
    assert not answer.public
    assert "Paused until Tue 24 Nov 07:00. The next digest comes Tue 24 Nov 09:00" in plain(
        answer.message
    )
    assert (await talk.has()).paused_until == NOW + 2 * DAY
    assert await talk.says("status") == (
        "Paused until Tue 24 Nov 07:00. Next digest Tue 24 Nov 09:00."
    )
    answer = await talk.ask("resume")
    assert answer.announcement
    assert plain(answer.message).startswith("Going on.")
    assert ((await talk.has()).paused_until, (await talk.has()).next_due) == (None, due)
    again = await talk.ask("resume")
    assert again.announcement is None
    assert plain(again.message).startswith("This channel was not paused.")


async def test_a_pause_without_end_lasts_until_somebody_resumes(talk: Talk) -> None:
    assert "until /hype resume" in await talk.says("pause")
    assert (await talk.has()).paused_until == UNTIL_RESUMED
    assert await talk.says("status") == "Paused: nothing comes until /hype resume."


async def test_resume_tries_at_once_what_the_channel_refused(talk: Talk) -> None:
    await refuses(talk.store, CHANNEL, NOW - HOUR)
    assert "takes no messages since Sun 22 Nov 06:00" in await talk.says("status")
    answer = await talk.ask("resume")
    assert answer.announcement
    assert plain(answer.announcement) == "Ada asked to try this channel again."
    assert plain(answer.message).startswith(
        "This channel did not take what was posted: it is tried again now."
    )
    async with talk.store.read() as tx:
        assert (await tx.reach.paused())[CHANNEL].probe_at == NOW


async def test_a_filter_changes_what_is_said_and_keeps_the_rest(talk: Talk) -> None:
    said = await talk.says("filter min 1000 without rust @Acme")
    assert "leaves out: under 1,000 stars, Rust, and @acme" in said
    await talk.ask("filter quiet say")
    await talk.ask("filter without go")
    found = await talk.has()
    assert (found.wants.least_stars, found.speaks_when_quiet) == (1000, True)
    assert found.wants.without_languages == {"go"}
    assert found.wants.without_owners == frozenset()
    assert "under 1,000 stars and Go" in await talk.says("filter")
    assert "leaves nothing out" in await talk.says("filter off")
    assert (await talk.has()).wants.least_stars == 0
    assert (await talk.has()).speaks_when_quiet


async def test_a_subscription_begins_with_its_filter_and_a_later_one_has_it_too(
    store: SqlStore,
) -> None:
    talk = Talk(store)
    welcome = await talk.says("subscribe agents min 1000 without rust quiet say at 09:00")
    assert "Left out: under 1,000 stars and Rust" in welcome
    assert (await talk.has()).speaks_when_quiet
    await talk.ask("subscribe inference")
    found = await talk.has()
    assert found.wants.categories == {"agents", "inference"}
    assert found.wants.least_stars == 1000
    assert found.wants.without_languages == {"rust"}


async def test_a_filter_said_while_subscribing_holds_for_all_the_channel_hears(
    talk: Talk,
) -> None:
    await talk.ask("subscribe all min 1000 quiet say")
    found = await talk.has()
    assert (found.wants.least_stars, found.speaks_when_quiet) == (1000, True)
    await talk.ask("subscribe agents rising min 0 without rust")
    both = await subscriptions_of(talk.store, CHANNEL)
    assert [each.wants.least_stars for each in both] == [0, 0]
    assert [each.wants.without_languages for each in both] == [{"rust"}, {"rust"}]


async def test_alerts_keep_what_is_not_said(talk: Talk) -> None:
    assert (await talk.has()).alerts is None
    await talk.ask("alerts")
    assert (await talk.has()).alerts == Alerts()
    await talk.ask("alerts 5")
    await talk.ask("alerts quiet 23:00-07:30")
    assert (await talk.has()).alerts == Alerts(5, time(23), time(7, 30))
    assert "at most 5 a day, none from 23:00 to 07:30" in await talk.says("status")
    await talk.ask("alerts quiet off")
    assert (await talk.has()).alerts == Alerts(5, None, None)
    assert "No alerts" in await talk.says("alerts off")
    assert (await talk.has()).alerts is None


async def test_what_is_muted_is_followed_no_more_and_shown(talk: Talk) -> None:
    name = a_repo(1).name
    await talk.ask(f"follow {name}")
    assert f"{name} is muted" in await talk.says(f"mute {name}")
    shown = await talk.says("subscriptions")
    assert f"Muted: {name}" in shown
    assert "Followed" not in shown
    assert "no longer muted" in await talk.says(f"unmute {name}")
    assert "Muted" not in await talk.says("status")
    assert "acme/nothing is not watched" in await talk.says("mute acme/nothing")


async def test_without_a_subscription_there_is_nothing_to_tune(store: SqlStore) -> None:
    await listed(store, [a_repo(1, name="acme/x")])
    talk = Talk(store)
    for text in ("pause", "pause 2d", "resume", "filter min 5", "alerts", "mute acme/x"):
        answer = await talk.ask(text)
        assert answer.message.kind is MessageKind.ERROR
        assert "This channel has no subscription yet" in plain(answer.message)
        assert not answer.public


async def test_what_changes_a_channel_is_announced_and_needs_a_manager(talk: Talk) -> None:
    examples = {spec.name: spec for spec in COMMANDS}
    for name in ("pause", "resume", "mute", "unmute", "filter", "alerts"):
        spec = examples[name]
        example = spec.example.replace("acme/flashkv", str(a_repo(1).name))
        answer = await talk.ask(example)
        assert answer.announcement, name
        assert not answer.public
        assert spec.manages, name
    assert (await talk.ask("status")).announcement is None
    assert not examples["status"].manages


async def test_a_digest_is_shown_again_to_its_own_channel_alone(talk: Talk) -> None:
    digest_id = await told(talk.store, CHANNEL, NOW, DeliveryState.UNKNOWN, "dropped")
    answer = await talk.ask(f"show {digest_id}")
    assert plain(answer.message) == f"what {CHANNEL} was told at 06:00"
    assert not answer.public
    assert "show it" in (await talk.ask("status")).message.controls[0].label.casefold()
    elsewhere = [
        replace(CHANNEL, id="C9"),
        Channel(Tenant("slack", "T999"), CHANNEL.id),
        Channel(Tenant("discord", CHANNEL.tenant.id), CHANNEL.id),
    ]
    for place in elsewhere:
        other = Talk(talk.store, place)
        await other.ask("subscribe all")
        refused = await other.ask(f"show {digest_id}")
        assert plain(refused.message) == "There is no such digest here."
    assert await talk.says("show 99") == "There is no such digest here."
