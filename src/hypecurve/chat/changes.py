"""Who may change what a channel hears, and what the others there are told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from hypecurve.chat.command import Command, Loosely, Question
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand, StoreUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Listener, Store, Transaction
from hypecurve.wording.announcements import Change, announced
from hypecurve.wording.commands import COMMANDS
from hypecurve.wording.texts import to_say

Changers = Literal["members", "admins"]
_MANAGING = frozenset(spec.name for spec in COMMANDS if spec.manages)


def check(asker: Asker, command: Command, changes: Changers) -> None:
    """Raise BadCommand where the asker may not give this command; it says who may.

    One that names its repo loosely is looked at once it is known which repo is meant.
    """
    if isinstance(command, Question | Loosely):
        return
    check_member(asker)
    if str(command).partition(" ")[0] in _MANAGING:
        check_changer(asker, changes)


def check_member(asker: Asker) -> None:
    """Raise BadCommand for a guest: they may read everything, and change nothing."""
    if asker.is_stranger:
        raise BadCommand(
            to_say(
                "You are a guest in this channel: you may ask for everything, and only those whose "
                "channel it is may change it or share answers here."
            )
        )


def check_changer(asker: Asker, changes: Changers) -> None:
    """Raise BadCommand for who may not change what a channel hears."""
    check_member(asker)
    if changes == "admins" and not (asker.is_admin or asker.is_alone):
        raise BadCommand(
            to_say(
                "Only admins change what a channel hears: Hypecurve is set up so. Ask one of them; "
                "everything else in /hype is for everybody."
            )
        )


async def heard_by(store: Store, channel: Channel) -> Listener | None:
    """Return what a channel hears, to be held against what it hears after a change."""
    async with store.read() as tx:
        return await tx.subscriptions.listener(channel)


async def with_announcement(
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    asker: Asker,
    before: Listener | None,
    answer: Answer,
) -> Answer:
    """Return an answer with the line for the others in the channel.

    There is none where nobody else reads it, where everybody sees the answer, or nothing changed.
    """
    if asker.is_alone or answer.public or answer.announcement is not None:
        return answer
    try:
        async with store.read() as tx:
            after = await tx.subscriptions.listener(asker.channel)
            names = await _names(tx, _differing(before, after))
    except StoreUnavailable:
        return answer  # what was changed is changed: the asker shall not hear of an error
    change = Change(asker.name, before, after, clock.now(), names)
    return replace(answer, announcement=announced(change, taxonomy, asker.locale))


def _differing(before: Listener | None, after: Listener | None) -> frozenset[RepoId]:
    """The repos that are followed or muted at one of two times alone."""
    had = (before.followed, before.muted) if before else (frozenset[RepoId](),) * 2
    has = (after.followed, after.muted) if after else (frozenset[RepoId](),) * 2
    return (had[0] ^ has[0]) | (had[1] ^ has[1])


async def _names(tx: Transaction, ids: frozenset[RepoId]) -> dict[RepoId, str]:
    if not ids:
        return {}
    entries = await tx.catalogue.entries(Found(ids=sorted(ids), listed=False))
    return {entry.repo.id: str(entry.repo.name) for entry in entries}
