"""The desk's part for a word of somebody's: a pick, a language, a repo in the wrong category."""

from __future__ import annotations

from dataclasses import replace

from hypecurve.chat.command import (
    Categories,
    Preview,
    Question,
    Share,
    Subscriptions,
)
from hypecurve.chat.finding import Misplaced, PickRepo, Speak
from hypecurve.chat.tuning import Status
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import Action, Control, Message
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock
from hypecurve.ports.store import Store
from hypecurve.services.answers import placing
from hypecurve.services.answers.picking import Wish, pick
from hypecurve.services.answers.speaking import speak
from hypecurve.wording.announcements import led
from hypecurve.wording.misplaced import misplaced_message
from hypecurve.wording.picks import picked, picked_for_all
from hypecurve.wording.spoken import speaking
from hypecurve.wording.texts import texts

_CONCERNS_ALL = Categories | Preview | Status | Subscriptions
"""What has no button of its own that shares it; what names a repo or a list has."""


async def take_pick(
    store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker, command: PickRepo
) -> Answer:
    """Keep a pick, and tell the others in the channel of it."""
    wish = Wish(command.name, command.why, asker.name, user_of(asker))
    kept = await pick(store, clock, asker.channel, wish)
    mine = picked(kept.entry, kept.subscriptions, kept.next_due, taxonomy, asker.locale)
    theirs = picked_for_all(kept.entry, asker.name, command.why, asker.locale)
    return Answer(mine, announcement=None if asker.is_alone else theirs)


async def take_language(store: Store, asker: Asker, command: Speak) -> Answer:
    """Speak another language in a channel from now on, beginning with the answer."""
    await speak(store, asker.channel, command.locale)
    return Answer(speaking(command.locale))


async def take_word(  # what is said, within which limits, and whom to tell
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    asker: Asker,
    command: Misplaced,
    *,
    per_day: int | None,
    operator: Channel | None,
) -> Answer:
    """Keep the word that a repo belongs elsewhere, for the operator."""
    wish = placing.Wish(command.name, command.category, user_of(asker))
    entry, became = await placing.misplaced(
        store, clock, taxonomy, wish, per_day=per_day, operator=operator
    )
    return Answer(misplaced_message(entry, command.category, became, taxonomy, asker.locale))


def shareable(message: Message, question: Question, locale: str) -> Message:
    """Return an answer with a button that shares it, where it has none and concerns others too.

    The rest is for who asked alone: help, what was shown before, and questions back.
    """
    if not isinstance(question, _CONCERNS_ALL):
        return message
    share = Control(Action.SHARE, texts(locale).say("Share"), value=str(Share(question)))
    return replace(message, controls=(*message.controls, share))


def shared(message: Message, asker: Asker) -> Answer:
    """Return an answer for everybody in the channel, led by who shares it."""
    left = tuple(each for each in message.controls if each.action is not Action.SHARE)
    return Answer(led(replace(message, controls=left), asker.name, shared=True), public=True)


def user_of(asker: Asker) -> str:
    """Return who asks, as `slack:T1/U1`."""
    return f"{asker.channel.tenant}/{asker.user_id}"
