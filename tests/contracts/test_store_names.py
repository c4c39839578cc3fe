"""What every store does with names: they change, and pass on to others."""

from __future__ import annotations

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import FactKind
from support.catalogue import DAY, a_repo, called, entry_of, keep, listed, lose, meet, untold_facts
from support.databases import NOW

LATER = NOW + DAY
OLD, NEW = "acme/flashkv", "acme/flashkv-next"
TAKEN = (1, FactKind.NAME_TAKEN, OLD, "")


async def test_a_renamed_repo_keeps_its_identity_and_is_found_by_both_names(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, name="acme/old")])
    before = await entry_of(store, 1)
    await keep(store, [a_repo(1, name="nori/new")], LATER)
    after = await entry_of(store, 1)
    assert (after.slot, after.listed_at) == (before.slot, before.listed_at)
    assert str(after.repo.name) == "nori/new"
    assert [await called(store, name) for name in ("acme/old", "ACME/Old", "nori/new")] == [1, 1, 1]
    assert await called(store, "acme/other") is None
    assert await untold_facts(store) == [(1, FactKind.MOVED, "acme/old", "nori/new")]


async def test_a_change_of_letter_case_alone_is_no_rename(store: SqlStore) -> None:
    await keep(store, [a_repo(1, name="acme/flashkv")])
    await keep(store, [a_repo(1, name="Acme/FlashKV")], LATER)
    assert await untold_facts(store) == []
    assert str((await entry_of(store, 1)).repo.name) == "Acme/FlashKV"


async def test_a_name_taken_over_by_another_repo_finds_the_new_holder(store: SqlStore) -> None:
    await keep(store, [a_repo(1, name="acme/name")])
    await keep(store, [a_repo(1, name="acme/moved")], LATER)
    await keep(store, [a_repo(2, name="acme/name")], LATER + DAY)
    assert await called(store, "acme/name") == 2
    assert await called(store, "acme/moved") == 1


async def test_a_name_freed_by_a_repo_that_is_gone_finds_who_holds_it_now(store: SqlStore) -> None:
    await keep(store, [a_repo(1, name="acme/name")])
    await lose(store, [1], LATER)
    assert await called(store, "acme/name") == 1
    await keep(store, [a_repo(2, name="acme/name")], LATER)
    assert await called(store, "acme/name") == 2


async def test_of_two_former_holders_of_a_name_the_last_is_found(store: SqlStore) -> None:
    await keep(store, [a_repo(1, name="acme/name")])
    await keep(store, [a_repo(1, name="acme/first")], LATER)
    await keep(store, [a_repo(2, name="acme/name")], LATER + DAY)
    await keep(store, [a_repo(2, name="acme/second")], LATER + 2 * DAY)
    assert await called(store, "acme/name") == 2


async def test_a_new_name_with_the_same_owner_is_a_rename(store: SqlStore) -> None:
    await keep(store, [a_repo(1, name="Acme/flashkv")])
    await keep(store, [a_repo(1, name="acme/flashkv-next")], LATER)
    renamed = (1, FactKind.RENAMED, "Acme/flashkv", "acme/flashkv-next")
    assert await untold_facts(store) == [renamed]


@pytest.mark.parametrize("taker_first", [False, True])
@pytest.mark.parametrize("is_met", [False, True])
async def test_an_old_name_taken_by_a_new_repo_is_told_once_in_either_order(
    store: SqlStore, *, taker_first: bool, is_met: bool
) -> None:
    await listed(store, [a_repo(1, name=OLD)])
    bring = meet if is_met else keep
    if taker_first:
        await bring(store, [a_repo(2, name=OLD)], LATER)
        assert await untold_facts(store) == []
    await keep(store, [a_repo(1, name=NEW)], LATER)
    if not taker_first:
        await bring(store, [a_repo(2, name=OLD)], LATER)
    for day in range(2, 4):
        await keep(store, [a_repo(1, name=NEW), a_repo(2, name=OLD)], NOW + day * DAY)
    assert await untold_facts(store) == [(1, FactKind.RENAMED, OLD, NEW), TAKEN]
    assert (await called(store, OLD), await called(store, NEW)) == (2, 1)


async def test_a_rename_and_the_taker_of_the_name_heard_at_once_are_told_once(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, name=OLD)])
    await keep(store, [a_repo(2, name=OLD), a_repo(1, name=NEW)], LATER)
    assert await untold_facts(store) == [(1, FactKind.RENAMED, OLD, NEW), TAKEN]
    assert await called(store, OLD) == 2


async def test_an_old_name_taken_by_a_repo_we_knew_under_another_is_told_once(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, name=OLD), a_repo(2, name="nori/kv")])
    await keep(store, [a_repo(1, name=NEW)], LATER)
    for day in (2, 3):
        await keep(store, [a_repo(2, name=OLD)], NOW + day * DAY)
    assert await untold_facts(store) == [
        (1, FactKind.RENAMED, OLD, NEW),
        (2, FactKind.MOVED, "nori/kv", OLD),
        TAKEN,
    ]
    assert (await called(store, OLD), await called(store, "nori/kv")) == (2, 2)


async def test_two_repos_that_swap_their_names_both_lost_theirs(store: SqlStore) -> None:
    await listed(store, [a_repo(1, name=OLD), a_repo(2, name=NEW)])
    for day in (1, 2):
        await keep(store, [a_repo(1, name=NEW), a_repo(2, name=OLD)], NOW + day * DAY)
    assert sorted(await untold_facts(store)) == sorted(
        [
            (1, FactKind.RENAMED, OLD, NEW),
            (2, FactKind.RENAMED, NEW, OLD),
            TAKEN,
            (2, FactKind.NAME_TAKEN, NEW, ""),
        ]
    )
    assert (await called(store, OLD), await called(store, NEW)) == (2, 1)


@pytest.mark.parametrize("taker_first", [False, True])
async def test_the_name_of_a_deleted_repo_taken_by_a_new_one_is_told_once(
    store: SqlStore, *, taker_first: bool
) -> None:
    await listed(store, [a_repo(1, name=OLD)])
    if taker_first:
        await meet(store, [a_repo(2, name=OLD)], LATER)
    await lose(store, [1], LATER)
    if not taker_first:
        await meet(store, [a_repo(2, name=OLD)], LATER)
    await lose(store, [1], LATER + DAY)
    await keep(store, [a_repo(2, name=OLD)], LATER + DAY)
    assert await untold_facts(store) == [(1, FactKind.GONE, "", "deleted"), TAKEN]
    assert await called(store, OLD) == 2


async def test_a_name_nobody_holds_any_more_leads_to_who_had_it_last(store: SqlStore) -> None:
    await listed(store, [a_repo(1, name=OLD)])
    await keep(store, [a_repo(1, name=NEW)], LATER)
    assert await called(store, OLD) == 1
    await keep(store, [a_repo(2, name=OLD)], LATER + DAY)
    await keep(store, [a_repo(2, name="nori/kv")], LATER + 2 * DAY)
    assert await called(store, OLD) == 2
    await keep(store, [a_repo(3, name=OLD)], LATER + 3 * DAY)
    assert await called(store, OLD) == 3
    taken = [fact for fact in await untold_facts(store) if fact[1] is FactKind.NAME_TAKEN]
    assert taken == [TAKEN, (2, FactKind.NAME_TAKEN, OLD, "")]


async def test_who_takes_back_its_own_name_has_taken_it_from_nobody(store: SqlStore) -> None:
    await listed(store, [a_repo(1, name=OLD)])
    await keep(store, [a_repo(1, name=NEW)], LATER)
    await keep(store, [a_repo(1, name=OLD)], LATER + DAY)
    assert [kind for _, kind, _, _ in await untold_facts(store)] == [FactKind.RENAMED] * 2
    assert (await called(store, OLD), await called(store, NEW)) == (1, 1)


async def test_who_is_there_has_the_name_before_one_that_is_gone_and_was_seen_later(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, name=OLD)])
    await meet(store, [a_repo(2, name=OLD)], LATER)
    await keep(store, [a_repo(1, name=OLD)], LATER + DAY)
    await lose(store, [1], LATER + 2 * DAY)
    assert await called(store, OLD) == 2
