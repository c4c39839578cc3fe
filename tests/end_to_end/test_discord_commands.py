"""Every command of `/hype` once, as Discord's people use it, over a database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.chat.manners import Manners
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.ports.store import Transaction
from hypecurve.wording.commands import COMMANDS
from standins.discord_exchange import Exchange
from standins.discord_payloads import StandInChannel
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import shown
from support.bots import host
from support.catalogue import DAY, a_repo, a_signal, listed, speak, sweep
from support.databases import NOW, opened
from support.discord_running import Nothing, running
from support.sample_day import sample_taxonomy
from support.sources import MemoryGitHub

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPOS = [a_repo(1, 9_000, "acme/flashkv", description="KV-cache compression for serving")]
REPOS += [a_repo(number, 500 + 10 * number) for number in range(2, 31)]
NEW = a_repo(99, 700, "nori/voicebox")


@dataclass(frozen=True)
class Used:
    """A command as it is used, and what its answer says."""

    name: str
    says: str
    options: dict[str, str | int] = field(default_factory=dict)


FLASHKV: dict[str, str | int] = {"repo": "acme/flashkv"}
USES = (
    Used("subscribe", "Watching 30 repos in Agents", {"categories": "agents", "at": "09:00"}),
    Used("subscriptions", "Agents"),
    Used("unsubscribe", "Agents", {"categories": "agents"}),
    Used("schedule", "10\\:00", {"at": "10:00", "zone": "Europe/Paris"}),
    Used("preview", "30 repos checked"),
    Used("set filter", "1,000 stars", {"min": 1000}),
    Used("set alerts", "5", {"most": 5}),
    Used("set language", "русский", {"language": "русский"}),
    Used("set ping", "1234", {"role": "1234"}),
    Used("pause", "aused", {"for": "2d"}),
    Used("resume", "paused"),
    Used("status", "Attach Files (for pictures)"),
    Used("new", "Newly listed", {"window": "7d"}),
    Used("rising", "1-10 of 30", {"window": "7d"}),
    Used("stalled", "Nothing has stalled there."),
    Used("top", "Most stars gained · Agents", {"window": "7d", "category": "agents"}),
    Used("repo", "KV-cache compression for serving", FLASHKV),
    Used("search", "1 repo for 'flash'", {"text": "flash"}),
    Used("compare", "acme/flashkv and acme/repo-2", FLASHKV | {"with": "acme/repo-2"}),
    Used("why", "Not rising", FLASHKV),
    Used("follow", "Following acme/flashkv", FLASHKV),
    Used("unfollow", "No longer following acme/flashkv", FLASHKV),
    Used("mute", "acme/flashkv", FLASHKV),
    Used("unmute", "acme/flashkv", FLASHKV),
    Used("pick", "acme/flashkv", FLASHKV | {"why": "halves what serving costs us"}),
    Used("submit", "nori/voicebox", {"repo": "nori/voicebox", "category": "agents"}),
    Used("categories", "MCP"),
    Used("help", "hype subscribe", {"command": "subscribe"}),
)
ANNOUNCED = frozenset({spec.path for spec in COMMANDS if spec.manages})
PUBLIC = frozenset({"subscribe", "submit"})
"""Whose answers everybody there sees."""


class SlowStore:
    """A store behind a gate: while it is shut, the database answers nobody."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        await self._pass()
        async with self._store.read() as tx:
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        await self._pass()
        async with self._store.write() as tx:
            yield tx

    async def wipe(self) -> bool:
        return await self._store.wipe()

    async def _pass(self) -> None:
        if self.away:
            message = "The database is away."
            raise StoreUnavailable(message)
        await self.gate.wait()


@dataclass
class It:
    discord: DiscordStandIn
    store: SlowStore


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[It]:
    file = tmp_path_factory.mktemp("commands") / "hypecurve.db"
    shutil.copyfile(sqlite_template, file)
    async with opened(f"sqlite:///{file}") as store, DiscordStandIn() as discord:
        await fill(store)
        discord.app_permissions = READING
        slow, github = SlowStore(store), MemoryGitHub()
        github.add([NEW])
        desk = ServiceDesk(
            slow,
            SetClock(NOW),
            sample_taxonomy(),
            github=github,
            patience=0.4,
            soon=0.2,
            pictured=frozenset({"discord"}),
        )
        polite = Manners(desk, ServiceForms(desk))
        async with running(discord, host(polite, Nothing(), forms=polite)):
            yield It(discord, slow)


async def fill(store: SqlStore) -> None:
    """Let there be repos that were counted each day, and have risen."""
    await listed(store, REPOS, at=NOW - 40 * DAY)
    for days in range(30, -1, -1):
        await sweep(store, NOW - days * DAY, {repo.id: repo.stars - 9 * days for repo in REPOS})
    await speak(store, [a_signal(repo.id) for repo in REPOS])


@pytest.fixture
def it(bot: It) -> It:
    """The bot, with a channel in which nothing was asked yet."""
    bot.store.gate.set()
    bot.store.away = False
    number = str(len(bot.discord.channels) + 5_000)
    bot.discord.channels[number] = StandInChannel(number)
    return bot


async def ask(it: It, use: Used) -> Exchange:
    """Use a command in the newest channel, and wait for all of its answer."""
    options: dict[str, Any] = {**use.options, "channel": [*it.discord.channels][-1]}
    asked = await it.discord.command(use.name, **options)
    if use.name in PUBLIC and not it.store.away:
        await asked.until(lambda a: bool(a.public))
    return asked


async def test_every_command_is_tried() -> None:
    assert {use.name for use in USES} == {spec.path for spec in COMMANDS}


@pytest.mark.parametrize("use", USES, ids=lambda use: use.name)
async def test_a_command_is_answered(it: It, use: Used) -> None:
    if use.name != "subscribe":
        await ask(it, USES[0])
    asked = await ask(it, use)
    assert use.says in asked.text
    assert "went wrong" not in asked.text
    assert bool(asked.public) == (use.name in PUBLIC) or use.name in ANNOUNCED


async def test_pages_are_read_turned_and_shared(it: It) -> None:
    (list_,) = (await ask(it, Used("rising", "", {"window": "7d"}))).private
    for label, says in (("Next", "11-20 of 30"), ("Next", "21-30 of 30"), ("Previous", "11-20")):
        await it.discord.press(list_.message, label)
        assert says in shown(list_.message)
    shared = await it.discord.press(list_.message, "Share", called="@everyone **nori**")
    await shared.until(lambda a: bool(a.public))
    assert "11-20 of 30" in shared.public[0].text
    assert "Shared by @\u200beveryone \\*\\*nori" in shared.public[0].text


async def test_a_database_that_is_away_is_told_of_in_a_kind_line(it: It) -> None:
    it.store.away = True
    for use in (USES[0], USES[16]):
        asked = await ask(it, use)
        assert "The database is away" in asked.text
        assert not asked.public


async def test_a_slow_database_keeps_nobody_from_the_first_answer(it: It) -> None:
    it.store.gate.clear()
    asked = await it.discord.tell("why", repo="acme/flashkv")
    await asked.until(lambda a: a.acknowledged_after is not None)
    assert not asked.is_answered
    await asked.until(lambda a: a.is_answered)
    assert "The database is slow at present" in asked.text


async def test_a_picture_is_drawn_for_a_repos_card(it: It) -> None:
    asked = await ask(it, Used("repo", "", FLASHKV))
    (file,) = asked.private[0].message["attachments"]
    assert "acme/flashkv" in file["description"]
    assert "9k" in asked.text
