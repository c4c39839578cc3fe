"""The migrations lead to the tables that the code knows, on both databases, and keep the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.engine import database_url, sync_url
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import REVISION, metadata
from hypecurve.domain.delivery import Delivery, DeliveryState
from hypecurve.domain.health import Health
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.ports.store import Sweep
from support.catalogue import (
    CHANNEL,
    DAY,
    a_repo,
    a_signal,
    entry_of,
    listed,
    lose,
    speak,
    sweep,
    untold_facts,
)
from support.databases import LIVE, NOW, opened
from support.telling import HELLO, claim, freeze, notify, recent, settle, step


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "hypecurve_migrations:")
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(sync_url(database_url(url)))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _run(url: str, what: Callable[[Config, str], None], revision: str) -> None:
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        what(config, revision)


def _tables(url: str) -> set[str]:
    with _connected(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def _revisions() -> list[str]:
    """Every revision, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def test_the_newest_revision_is_the_one_the_code_knows() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [REVISION]


def test_revisions_sort_as_they_follow_each_other() -> None:
    assert _revisions() == sorted(_revisions())


def test_the_migrated_tables_are_those_of_the_code(database: str) -> None:
    with _connected(database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


async def test_an_empty_database_has_no_version_and_gets_the_newest(empty_database: str) -> None:
    url = database_url(empty_database)
    assert await migrate.revision(url) is None
    await migrate.upgrade(url)
    assert await migrate.revision(url) == REVISION
    await migrate.check(url)
    assert _tables(empty_database) == set(metadata.tables)


async def test_an_upgrade_keeps_the_rows(database: str) -> None:
    async with opened(database) as store:
        await listed(store, [a_repo(1, 700), a_repo(2)])
        await sweep(store, NOW, {1: 700, 2: 600})
        await speak(store, [a_signal(1)])
        sent = await _send(store)
        before = await entry_of(store, 1)
    _run(database, command.downgrade, _revisions()[-2])
    await migrate.upgrade(database_url(database))
    async with opened(database) as store:
        assert store.world == LIVE
        assert await entry_of(store, 1) == before
        async with store.read() as tx:
            assert await tx.signals.current_cycle() == 1
            assert len(await tx.signals.between(0, 1)) == 1
            assert await tx.stars.latest() == Sweep(1, NOW, 2, 2, Health.GOOD)
            assert await tx.digests.message(CHANNEL, sent.digest_id or 0) == HELLO
        assert await recent(store) == [sent]
    _check_references(database)


async def test_what_lost_its_text_holds_its_key_in_both_versions(database: str) -> None:
    async with opened(database) as store:
        await freeze(store, NOW - DAY)
        await notify(store, at=NOW - DAY)
        await notify(store, "listed 2")
        async with store.write() as tx:
            assert await tx.forgetting.texts(NOW, 9, NOW) == 2
    _run(database, command.downgrade, "202611221100")
    with _connected(database) as connection:
        kept = connection.execute(text("SELECT CAST(message AS TEXT) FROM notice ORDER BY id"))
        assert [message == "null" for message in kept.scalars()] == [True, False]
    await migrate.upgrade(database_url(database))
    async with opened(database) as store:
        assert await notify(store) is None
        assert await freeze(store, NOW - DAY) is None
        assert [item.message for item in await claim(store)] == [HELLO]
        async with store.write() as tx:
            assert await tx.forgetting.texts(NOW, 9, NOW) == 0


async def _send(store: SqlStore) -> Delivery:
    """A digest that was sent."""
    await freeze(store, signal_ids=[1])
    (item,) = await claim(store)
    await step(store, item.delivery, DeliveryState.SENDING)
    await step(store, item.delivery, DeliveryState.SENT)
    await settle(store, item, DeliveryState.SENT)
    (sent,) = await recent(store)
    return sent


def _check_references(url: str) -> None:
    """SQLite copies a table to change it: whoever refers to it must still do."""
    with _connected(url) as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


async def test_an_upgrade_says_why_repos_are_gone_in_the_present_words(database: str) -> None:
    async with opened(database) as store:
        await listed(store, [a_repo(number) for number in range(1, 4)])
        for number, why in enumerate(("not found", "refused", "blocked"), 1):
            await lose(store, [number], why=why)
    _run(database, command.downgrade, "202611220930")
    await migrate.upgrade(database_url(database))
    async with opened(database) as store:
        reasons = [(await entry_of(store, number)).gone_why for number in range(1, 4)]
        facts = [after for *_, after in await untold_facts(store)]
    assert reasons == facts == ["deleted", "blocked", "blocked"]


async def test_a_downgrade_leaves_out_what_the_older_version_does_not_know(database: str) -> None:
    async with opened(database) as store:
        await listed(store, [a_repo(1)])
        await speak(store, [a_signal(1)])
        sent = await _send(store)
        assert await notify(store) is not None
    _run(database, command.downgrade, "202611220930")
    _check_references(database)
    await migrate.upgrade(database_url(database))
    async with opened(database) as store:
        assert await recent(store) == [sent]


async def test_down_to_the_base_and_up_again_step_by_step(database: str) -> None:
    async with opened(database) as store:
        await listed(store, [a_repo(1)])
    _run(database, command.downgrade, "base")
    assert _tables(database) == set()
    assert await migrate.revision(database_url(database)) is None
    for revision in _revisions():
        _run(database, command.upgrade, revision)
        assert await migrate.revision(database_url(database)) == revision
    assert _tables(database) == set(metadata.tables)


async def test_upgrading_twice_changes_nothing(database: str) -> None:
    await migrate.upgrade(database_url(database))
    assert await migrate.revision(database_url(database)) == REVISION


async def test_an_upgrade_calls_a_persons_own_channel_at_discord_by_their_name(
    database: str,
) -> None:
    names = ("@42/777", "@42/778", "@43/43", "@44/779", "@44/@44", "900800700/780")
    async with opened(database) as store, store.write() as tx:
        for name in names:
            await tx.subscriptions.add(Subscription(Channel.parse(f"discord:{name}")))
        await tx.subscriptions.add(Subscription(Channel.parse("slack:@42/777")))
    _run(database, command.downgrade, "202611221200")
    await migrate.upgrade(database_url(database))
    async with opened(database) as store, store.read() as tx:
        found = {str(each.channel): each for each in await tx.subscriptions.listeners()}
    # Who has both keeps both, and nothing that is heard is lost.
    assert sorted(found) == [
        "discord:900800700/780",
        "discord:@42/778",
        "discord:@42/@42",
        "discord:@43/@43",
        "discord:@44/779",
        "discord:@44/@44",
        "slack:@42/777",
    ]
    assert {len(each.subscriptions) for each in found.values()} == {1}
    assert {each.calls for each in found.values()} == {""}
