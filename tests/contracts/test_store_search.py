"""Finding repos by a text, the same on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.repo import Repo, RepoName
from support.catalogue import a_repo, keep, listed, lose


def _called(number: int, name: str, stars: int, said: str = "", *topics: str) -> Repo:
    return replace(
        a_repo(number, stars), name=RepoName.parse(name), description=said, topics=topics
    )


REPOS = (
    _called(1, "acme/flashkv", 900, "KV-cache compression", "kv-cache"),
    _called(2, "nori/FlashKV-server", 5_000),
    _called(3, "mira/tiny-flashkv", 9_000),
    _called(4, "flashkv-labs/tools", 20_000),
    _called(5, "kite/serving", 50_000, "Built on FLASHKV, 100% faster"),
    _called(6, "hato/vector", 700, "向量数据库 Быстрый поиск", "vector-database"),
    _called(7, "lumo/under_score", 600, "a [list], of things"),
)


async def test_search_brings_the_closest_name_first_and_then_the_larger(store: SqlStore) -> None:
    await listed(store, REPOS)
    await keep(store, [_called(8, "zeta/flashkv", 40)])
    found: list[tuple[str, Sequence[int], int]] = []
    for text, limit in (
        ("flashkv", 10),
        ("FlashKV", 2),
        ("acme/flashkv", 10),
        ("acme/", 10),
        ("kv cache", 10),
        ("kv-cache", 10),
        ("向量", 10),
        ("быстрый", 10),
        ("100%", 10),
        ("under_", 10),
        ("r_s", 10),
        ("%", 10),
        ("_", 10),
        ("],", 10),
        ("nothing-like-it", 10),
    ):
        async with store.read() as tx:
            entries, total = await tx.catalogue.search(text, limit)
        found.append((text, [entry.repo.id for entry in entries], total))
    assert found == [
        ("flashkv", [1, 2, 3, 4, 5], 5),
        ("FlashKV", [1, 2], 5),
        ("acme/flashkv", [1], 1),
        ("acme/", [1], 1),
        ("kv cache", [1], 1),
        ("kv-cache", [1], 1),
        ("向量", [6], 1),
        ("быстрый", [6], 1),
        ("100%", [5], 1),
        ("under_", [7], 1),
        ("r_s", [7], 1),
        ("%", [5], 1),
        ("_", [7], 1),
        ("],", [7], 1),
        ("nothing-like-it", [], 0),
    ]
    await lose(store, [2])
    async with store.read() as tx:
        entries, total = await tx.catalogue.search("flashkv", 10, names_only=True, listed=False)
        everything, all_there_are = await tx.catalogue.search("", 2, names_only=True)
    assert [entry.repo.id for entry in entries] == [1, 8, 3, 4]
    assert total == 4
    assert ([entry.repo.id for entry in everything], all_there_are) == ([5, 4], 6)
