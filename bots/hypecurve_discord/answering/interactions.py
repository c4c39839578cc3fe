"""One interaction: acknowledged within three seconds, asked of the desk, answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import structlog

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.message import MessageKind
from hypecurve.domain.saying import Saying
from hypecurve.ports import Desk, Host
from hypecurve.wording.lines import leaving, sorry
from hypecurve_discord.answering.asked import (
    Interaction,
    asker_of,
    command_of,
    data_of,
    is_alone,
    is_direct,
    is_of_the_channel,
    is_visiting,
    locale_of,
    may_speak,
    takes_leave,
    to_be_shared,
)
from hypecurve_discord.answering.items import is_taken, take
from hypecurve_discord.answering.leftout import left_out
from hypecurve_discord.answering.lines import kept_back, placed, unshareable
from hypecurve_discord.answering.replying import Replies
from hypecurve_discord.answering.requests import (
    NETWORK,
    REFUSALS,
    TOO_LATE,
    acknowledged,
    error_name,
    is_said,
)
from hypecurve_discord.answering.underway import SAYING_SO, UnderWay
from hypecurve_discord.library import discord
from hypecurve_discord.offering.completing import completions
from hypecurve_discord.offering.written import text_of
from hypecurve_discord.rendering.ids import Compare, Do, LeftOut, OpenRepo, Pick, Tune, Turn, decode

_log = structlog.get_logger(__name__)

DESK_PATIENCE = 600.0
"""Seconds the desk may take: an interaction can be answered for 15 minutes."""
TYPING = 2.0
"""Seconds for suggestions: Discord waits 3 for them."""
Barred = Callable[[Interaction], Awaitable[Saying | None]]
_Finding = Callable[[], Awaitable[Answer]]


class Answering:
    """Answers interactions one by one, all at the same time. Nothing it does raises."""

    def __init__(self, host: Host, barred: Barred) -> None:
        """Take whom to ask; `barred` says why somebody may not change what a channel hears."""
        self.replies = Replies(host.kit.charts)
        self._desk: Desk = host.desk
        self._barred = barred
        self._under_way = UnderWay()

    async def heard(self, interaction: Interaction) -> None:
        """Answer an interaction that no item of ours has taken: a command, typing, an old button.

        What is sent in from a form is for others.
        """
        match interaction.type:
            case discord.InteractionType.autocomplete:
                await self._complete(interaction)
            case discord.InteractionType.application_command:
                await self.ask(interaction, text_of(data_of(interaction)))
            case discord.InteractionType.component if not is_taken(interaction):
                take(interaction)
                await self.pressed(interaction, str(data_of(interaction).get("custom_id", "")))

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """Answer a control; one of a version to come, or to be forgotten: with the help."""
        value = next(iter(data_of(interaction).get("values") or []), "")
        match decode(custom_id):
            case LeftOut() as pressed:
                await self._left_out(interaction, pressed)
            case Do(command):
                await self.ask(interaction, command)
            case Turn(command):
                await self.ask(interaction, command, turning=_is_theirs(interaction))
            case OpenRepo():
                await self.ask(interaction, f"repo {value}")
            case Pick():
                await self.ask(interaction, value)
            case Tune():
                await self.ask(interaction, "subscriptions")
            case Compare():
                await self.ask(interaction, "help compare")
            case None:
                await self.ask(interaction, "help")

    async def ask(self, interaction: Interaction, text: str, *, turning: bool = False) -> None:
        """Answer a command, written as after `/hype`; acknowledged first where it is not yet.

        `turning`: the answer takes the place of the message that was pressed.
        """
        shares = command_of(text) == "share"
        kept = shares and not may_speak(interaction)
        if kept or (shares and is_direct(interaction)):
            text = to_be_shared(text)

        async def finding() -> Answer:
            answer = await self._desk.answer(await self.asker(interaction, text), text)
            message = answer.message
            if is_of_the_channel(text):
                message = placed(interaction, message, changes=takes_leave(text))
            if is_direct(interaction):
                message = unshareable(message)
            if kept and message.kind is not MessageKind.ERROR:
                message = kept_back(message)
            return replace(answer, message=message)

        # What they share is for others wherever it is; the rest is about their own digest there.
        shown = not is_alone(interaction) or (shares and is_visiting(interaction))
        await self._answer(interaction, finding, shown=shown, turning=turning)

    async def asker(self, interaction: Interaction, text: str) -> Asker:
        """Return who asks; whether they may is only looked up for what takes leave."""
        barred = None
        if takes_leave(text) and not is_alone(interaction):
            barred = await self._barred(interaction)
        return asker_of(interaction, barred)

    async def spoken(self, interaction: Interaction) -> str:
        """Return the language in which they are spoken to, where that can be found out."""
        with suppress(Exception):
            return (await self._desk.spoken_to(asker_of(interaction))).locale
        return _own(interaction)

    async def finish(self, seconds: float) -> None:
        """Let what is being answered finish; who waits for what takes longer is told so."""
        await self._under_way.finish(seconds)

    async def _left_out(self, interaction: Interaction, pressed: LeftOut) -> None:
        async def finding() -> Answer:
            asker = await self._desk.spoken_to(asker_of(interaction))
            return Answer(left_out(interaction, pressed, asker.locale))

        await self._answer(interaction, finding, shown=False, turning=False)

    async def _complete(self, interaction: Interaction) -> None:
        """Offer what fits what was typed; nothing where that cannot be found in time."""
        found: list[tuple[str, str]] = []
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(TYPING):
                    found = await completions(
                        self._desk, asker_of(interaction), data_of(interaction)
                    )
        except Exception:  # noqa: BLE001 - they can type it all the same
            _log.exception("discord suggestions failed")
        choices = [discord.app_commands.Choice(name=name, value=value) for name, value in found]
        try:
            await interaction.response.autocomplete(choices)
        except (*REFUSALS, *NETWORK) as error:
            _log.info("discord suggestions too late", error=str(error)[:100])

    async def _answer(
        self, interaction: Interaction, finding: _Finding, *, shown: bool, turning: bool
    ) -> None:
        """Acknowledge, find the answer and say it; whatever goes wrong, say something."""
        with self._under_way.at_work():
            try:
                if await acknowledged(interaction, turning=turning):
                    await self._find_and_say(interaction, finding, shown=shown, turning=turning)
            except REFUSALS as error:
                if isinstance(error, discord.HTTPException) and error.code in TOO_LATE:
                    _log.info("discord interaction too late", code=error.code)
                else:
                    _log.exception("discord interaction not answered", code=error_name(error))
            except Exception:  # noqa: BLE001 - an interaction goes wrong alone, whatever it is
                _log.exception("discord interaction not answered")

    async def _find_and_say(
        self, interaction: Interaction, finding: _Finding, *, shown: bool, turning: bool
    ) -> None:
        try:
            try:
                async with asyncio.timeout(DESK_PATIENCE):
                    answer = await finding()
            except Exception:  # noqa: BLE001 - the person hears a kind line, the log the rest
                custom_id = str(data_of(interaction).get("custom_id", ""))
                _log.exception("discord command failed", custom_id=custom_id)
                answer = Answer(sorry(await self.spoken(interaction)))
            if not turning:
                await self.replies.say(interaction, answer, shown=shown)
            elif answer.message.kind is MessageKind.ERROR:
                await self.replies.add(interaction, answer.message)
            else:
                await self.replies.turn(interaction, answer.message)
        except asyncio.CancelledError:
            if not (turning or is_said(interaction)):
                with suppress(Exception):
                    async with asyncio.timeout(SAYING_SO):
                        await self.replies.edit(interaction, leaving(_own(interaction)))
            raise


def _own(interaction: Interaction) -> str:
    """Return the language that somebody has set for themselves."""
    return locale_of(str(interaction.locale))


def _is_theirs(interaction: Interaction) -> bool:
    """Whether the message that was pressed is for nobody but who pressed."""
    message = interaction.message
    return message is not None and (message.flags.ephemeral or interaction.context.dm_channel)
