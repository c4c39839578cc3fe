"""What every store forgets, and that no table names it then: `ports.store.Forgetting`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import digest
from hypecurve.adapters.sql.tables import notice as notice_table
from hypecurve.domain.barring import bar_key
from hypecurve.domain.catalogue import Place
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import NotFound
from hypecurve.domain.pick import Pick
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Forgetting, Forgotten, Found, Purged, Suspension
from hypecurve.wording.cut import cut
from support.catalogue import DAY, a_repo, called, entry_of, keep, listed, meet, sweep
from support.databases import NOW
from support.kept import (
    ACME,
    ADA,
    BOB,
    FLASHKV,
    HELLO,
    NORI,
    OPERATOR,
    OTHER,
    RAGLINE,
    VOICEBOX,
    fill,
    naming,
    rows_of,
)
from support.telling import HELLO as A_DIGEST
from support.telling import (
    WEEK,
    claim,
    freeze,
    known,
    notify,
    place,
    recent,
    send,
    signals,
    told,
)

S = DeliveryState
Act = Callable[[Forgetting], Awaitable[Forgotten]]


async def _forget(store: SqlStore, act: Act) -> Forgotten:
    async with store.write() as tx:
        return await act(tx.forgetting)


async def _kept_of_nori(store: SqlStore) -> object:
    """What the other workspace has; nobody asked to forget it."""
    async with store.read() as tx:
        return (
            await tx.subscriptions.listener(OTHER),
            await tx.installations.find(NORI),
            [each.delivery.channel_id for each in await tx.outbox.recent(OTHER)],
            await tx.submissions.blocked([f"user:{NORI}/{BOB}"]),
        )


CASES: dict[str, tuple[str, Act, set[str], Forgotten]] = {
    "a workspace": (
        ACME.id,
        lambda forgetting: forgetting.tenant(ACME, NOW),
        {
            *("channel.tenant", "installation.tenant", "suspension.tenant", "breaker.key"),
            *("submission.user", "pick.user", "block.key", "notice.key", "notice.message"),
        },
        Forgotten(
            channels=2,
            subscriptions=1,
            installations=1,
            digests=2,
            notices=2,
            picks=2,
            blocks=1,
            names=4,
            texts=2,
        ),
    ),
    "a channel": (
        HELLO.id,
        lambda forgetting: forgetting.channel(HELLO, NOW),
        {"channel.place", "notice.key", "notice.message"},
        Forgotten(channels=1, subscriptions=1, digests=2, notices=1, picks=2, names=2, texts=2),
    ),
    "a person": (
        ADA,
        lambda forgetting: forgetting.person("slack", ADA, NOW),
        {
            *("channel.place", "subscription.created_by", "submission.user", "pick.user"),
            *("installation.by", "block.key", "notice.message"),
        },
        Forgotten(channels=1, notices=1, picks=2, blocks=1, names=4, texts=2),
    ),
    "a person of one workspace": (
        ADA,
        lambda forgetting: forgetting.person("slack", ADA, NOW, ACME),
        {"channel.place"},
        Forgotten(channels=1, notices=1, picks=2, blocks=1, names=4, texts=2),
    ),
    "an account": (
        "acme",
        lambda forgetting: forgetting.owner("Acme", NOW),
        {
            *("repo.owner", "repo.name_key", "repo_alias.name", "repo_alias.name_key"),
            *("repo_fact.before", "signal.evidence", "submission.name"),
            *("subscription.without_owners", "digest.message", "notice.message"),
        },
        Forgotten(picks=2, repos=1, submissions=2, names=6, texts=3),
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_after_it_no_table_names_who_is_forgotten(full: SqlStore, case: str) -> None:
    name, act, where, went = CASES[case]
    assert await naming(full, name) >= where
    others = await _kept_of_nori(full)
    assert await _forget(full, act) == went
    assert await naming(full, name) == set()
    if case != "an account":  # which both workspaces heard of
        assert await _kept_of_nori(full) == others
    # And again: there is nothing left, and nothing is done.
    assert await _forget(full, act) == Forgotten()


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_so_it_is_on_postgresql(store: SqlStore) -> None:
    await fill(store)
    others = await _kept_of_nori(store)
    for case in ("a person", "a channel", "a workspace", "an account"):
        name, act, *_ = CASES[case]
        assert await _forget(store, act)
        assert await naming(store, name) == set()
        if case != "an account":
            assert await _kept_of_nori(store) == others
        assert await _forget(store, act) == Forgotten()


async def test_of_what_nobody_knows_nothing_goes(full: SqlStore) -> None:
    before = await rows_of(full)
    nobody: list[Act] = [
        lambda forgetting: forgetting.tenant(Tenant("slack", "T0"), NOW),
        lambda forgetting: forgetting.channel(Channel(NORI, "C0"), NOW),
        lambda forgetting: forgetting.person("slack", "U0", NOW),
    ]
    for act in nobody:
        assert not await _forget(full, act)
    assert await rows_of(full) == before
    async with full.read() as tx:
        assert await tx.forgetting.places("discord", OPERATOR.id) == [OPERATOR]
        assert await tx.forgetting.places("slack", OPERATOR.id) == []


async def test_what_somebody_set_up_for_others_goes_on_without_a_name(full: SqlStore) -> None:
    async with full.write() as tx:
        # One of another workspace may have the same id.
        await tx.forgetting.person("slack", ADA, NOW, NORI)
    assert await naming(full, ADA) >= {"subscription.created_by", "pick.user", "installation.by"}
    async with full.write() as tx:
        await tx.forgetting.person("slack", ADA, NOW)
        listener = await tx.subscriptions.listener(HELLO)
        wishes = await tx.submissions.of(FLASHKV)
    assert listener is not None
    assert [each.created_by for each in listener.subscriptions] == [""]
    assert [(each.user, each.channel) for each in wishes] == [
        ("forgotten", HELLO),
        (f"{NORI}/{BOB}", OTHER),
    ]
    of_pick, _ = sorted(each.digest_id for each in await recent(full, HELLO) if each.digest_id)
    async with full.read() as tx:
        with pytest.raises(NotFound, match="not kept any longer"):
            await tx.digests.message(HELLO, of_pick)


@pytest.mark.parametrize(
    "name",
    ["Ada Lovelace", "Ада", 'A"d\\a', "李雷" * 20],
    ids=["plain", "Cyrillic", "quoted", "cut"],
)
async def test_a_pick_that_was_told_twice_leaves_no_name_in_the_first_telling(
    store: SqlStore, name: str
) -> None:
    await listed(store, [a_repo(FLASHKV), a_repo(VOICEBOX)])
    shown = cut(name, 40)
    async with store.write() as tx:
        for number, who in ((FLASHKV, name), (VOICEBOX, f"{name[:9]}ndra")):
            user = f"{ACME}/{ADA if who == name else BOB}"
            await tx.picks.add(HELLO, Pick(number, "look", who, NOW, user))
    (key,) = await known(store, HELLO)
    telling = replace(A_DIGEST, notification=f"{shown}: look")
    others = replace(A_DIGEST, notification=f"{name[:9]}ndra: look")
    for day in range(2):
        digest_id = await freeze(store, NOW + day * DAY, channel=HELLO, message=telling)
        async with store.write() as tx:
            waiting = (await tx.picks.waiting([key], NOW - DAY))[key]
            await tx.picks.told({digest_id or 0: [each.id or 0 for each in waiting]})
            await tx.digests.expire([key], NOW + DAY)
    await freeze(store, NOW + 2 * DAY, channel=HELLO, message=others)
    await freeze(store, NOW, channel=OTHER, message=telling)
    gone = await _forget(store, lambda forgetting: forgetting.person("slack", ADA, NOW))
    assert (gone.picks, gone.texts) == (1, 2)
    assert await _kept_texts(store) == 2


async def test_a_pick_is_known_as_long_as_a_text_tells_of_it(store: SqlStore) -> None:
    await listed(store, [a_repo(FLASHKV)])
    (key,) = await known(store, HELLO)
    for who, name in ((ADA, "Ada"), (BOB, "Bob")):
        async with store.write() as tx:
            await tx.picks.add(HELLO, Pick(FLASHKV, "look", name, NOW, f"{ACME}/{who}"))
            (*_, waiting) = (await tx.picks.waiting([key], NOW))[key]
        told = replace(A_DIGEST, notification=f"{name}: look")
        day = NOW if who == ADA else NOW + DAY
        digest_id = await freeze(store, day, channel=HELLO, message=told)
        async with store.write() as tx:
            await tx.picks.told({digest_id or 0: [waiting.id or 0]})
            if who == ADA:  # nobody read it, and Bob picks the same
                await tx.digests.expire([key], NOW)
            assert await tx.forgetting.picks(NOW + WEEK) == 0
    gone = await _forget(store, lambda forgetting: forgetting.person("slack", ADA, NOW))
    assert (gone.picks, gone.texts) == (1, 1)
    assert await _kept_texts(store) == 1
    await send(store, S.SENT, now=NOW + DAY)
    assert await _texts(store, NOW + WEEK) == 1
    async with store.write() as tx:
        assert await tx.forgetting.picks(NOW + WEEK) == 1


# --- accounts ----------------------------------------------------------------------------------


async def test_a_barred_account_comes_back_by_no_way_until_it_is_let_in(full: SqlStore) -> None:
    await _forget(full, lambda forgetting: forgetting.owner("acme", NOW))
    assert await called(full, "acme/flashkv") is None
    both = [a_repo(9, name="ACME/flashkv"), a_repo(10, name="acme-labs/other")]
    assert await meet(full, both) == {10}
    assert await keep(full, [a_repo(1, name="acme/flashkv")]) == frozenset()
    assert await naming(full, "acme/flashkv") == set()
    async with full.write() as tx:
        assert await tx.submissions.blocked([bar_key("aCme")])
        assert await tx.forgetting.readmit("acme")
        assert not await tx.forgetting.readmit("acme")
    assert await meet(full, both) == {9}


async def test_what_comes_to_a_barred_account_by_a_transfer_goes_the_next_time(
    full: SqlStore,
) -> None:
    await _forget(full, lambda forgetting: forgetting.owner("acme", NOW))
    assert await _forget(full, lambda forgetting: forgetting.barred(NOW)) == Forgotten()
    await keep(full, [a_repo(RAGLINE, name="acme/ragline")], NOW + DAY)
    gone = await _forget(full, lambda forgetting: forgetting.barred(NOW + DAY))
    assert gone.repos == 1
    assert await naming(full, "acme") == set()


async def test_the_others_keep_their_slots_and_counts(full: SqlStore) -> None:
    async with full.read() as tx:
        before = await tx.catalogue.roster()
        watched = await tx.catalogue.watched()
    await _forget(full, lambda forgetting: forgetting.owner("acme", NOW))
    async with full.read() as tx:
        after = await tx.catalogue.roster()
        assert await tx.catalogue.watched(NOW - 365 * DAY) == [watched[0], watched[2]]
        assert (await tx.stars.counts_of(1)).tolist() == [600, -1, 700]
        assert (await tx.stars.last_known()).tolist() == [640, -1, 710]
        entries = await tx.catalogue.entries(Found())
        assert {str(each.repo.name) for each in entries} == {"nori/ragline", "nori/voicebox"}
        assert await tx.past.missing(9) == entries
    assert before.ids.tolist() == [VOICEBOX, FLASHKV, RAGLINE]
    assert after.ids.tolist() == [VOICEBOX, -2, RAGLINE]
    assert after.gone.tolist() == [False, True, False]
    # Nothing gives it another place by its text, which it has not.
    assert (await entry_of(full, -2)).place == Place(NOT_AI, "", by_operator=True)
    # And a sweep goes on beside what is left of it.
    await sweep(full, NOW + DAY, {VOICEBOX: 650, RAGLINE: 720})
    async with full.read() as tx:
        assert (await tx.stars.last_known()).tolist() == [650, -1, 720]


async def test_the_other_news_of_a_digest_that_named_it_comes_with_the_next(
    full: SqlStore,
) -> None:
    assert not (await told(full, OTHER)).released.signal_ids
    await _forget(full, lambda forgetting: forgetting.owner("acme", NOW))
    # What told of its own repos, or of a name that another had from it, is no news of anybody.
    assert (await told(full, OTHER)).released.signal_ids == {3}
    assert [each.state for each in await recent(full, OTHER)] == [S.HELD, S.EXPIRED, S.HELD]
    digests = [each.digest_id for each in await recent(full, OTHER) if each.digest_id]
    async with full.read() as tx:
        with pytest.raises(NotFound, match="not kept any longer"):
            await tx.digests.message(OTHER, digests[0])
        assert await tx.digests.message(OTHER, digests[1]) is not None
        assert await tx.digests.message(HELLO, digests[0]) is None


# --- what goes because its time has come -------------------------------------------------------


async def _texts(store: SqlStore, before: datetime = NOW, most: int = 9) -> int:
    async with store.write() as tx:
        return await tx.forgetting.texts(before, most, NOW + 90 * DAY)


async def _kept_texts(store: SqlStore) -> int:
    async with store.engine.connect() as connection:
        counts = [
            await connection.scalar(select(func.count(table.c.message)))
            for table in (digest, notice_table)
        ]
    return sum(each or 0 for each in counts)


async def test_old_texts_go_and_their_rows_stay_with_what_they_keep_from_happening_again(
    store: SqlStore,
) -> None:
    news = await signals(store, 2)
    for number, made in enumerate((NOW - 2 * DAY, NOW - DAY, NOW + DAY)):
        await freeze(store, made, news[number : number + 1])
        await notify(store, f"listed {number}", at=made)
        for _ in range(2):
            await send(store, S.SENT, now=made)
    before = [(each.id, each.state, each.reason) for each in await recent(store)]
    assert await _texts(store, most=1) == 2
    assert await _texts(store, most=1) == 2
    assert await _texts(store, most=1) == 0
    assert await _kept_texts(store) == 2
    assert [(each.id, each.state, each.reason) for each in await recent(store)] == before
    assert (await told(store, after=0)).signal_ids == set(news)
    assert await notify(store, "listed 0") is None
    assert await freeze(store, NOW - DAY) is None
    assert await _texts(store, NOW + 2 * DAY) == 2
    assert await _kept_texts(store) == 0


async def test_a_text_goes_by_when_it_was_settled_or_where_nobody_settles_it(
    store: SqlStore,
) -> None:
    await freeze(store, NOW - DAY)
    await send(store, S.SENT, now=NOW + DAY)
    assert await _texts(store, NOW) == 0
    news = await signals(store, 1)
    await freeze(store, NOW - DAY, news, channel=place(2))
    assert await _texts(store, NOW) == 1
    # It waited for a platform that nobody sends to any more: its news is the next digest's.
    assert (await told(store, place(2))).released.signal_ids == set(news)
    assert await claim(store, NOW + DAY) == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_digest_that_said_nothing_has_no_text_to_lose(store: SqlStore) -> None:
    await freeze(store, message=None)
    assert await _texts(store, NOW + DAY) == 0


async def _purge(store: SqlStore, before: datetime, most: int = 1) -> Purged | None:
    async with store.write() as tx:
        return await tx.forgetting.suspended(before, most, NOW + WEEK)


async def test_tenants_that_stay_away_go_a_few_channels_at_a_time(full: SqlStore) -> None:
    others = await _kept_of_nori(full)
    async with full.write() as tx:
        await tx.reach.suspend(Suspension(NORI, NOW + DAY, "removed", NOW, removed=True))
    assert await _purge(full, NOW) is None
    steps = [await _purge(full, NOW + DAY) for _ in range(3)]
    assert [(each.tenant, each.forgotten.channels, each.over) for each in steps if each] == [
        (ACME, 1, False),
        (ACME, 1, True),
    ]
    assert await naming(full, ACME.id) == set()
    assert await naming(full, HELLO.id) == set()
    async with full.write() as tx:
        assert await tx.forgetting.picks(NOW) == 0
        assert await tx.forgetting.picks(NOW + DAY) == 1  # the other is in a text
        await tx.reach.restore(NORI)
    assert await _purge(full, NOW + WEEK) is None
    assert await _kept_of_nori(full) == others


async def test_who_is_suspended_for_a_token_that_is_not_taken_keeps_everything(
    full: SqlStore,
) -> None:
    async with full.write() as tx:
        await tx.reach.restore(ACME)
        await tx.reach.suspend(Suspension(ACME, NOW, "invalid_auth", NOW))
    assert await _purge(full, NOW + WEEK) is None


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_tenant_without_channels_goes_too(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.reach.suspend(Suspension(NORI, NOW, "removed", NOW, removed=True))
    purged = await _purge(store, NOW + DAY)
    assert purged == Purged(NORI, Forgotten(), over=True)
    assert await naming(store, NORI.id) == set()
