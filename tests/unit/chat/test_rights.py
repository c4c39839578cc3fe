"""What the platform's own settings allow: to who asks, and to the app in that channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.changes import Changers
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ANOTHER, ServiceForms
from hypecurve.domain.asking import Asker, Right
from hypecurve.domain.errors import BadCommand
from hypecurve.domain.message import Action, MessageKind
from hypecurve.domain.saying import Saying
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.plain import plain
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy

HERE = Channel.parse("discord:900800700/1")
REPO = str(a_repo(1).name)
BARRED = Saying("That takes {right} here.", {"right": "Manage Channels"})
ADA = Asker(HERE, "7", name="Ada")
VIEW = Right("View Channel", held=True, purpose="to find the channel", vital=True)
SEND = Right("Send Messages", held=True, purpose="to post digests", vital=True)
FILES = Right("Attach Files", held=True, purpose=Saying("for pictures"))
ALL = (VIEW, SEND, FILES)
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def desk_of(store: SqlStore, changes: Changers = "members") -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy(), changes=changes)


def _without(*missing: Right) -> tuple[Right, ...]:
    return tuple(replace(each, held=each not in missing) for each in ALL)


async def test_who_is_barred_changes_nothing_and_reads_and_shares_everything(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1)])
    desk = desk_of(store)
    await desk.answer(ADA, "subscribe all")
    had = await subscriptions_of(store, HERE)
    barred = replace(ADA, barred=BARRED, is_admin=True)
    commands: tuple[str, ...] = (
        "subscribe agents",
        "unsubscribe all",
        "schedule 10:00",
        "pause",
        "resume",
    )
    commands += ("set filter min 1000", "set alerts", "set language ru", "set ping <@&42>")
    for command in (*commands, f"follow {REPO}", f"mute {REPO}", f'pick {REPO} "look"'):
        answer = await desk.answer(barred, command)
        assert plain(answer.message) == "That takes Manage Channels here.", command
        assert answer.announcement is None
    assert await subscriptions_of(store, HERE) == had
    read = ("status", "subscriptions", "preview", "top", f"repo {REPO}", f"share repo {REPO}")
    for command in (*read, "set language", "set ping", "set", "set filter"):
        assert (await desk.answer(barred, command)).message.kind is not MessageKind.ERROR, command
    forms = ServiceForms(desk)
    form = await forms.form(ADA)
    with pytest.raises(BadCommand, match="Manage Channels"):
        await forms.form(barred)
    with pytest.raises(BadCommand, match="Manage Channels"):
        await forms.fill(barred, form.filled)
    (_, shown), *_ = (await forms.home(barred)).channels
    assert {each.action for each in shown.controls} == {Action.PREVIEW}


@pytest.mark.parametrize(
    ("asker", "told"),
    [
        (replace(ADA, barred=BARRED, is_admin=True), "That takes Manage Channels here."),
        (ADA, "Only admins change what a channel hears"),
    ],
)
async def test_who_changes_must_be_let_by_the_platform_and_by_the_service(
    store: SqlStore, asker: Asker, told: str
) -> None:
    refused = await desk_of(store, "admins").answer(asker, "subscribe all")
    assert plain(refused.message).startswith(told)


async def test_a_channel_that_cannot_be_posted_to_is_not_subscribed(store: SqlStore) -> None:
    desk = desk_of(store)
    forms = ServiceForms(desk)
    filled = (await forms.form(ADA)).filled
    for missing, names in (
        ((SEND,), "Send Messages"),
        ((VIEW, SEND), "View Channel and Send Messages"),
        ((VIEW, FILES), "View Channel"),
    ):
        there = replace(ADA, rights=_without(*missing))
        line = f"Give Hypecurve {names} in this channel, then try again."
        refused = await desk.answer(there, "subscribe all")
        assert refused.message.kind is MessageKind.ERROR
        assert line in plain(refused.message)
        for asked in (forms.form(there), forms.fill(there, filled)):
            with pytest.raises(BadCommand) as raised:
                await asked
            assert line in str(raised.value)
    assert not await subscriptions_of(store, HERE)
    # Pictures it can do without; and what is subscribed already may be tuned.
    await desk.answer(replace(ADA, rights=_without(FILES)), "subscribe all")
    (one,) = await subscriptions_of(store, HERE)
    mute = replace(ADA, rights=_without(SEND))
    changed = await forms.form(mute)
    assert changed.filled.subscription_id == one.id
    await forms.fill(mute, replace(changed.filled, speaks_when_quiet=True))
    (one,) = await subscriptions_of(store, HERE)
    assert one.speaks_when_quiet
    with pytest.raises(BadCommand, match="Send Messages"):
        await forms.form(mute, ANOTHER)


async def test_status_tells_what_the_app_may_do_here(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    desk = desk_of(store)

    async def status(*missing: Right) -> list[str]:
        there = replace(ADA, rights=_without(*missing))
        return [
            line
            for line in plain((await desk.answer(there, "status")).message).splitlines()
            if line
        ]

    assert (await status())[1:] == [
        "Here",
        "• Hypecurve may: View Channel, Send Messages, Attach Files",
    ]
    await desk.answer(ADA, "subscribe all")
    assert (await status(FILES))[0].startswith("All is well.")
    assert (await status(FILES))[1:] == [
        "Here",
        "• Hypecurve may: View Channel, Send Messages",
        "  may not: Attach Files (for pictures)",
        "  Whoever may manage this channel can allow it, in the permissions of the channel.",
    ]
    assert not (await status(SEND))[0].startswith("All is well.")
    assert "  may not: Send Messages (to post digests)" in await status(SEND)
    assert "Here" not in plain((await desk.answer(ADA, "status")).message)
