"""Who may change what a channel hears, and what the others there are told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal

from hypecurve.chat import command as said
from hypecurve.chat.command import Command, Loosely, Question
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand
from hypecurve.domain.repo import RepoId
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Listener, Store, Transaction
from hypecurve.wording.announcements import Change, announced
from hypecurve.wording.rights import lacking
from hypecurve.wording.texts import to_say
from hypecurve.wording.tuned import heard_already

Changers = Literal["members", "admins"]


def check(asker: Asker, command: Command, changes: Changers) -> None:
    """Raise BadCommand where the asker may not give this command; it says who may.

    One that names its repo loosely is looked at once it is known which repo is meant.
    """
    if isinstance(command, Question | Loosely):
        return
    check_member(asker)
    if isinstance(command, said.Change):
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
    """Raise BadCommand for who may not change what a channel hears: by the platform, or by us."""
    check_member(asker)
    if asker.barred is not None:
        raise BadCommand(asker.barred.template, **asker.barred.values)
    if changes == "admins" and not (asker.is_admin or asker.is_alone):
        raise BadCommand(
            to_say(
                "Only admins change what a channel hears: Hypecurve is set up so. Ask one of them; "
                "everything else in /hype is for everybody."
            )
        )


def check_reach(asker: Asker) -> None:
    """Raise BadCommand where the app lacks what it takes to post digests; it names just that."""
    if missing := lacking(asker.rights):
        raise BadCommand(
            to_say(
                "No digest can come here yet. Give Hypecurve {rights} in this channel, then try "
                "again."
            ),
            rights=missing,
        )


async def witnessed(
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    asker: Asker,
    changing: Callable[[Store, Asker], Awaitable[Answer]],
) -> Answer:
    """Change what a channel hears in one transaction; return the answer, with a line for the rest.

    `changing` is handed a store of that transaction alone, and the asker as they are spoken to
    here. What the channel heard before is read when nobody else may change it any more: the line
    tells of this change and no other. There is none where nobody else reads it, where everybody
    sees the answer, or nothing changed. Who subscribes to what is heard already is told alone.
    """
    async with store.write() as tx:
        before = await tx.subscriptions.hold(asker.channel)
        spoken = await tx.subscriptions.spoken(asker.channel)
        asker = replace(asker, locale=spoken or asker.locale)
        answer = await changing(_Inside(tx), asker)
        after = await tx.subscriptions.hold(asker.channel)
        names = await _names(tx, _differing(before, after))
    # Nothing below asks the database: what is kept by now is said to be.
    now = clock.now()
    if answer.public and before.subscriptions == after.subscriptions:
        return Answer(heard_already(after.subscriptions, taxonomy, asker.locale, now))
    if asker.is_alone or answer.public or answer.announcement is not None:
        return answer
    change = Change(asker.name, before, after, now, names)
    locale = after.locale or asker.locale
    return replace(answer, announcement=announced(change, taxonomy, locale))


class _Inside:
    """A `Store` all whose transactions are part of one."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        yield self._tx

    read = write

    async def wipe(self) -> bool:
        return False  # not from within


def _differing(before: Listener, after: Listener) -> frozenset[RepoId]:
    """The repos that are followed or muted at one of two times alone."""
    return (before.followed ^ after.followed) | (before.muted ^ after.muted)


async def _names(tx: Transaction, ids: frozenset[RepoId]) -> dict[RepoId, str]:
    if not ids:
        return {}
    entries = await tx.catalogue.entries(Found(ids=sorted(ids), listed=False))
    return {entry.repo.id: str(entry.repo.name) for entry in entries}
