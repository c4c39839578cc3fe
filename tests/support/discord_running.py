"""The Discord bot as it runs, against a stand-in Discord on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.chart import Curve, Picture
from hypecurve.domain.chart import Line as Drawn
from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Entry,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Host, Suggestible
from hypecurve_discord.serving.client import serve
from standins.discord_platform import DiscordStandIn
from support.bots import HearsNothing

CURVE = Curve(Drawn("acme/flashkv", ((date(2026, 11, 1), 700), (date(2026, 11, 22), 1_940))))
PICTURE = Picture(CURVE, alt="Stars of acme/flashkv: 1,940 by now.", title="acme/flashkv")


class Nothing(HearsNothing):
    """Events that nobody needs here."""

    async def channel_open(self, channel: Channel) -> None: ...

    async def tenant_changed(self, tenant: Tenant) -> None: ...

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None: ...

    async def tenant_here(self, tenant: Tenant) -> None: ...


@asynccontextmanager
async def running(discord: DiscordStandIn, host: Host) -> AsyncIterator[asyncio.Event]:
    """Run the bot until the end of the block, or until the event is set; another one each time."""
    stop = asyncio.Event()
    before = discord.gateway.identified
    serving = asyncio.create_task(serve(discord.env, host, stop, settle=0.01))
    try:
        async with asyncio.timeout(5):
            await discord.gateway.sessions(identified=before + 1)
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(6):
            await serving


def line(text: str, kind: MessageKind = MessageKind.NOTICE, *controls: Control) -> Message:
    """Return a message of one line."""
    section = Section(SectionKind.PLAIN, "", (Entry(((Text(text),),)),))
    return Message(kind, text, sections=(section,), controls=controls)


LAST = 3
"""Pages of the list."""
BROKEN = frozenset({"repo acme/broken", "rising agents 30d"})
SLOW = "repo acme/slow"
CHOICES = (Choice("acme/flashkv", "repo acme/flashkv"), Choice("acme/ragkit", "repo acme/ragkit"))


def page(number: int) -> Message:
    """Return a page of a list, with the buttons of lists; one leads to nowhere."""
    command, found = "rising agents 7d", []
    if number > 1:
        found.append(Control(Action.MORE, "Previous", command if number == 2 else _on(number - 1)))
    if number < LAST:
        found.append(Control(Action.MORE, "Next", _on(number + 1)))
    found += [
        Control(Action.SHARE, "Share", f"share {_on(number)}"),
        Control(Action.MORE, "Broken", "rising agents 30d"),
        Control(Action.MORE, "Refused", "top agents 7d"),
    ]
    return line(f"page {number} of {LAST}", MessageKind.LIST, *found)


def _on(number: int) -> str:
    return f"rising agents 7d page {number}"


@dataclass(slots=True)
class SmallDesk:
    """Answers what it was told to, and remembers who asked what."""

    asked: list[tuple[Asker, str]] = field(default_factory=list)
    typed: list[tuple[Suggestible, str]] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    """What asks to wait waits for it."""
    waiting: int = 0
    """How many wait, or have waited."""
    locale: str = ""
    """The channel's language."""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def asker(self) -> Asker:
        """Who asked last."""
        return self.asked[-1][0]

    @property
    def texts(self) -> list[str]:
        """What was asked."""
        return [text for _, text in self.asked]

    async def waited_for(self, number: int) -> None:
        """Wait until so many wait for their answer."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.waiting >= number)

    async def answer(self, asker: Asker, text: str) -> Answer:
        self.asked.append((asker, text))
        if text in BROKEN:
            message = "a secret: stand-in.token"
            raise RuntimeError(message)
        if text == SLOW:
            async with self._changed:
                self.waiting += 1
                self._changed.notify_all()
            await self.hold.wait()
            return Answer(line("at last"))
        first, *rest = text.split()
        if first == "rising":
            return Answer(page(int(rest[-1]) if "page" in rest else 1))
        return self._said(asker, text).get(first) or Answer(line(f"You asked {text}"))

    def _said(self, asker: Asker, text: str) -> dict[str, Answer]:
        shared = replace(line(f"{asker.name} shares {text}"), picture=PICTURE)
        choices = Control(Action.WHY, "Which?", choices=CHOICES)
        announced = line(f"{asker.name} paused the digest.")
        return {
            "repo": Answer(replace(line("KV-cache"), title="acme/flashkv", picture=PICTURE)),
            "share": Answer(shared, public=True),
            "subscribe": Answer(line(f"You asked {text}"), public=True),
            "pause": Answer(line("Paused."), announcement=announced),
            "resume": Answer(line("again"), silent=True),
            "why": Answer(line("Which one?", MessageKind.NOTICE, choices)),
            "top": Answer(line("not now", MessageKind.ERROR)),
        }

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        self.typed.append((kind, typed))
        if typed == "broken":
            raise RuntimeError(typed)
        if typed == "slow":
            await asyncio.Event().wait()
        return (Choice(f"acme/{typed} (38.2k)", f"acme/{typed}", asker.channel.id),)

    async def spoken_to(self, asker: Asker) -> Asker:
        return replace(asker, locale=self.locale or asker.locale)
