"""The composition root: settings become parts. Nothing is opened before it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

from hypecurve.adapters.clock import SystemClock
from hypecurve.adapters.github.client import open_github
from hypecurve.adapters.github.wire import Patience
from hypecurve.adapters.sealing import FernetSealer
from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.engine import database_url, file_of
from hypecurve.adapters.sql.store import SqlStore, World, open_store
from hypecurve.adapters.sql.waiting import wait_for
from hypecurve.adapters.sql.world import rebind
from hypecurve.charts import Studio
from hypecurve.config import NO_GITHUB, Settings, bot_settings
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadInput, BadSetting, WrongWorld
from hypecurve.ports import Bot, Clock, GitHubSource, Kit, Messenger, Sealer
from hypecurve.ports.store import Store
from hypecurve.services.installing import SealedInstallations
from hypecurve.services.tracker.cycle import Tracking

KEEP_COLUMNS = timedelta(days=130)
"""Packed sweeps are kept a little longer than the detection looks back."""
FILES = {
    "live": "hypecurve.db",
    "replay": "hypecurve-replay.db",
    "demo": "hypecurve-demo.db",
}
"""Each world has a file of its own."""
_MAKES = {"live": "hypecurve update", "replay": "hypecurve replay DIR", "demo": "hypecurve demo"}
_DAILY = timedelta(days=1)
_IN_A_CHAT = Patience(attempts=1, answer_within=5.0, max_wait=timedelta(seconds=2))
"""A person looks at the answer to come: a GitHub that is dead is said so within seconds."""


def load_taxonomy(file: Path | None = None) -> Taxonomy:
    """Read the taxonomy that ships with the package, or the operator's own."""
    if file is None:
        text = files("hypecurve").joinpath("taxonomy.toml").read_text(encoding="utf-8")
        return Taxonomy.from_toml(text)
    try:
        return Taxonomy.from_toml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadInput) as error:
        why = str(error).removesuffix(".")
        message = f"HYPECURVE_TAXONOMY: {file} cannot be used ({why})."
        raise BadSetting(message) from None


def load_bots() -> dict[str, Bot]:
    """The bots that are installed, by name."""
    found = (entry.load() for entry in entry_points(group="hypecurve.bots"))
    return {bot.name: bot for bot in sorted(found, key=lambda bot: str(bot.name))}


def pictured(bots: Mapping[str, Bot]) -> frozenset[str]:
    """The platforms, of these bots, whose digests show the curve of what rises most."""
    return frozenset(name for name, bot in bots.items() if bot.pictures_digests)


def tracking(settings: Settings) -> Tracking:
    """What a cycle needs of the settings."""
    return Tracking(
        terms=settings.terms,
        min_stars=settings.min_stars,
        interval=settings.update_every,
        backfill_budget=settings.backfill_per_hour,
        operator=settings.operator,
    )


def database(settings: Settings, kind: str) -> str:
    """Where the database of a kind of world is: DATABASE_URL, or its own file in this folder."""
    return settings.database_url or f"sqlite:///{FILES[kind]}"


def existing(settings: Settings, kind: str | None) -> str:
    """The database that questions are put to: the one asked for, else the one that is there.

    The demo's own file goes before DATABASE_URL, which it never uses. WrongWorld where there is
    none at all.
    """
    if settings.database_url and not (kind == "demo" and Path(FILES["demo"]).is_file()):
        return settings.database_url
    for each in [kind] if kind else list(FILES):
        if Path(FILES[each]).is_file():
            return f"sqlite:///{FILES[each]}"
    if kind:
        message = f"There is no {kind} catalogue in this folder yet: run `{_MAKES[kind]}` first."
    else:
        message = (
            "There is no catalogue in this folder yet: run `hypecurve update` (live), "
            "`hypecurve demo` (made up) or `hypecurve replay DIR` first, or set DATABASE_URL."
        )
    raise WrongWorld(message)


def shown_database(settings: Settings, kind: str) -> str:
    """The name of that database as it may be shown: a file, or an address without its password."""
    url = database_url(database(settings, kind))
    return str(file_of(url) or migrate.shown(url))


def _live(settings: Settings) -> World:
    return World("live", settings.github_api_url.split("://", 1)[-1])


def site_of(settings: Settings) -> str:
    """Return where people look at the repos of the GitHub that is set."""
    return _live(settings).site


async def wait_for_database(
    settings: Settings, stop: asyncio.Event, say: Callable[[str], None]
) -> bool:
    """Wait for up to a minute until the live database's server answers; `say` gets one line then.

    False where `stop` was set before it did, BadSetting where it never does. A service calls it
    before it opens its store: started together with its database, it is there first.
    """
    return await wait_for(database_url(database(settings, "live")), stop, say)


@asynccontextmanager
async def live_store(settings: Settings, clock: Clock) -> AsyncIterator[SqlStore]:
    """Open the live database, made at first use.

    One that another GitHub's address has left without anything in it is taken over.
    """
    url = database(settings, "live")

    def opened() -> AbstractAsyncContextManager[SqlStore]:
        return open_store(
            url,
            _live(settings),
            now=clock.now(),
            interval=settings.update_every,
            keep=KEEP_COLUMNS,
        )

    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(opened())
        except WrongWorld:
            if not await rebind(url, _live(settings).host):
                raise
            store = await stack.enter_async_context(opened())
        yield store


@asynccontextmanager
async def replay_store(settings: Settings) -> AsyncIterator[SqlStore]:
    """Open the replay's database, made at first use; WrongWorld where it is another world's."""
    async with open_store(
        database(settings, "replay"),
        World("replay"),
        now=SystemClock().now(),
        interval=_DAILY,
        durable=False,
    ) as store:
        yield store


async def check_replay(settings: Settings) -> None:
    """Raise WrongWorld where a replay could not be written; what is not there yet is not made."""
    if await migrate.revision(database_url(database(settings, "replay"))) is not None:
        async with replay_store(settings):
            pass


@asynccontextmanager
async def any_store(
    settings: Settings, clock: Clock, kind: str | None = None
) -> AsyncIterator[SqlStore]:
    """Open whatever world is there, to answer questions from.

    WrongWorld where DATABASE_URL holds another kind of world than the one asked for.
    """
    interval = _DAILY if kind == "replay" else settings.update_every
    async with open_store(
        existing(settings, kind), None, now=clock.now(), interval=interval
    ) as store:
        if kind not in {None, store.world.kind}:
            message = f"DATABASE_URL holds the world {store.world}, not {kind}."
            raise WrongWorld(message)
        yield store


@asynccontextmanager
async def github(
    settings: Settings,
    on_wait: Callable[[str], None] | None = None,
    clock: Clock | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[GitHubSource]:
    """Open the connection to GitHub; BadSetting where GITHUB_TOKEN is missing."""
    token = settings.github_token
    if token is None or not token.get_secret_value():
        raise BadSetting(NO_GITHUB)
    async with open_github(
        settings.github_api_url,
        token.get_secret_value(),
        clock=clock or SystemClock(),
        on_wait=on_wait,
        patience=patience,
    ) as source:
        yield source


@asynccontextmanager
async def github_for_chats(settings: Settings, clock: Clock) -> AsyncIterator[GitHubSource | None]:
    """Open a connection for who waits in a chat: it gives up soon. None without GITHUB_TOKEN."""
    token = settings.github_token
    if token is None or not token.get_secret_value():
        yield None
        return
    async with github(settings, clock=clock, patience=_IN_A_CHAT) as source:
        yield source


def configured_bots(bots: Mapping[str, Bot]) -> dict[str, tuple[Bot, Mapping[str, str]]]:
    """The bots that have all their settings, with those settings."""
    found = {}
    for name, bot in bots.items():
        env = bot_settings(bot.settings)
        if not bot.missing(env):
            found[name] = (bot, env)
    return found


def half_made(bots: Mapping[str, Bot]) -> list[str]:
    """A line for each bot of whose settings some are there and others are missing."""
    lines = []
    for name, bot in bots.items():
        env = bot_settings(bot.settings)
        needed = bot.missing(env)
        if needed and any(item.name in env and item.secret for item in bot.settings):
            lines.append(f"{name} is not in use: {' and '.join(needed)} is missing")
    return lines


@asynccontextmanager
async def messengers(
    bots: Mapping[str, tuple[Bot, Mapping[str, str]]], kits: Mapping[str, Kit]
) -> AsyncIterator[dict[str, Messenger]]:
    """Open the messengers of the configured bots, each with its kit."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(bot.connect(env, kits[name]))
            for name, (bot, env) in bots.items()
        }


def sealer_of(settings: Settings, clock: Clock) -> Sealer:
    """Return what seals and opens with HYPECURVE_SECRET_KEYS; BadSetting for what is no key."""
    return FernetSealer([key.get_secret_value() for key in settings.secret_keys], clock)


def kits(
    settings: Settings,
    store: Store,
    clock: Clock,
    invalid: Mapping[str, Callable[[], None]],
) -> dict[str, Kit]:
    """Return what each bot is lent; `invalid`: by bot, what counts the answers that lead to a ban.

    BadSetting where a key cannot be used.
    """
    sealer = sealer_of(settings, clock)
    installations = SealedInstallations(store, clock, sealer)
    charts = Studio()
    return {
        name: Kit(count, installations, sealer, charts, settings.public_url)
        for name, count in invalid.items()
    }
