"""Which presses and commands open a modal, and what comes back from one.

The buttons are discord.py's dynamic items like those of `answering`; what is sent in is known by
its custom id alone, so that it does not matter which process opened the modal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from re import Match
from typing import Any, Protocol, Self

import structlog

from hypecurve.domain.message import Message
from hypecurve.ports import Host
from hypecurve.wording.lines import leaving, sorry
from hypecurve_discord.answering.asked import Interaction, data_of
from hypecurve_discord.answering.interactions import Answering
from hypecurve_discord.answering.items import is_taken, take
from hypecurve_discord.answering.requests import TOO_LATE, acknowledged, is_said
from hypecurve_discord.answering.underway import SAYING_SO, UnderWay
from hypecurve_discord.library import discord
from hypecurve_discord.offering.options import NAME
from hypecurve_discord.rendering.ids import Compare, Tune, decode
from hypecurve_discord.rights import DOOR
from hypecurve_discord.screens.compare import CompareScreen
from hypecurve_discord.screens.forms import AGAIN, FormScreen
from hypecurve_discord.screens.formview import PREFIX

_log = structlog.get_logger(__name__)
Item = discord.ui.Item[Any]
_PATIENCE = 20.0
"""Seconds to say that something went wrong."""
_Kind = discord.InteractionType


class Screens:
    """Opens modals and takes what is sent in. Nothing it does raises."""

    def __init__(self, host: Host, answering: Answering) -> None:
        """Take who answers what is no screen's."""
        self._replies = answering.replies
        self._form = FormScreen(host.forms, answering.asker, answering.spoken, answering.replies)
        self._spoken = answering.spoken
        self._compare = CompareScreen(answering.spoken, answering.ask)
        self._under_way = UnderWay()

    async def heard(self, interaction: Interaction) -> bool:
        """Take what is for a screen; False: it is somebody else's."""
        data = data_of(interaction)
        match interaction.type:
            case _Kind.modal_submit:
                await self._run(interaction, self._sent_in(interaction))
            case _Kind.application_command if data.get("name") == DOOR:
                await self._run(interaction, self._form.tune(interaction))
            case _Kind.application_command if _is_bare(data):
                await self._run(interaction, self._form.tune(interaction, another=True))
            case _Kind.component if is_taken(interaction):
                return False
            case _Kind.component if is_ours(str(data.get("custom_id", ""))):
                await self.pressed(interaction, str(data["custom_id"]))
            case _:
                return False
        return True

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """Answer a control of ours."""
        take(interaction)
        await self._run(interaction, self._open(interaction, custom_id))

    async def finish(self, seconds: float) -> None:
        """Let what is being done finish, as long as that takes no more than some seconds."""
        await self._under_way.finish(seconds)

    async def _open(self, interaction: Interaction, custom_id: str) -> None:
        pressed = decode(custom_id)
        if isinstance(pressed, Compare):
            await self._compare.open(interaction, pressed.repo)
        elif isinstance(pressed, Tune):
            await self._form.tune(interaction)
        elif custom_id.startswith(f"{AGAIN}:"):
            await self._form.again(interaction, custom_id.removeprefix(f"{AGAIN}:"))
        else:
            await self._form.pressed(interaction, custom_id)

    async def _sent_in(self, interaction: Interaction) -> None:
        custom_id = str(data_of(interaction).get("custom_id", ""))
        screen = self._compare if isinstance(decode(custom_id), Compare) else self._form
        await screen.sent_in(interaction)

    async def _run(self, interaction: Interaction, work: Awaitable[None]) -> None:
        with self._under_way.at_work():
            try:
                await work
            except asyncio.CancelledError:
                await self._say(interaction, leaving, SAYING_SO)
                raise
            except Exception as error:  # noqa: BLE001 - an interaction goes wrong alone, whatever it is
                if isinstance(error, discord.HTTPException) and error.code in TOO_LATE:
                    _log.info("discord interaction too late", code=error.code)
                else:
                    custom_id = data_of(interaction).get("custom_id")
                    _log.exception("discord screen failed", custom_id=custom_id)
                    await self._say(interaction, sorry, _PATIENCE)

    async def _say(
        self, interaction: Interaction, message: Callable[[str], Message], seconds: float
    ) -> None:
        """Say a kind line to who has no answer yet, where that can be done in time."""
        if is_said(interaction):
            return
        with suppress(Exception):
            async with asyncio.timeout(seconds):
                await acknowledged(interaction)
                await self._replies.edit(interaction, message(await self._spoken(interaction)))


class Presses(Protocol):
    """Who answers presses; the client has one as `screens`."""

    def pressed(self, interaction: Interaction, custom_id: str) -> Awaitable[None]:
        """Answer a press."""
        ...


class Opener(discord.ui.DynamicItem[Item], template=r"hype:(?:tune|form|again|compare)(?::.*)?"):
    """A button or a list that opens a modal."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: Item, __: Match[str], /) -> Self:
        """Return the control that was used."""
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Open it."""
        screens: Presses = interaction.client.screens
        await screens.pressed(interaction, self.custom_id)


def is_ours(custom_id: str) -> bool:
    """Whether a control opens a modal."""
    if isinstance(decode(custom_id), (Tune, Compare)):
        return True
    return custom_id == PREFIX or custom_id.startswith((f"{PREFIX}:", f"{AGAIN}:"))


def _is_bare(data: Any) -> bool:  # noqa: ANN401  # an interaction's data, any JSON
    """Whether it is `/hype subscribe` and nothing more."""
    inner: dict[str, Any] = next(iter(data.get("options") or []), {})
    said = data.get("name"), inner.get("name")
    return said == (NAME, "subscribe") and not inner.get("options")
