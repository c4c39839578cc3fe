"""The form at work: opened as the first answer, sent in, opened again where something was wrong.

A modal can only be the first answer, within 3 seconds; so what it shows is read before, and where
that takes too long the commands are named instead. What is sent in is acknowledged first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from hypecurve.chat.forms import ANOTHER
from hypecurve.domain.asking import Answer, Asker, Form
from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.message import Choice, Message, MessageKind
from hypecurve.ports import Forms
from hypecurve.wording.fields import NEW, subscription_choices
from hypecurve.wording.lines import line, sorry
from hypecurve.wording.notices import error_message
from hypecurve.wording.texts import texts
from hypecurve_discord.answering.asked import (
    Interaction,
    data_of,
    is_alone,
    is_visiting,
)
from hypecurve_discord.answering.lines import gone, placed
from hypecurve_discord.answering.replying import Replies
from hypecurve_discord.answering.requests import TOO_LATE, acknowledged, first
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.ids import Do, encode
from hypecurve_discord.screens.filled import filled_in
from hypecurve_discord.screens.formview import MAIN, PREFIX, REST, form_modal
from hypecurve_discord.screens.sending import button, select, show
from hypecurve_discord.screens.state import State

READ_WITHIN = 2.0
"""Seconds to read what the form shows, of the 3 in which Discord wants its first answer."""
TYPED_FOR = 900.0
"""Seconds for which what was typed can be mended: as long as its answer's token lives."""
AGAIN = "hype:again"
_REFUSED = 400
_TYPED = 500
_CHANGING = "subscribe"
"""A command of those that take leave."""
_Part = tuple[str, str]
"""Which modal, and of which subscription."""
AskerOf = Callable[[Interaction, str], Awaitable[Asker]]
Spoken = Callable[[Interaction], Awaitable[str]]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Typed:
    """A form as somebody sent it in, until they have mended it."""

    user: int
    part: _Part
    state: State
    until: float


class FormScreen:
    """The form, from its opening to its end."""

    def __init__(self, forms: Forms, asker: AskerOf, spoken: Spoken, replies: Replies) -> None:
        """Take whom to ask; `asker` says who asks to do what, `spoken` in which language."""
        self._forms = forms
        self._asker = asker
        self._spoken = spoken
        self._replies = replies
        self._typed: dict[str, _Typed] = {}

    async def tune(self, interaction: Interaction, *, another: bool = False) -> None:
        """Open the form; where the channel has several subscriptions, ask which of them.

        `another`: they want to subscribe, so it is asked too where there is one already.
        """
        if _is_left(interaction):
            await self._own_instead(interaction)
        else:
            await self._open(interaction, (MAIN, ""), most=0 if another else 1)

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """Open a part of the form, by the id of a button or the choice of a list."""
        value = next(iter(data_of(interaction).get("values") or []), "")
        await self._open(interaction, _part(value or custom_id))

    async def again(self, interaction: Interaction, token: str) -> None:
        """Open the form with what was typed; afresh where that is not known any more."""
        typed = self._typed.get(token)
        if typed is None or typed.user != interaction.user.id or typed.until < _now():
            await self.tune(interaction)
        else:
            await self._open(interaction, typed.part, typed.state)

    async def sent_in(self, interaction: Interaction) -> None:
        """Let the channel hear what was filled in; what is wrong is said, and can be mended."""
        if not await acknowledged(interaction):
            return
        data, state = data_of(interaction), None
        part = _part(str(data.get("custom_id", "")))
        which = part[1]
        locale = await self._spoken(interaction)
        try:
            state = State.of(data)
            asker = await self._asker(interaction, _CHANGING)
            form = await self._forms.form(asker, _number(which))
            locale = form.locale
            if which != NEW:  # the one that was shown, though it may be gone by now
                gone = replace(form.filled, subscription_id=_number(which))
                form = replace(form, filled=gone)
            answer = await self._forms.fill(asker, filled_in(state, form))
        except HypecurveError as error:
            await self._wrong(interaction, error_message(error, locale), part, state)
        except Exception:  # noqa: BLE001 - the person hears a kind line, the log the rest
            _log.exception("form failed")
            await self._wrong(interaction, sorry(locale), part, state)
        else:
            await self._done(interaction, answer, which)

    async def _open(
        self, interaction: Interaction, part: _Part, typed: State | None = None, *, most: int = 1
    ) -> None:
        """Answer with a part of the form; `most`: subscriptions of which none is asked for."""
        name, which = part
        try:
            async with asyncio.timeout(READ_WITHIN):
                asker = await self._asker(interaction, _CHANGING)
                form = await self._forms.form(asker, _number(which))
            if not which and len(form.subscriptions) > most:
                await self._ask_which(interaction, form)
                return
            modal = form_modal(form, name, typed)
            await first(interaction, lambda: interaction.response.send_modal(modal))
        except TimeoutError:
            await self._tell(interaction, too_late)
        except discord.HTTPException as error:
            if error.status != _REFUSED or error.code in TOO_LATE:
                raise
            _log.error("discord form refused", code=error.code, why=error.text[:200])
            await self._tell(interaction, too_late)
        except HypecurveError as error:
            await self._tell(interaction, partial(error_message, error))

    async def _ask_which(self, interaction: Interaction, form: Form) -> None:
        said = texts(form.locale)
        choices = [
            Choice(each.label, f"{PREFIX}:{MAIN}:{each.value}")
            for each in subscription_choices(form)
        ]
        one = form.subscriptions[0].id
        rest = Choice(said.say("What is left out, alerts"), f"{PREFIX}:{REST}:{one}")
        question = line(said.say("Which of the digests of this channel?"), said.name)
        await acknowledged(interaction)
        listed = select(said.say("Subscription"), PREFIX, [*choices[-24:], rest])
        await show(interaction, self._replies, question, listed)

    async def _own_instead(self, interaction: Interaction) -> None:
        """Say whose digest it is about before the form of it can be opened."""
        await acknowledged(interaction)
        message = gone(await self._spoken(interaction))
        own = button(texts(message.locale).say("Your digest"), f"{PREFIX}:{MAIN}:")
        await show(interaction, self._replies, message, own)

    async def _done(self, interaction: Interaction, answer: Answer, which: str) -> None:
        """Say what was done as the command does; below it what else can be done."""
        message = placed(interaction, answer.message, changes=True)
        answer = replace(answer, message=message)
        shown = not is_alone(interaction)
        if answer.silent or answer.public or which == NEW:
            await self._replies.say(interaction, answer, shown=shown)
            return
        said = texts(answer.message.locale)
        preview = button(said.say("Preview"), encode(Do("preview")))
        rest = button(said.say("What is left out, alerts"), f"{PREFIX}:{REST}:{which}")
        await show(interaction, self._replies, answer.message, preview, rest)
        if answer.announcement is not None:
            await self._replies.announce(interaction, answer.announcement)

    async def _wrong(
        self, interaction: Interaction, message: Message, part: _Part, state: State | None
    ) -> None:
        if state is None:  # what was sent in cannot be read
            await self._replies.edit(interaction, message)
            return
        token = str(interaction.id)
        # The oldest stand first; what is over tells of people, and is not kept for longer.
        while self._typed and (
            len(self._typed) >= _TYPED or next(iter(self._typed.values())).until < _now()
        ):
            del self._typed[next(iter(self._typed))]
        self._typed[token] = _Typed(interaction.user.id, part, state, _now() + TYPED_FOR)
        said = texts(message.locale)
        mend = button(said.say("Change it"), f"{AGAIN}:{token}")
        await show(interaction, self._replies, message, mend)

    async def _tell(self, interaction: Interaction, message: Callable[[str], Message]) -> None:
        """Say why there is no form, in the language in which they are spoken to."""
        await acknowledged(interaction)
        await self._replies.edit(interaction, message(await self._spoken(interaction)))


def _is_left(interaction: Interaction) -> bool:
    """Whether a message was used that we posted in a server before we had to leave it."""
    message = interaction.message
    is_for_all = message is not None and not message.flags.ephemeral
    return interaction.guild_id is not None and is_for_all and is_visiting(interaction)


def too_late(locale: str) -> Message:
    """Return the line for who cannot be shown a form in time."""
    said = texts(locale)
    text = said.say(
        "The form could not be opened in time. Please press it again in a minute, or write it: "
        "/hype subscribe, /hype schedule, /hype set filter, /hype set alerts."
    )
    return line(text, said.name, MessageKind.ERROR)


def _part(custom_id: str) -> _Part:
    """Return the part and the subscription of `hype:form:PART:WHICH`; the first of another id."""
    ours, _, rest = custom_id.partition(f"{PREFIX}:")
    name, _, which = rest.partition(":")
    return (REST if name == REST else MAIN, which) if rest and not ours else (MAIN, "")


def _number(which: str) -> int | None:
    """Return which subscription to show: None the first there is, `ANOTHER` a new one."""
    if which == NEW:
        return ANOTHER
    return int(which) if which.isascii() and which.isdigit() and len(which) < 19 else None  # noqa: PLR2004  # what a database counts to


def _now() -> float:
    return asyncio.get_running_loop().time()
