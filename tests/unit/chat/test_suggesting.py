"""What is offered while somebody types."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.ports import Suggestible
from hypecurve.wording.cut import length
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy

ADA = Asker(CHANNEL, "U1", zone="Europe/Paris")
KINDS: tuple[Suggestible, ...] = get_args(Suggestible)
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def desk_of(store: SqlStore) -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy())


async def values(store: SqlStore, kind: Suggestible, typed: str, asker: Asker = ADA) -> list[str]:
    return [each.value for each in await desk_of(store).suggest(asker, kind, typed)]


async def test_repos_are_offered_by_a_part_of_their_name_with_their_stars(
    store: SqlStore,
) -> None:
    repos = [a_repo(1, 900, name="acme/flashkv"), a_repo(2, 12_345, name="nori/kv-flashcards")]
    await listed(store, [*repos, a_repo(3, name="mira/other")])
    found = await desk_of(store).suggest(ADA, "repo", "FLASH")
    assert [each.label for each in found] == ["acme/flashkv · 900", "nori/kv-flashcards · 12.3k"]
    assert await values(store, "repo", "acme/") == ["acme/flashkv"]
    assert await values(store, "repo", "%") == []


async def test_before_anything_is_typed_what_the_channel_follows_comes_first(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(n) for n in range(1, 31)])
    await desk_of(store).answer(ADA, f"follow {a_repo(7).name}")
    found = await values(store, "repo", "")
    assert found[0] == str(a_repo(7).name)
    assert len(found) == len(set(found)) == 25


async def test_categories_are_offered_by_name_or_slug_and_layers_as_a_whole(
    store: SqlStore,
) -> None:
    taxonomy = sample_taxonomy()
    assert (await values(store, "category", ""))[0] == taxonomy.layers[0].slug
    assert "agents" in await values(store, "category", "age")
    assert (await values(store, "category", "ENGINEERING"))[0] == "ai-engineering"
    assert await values(store, "category", "no such thing") == []
    assert await values(store, "place", "engineering") == []
    assert "agents" in await values(store, "place", "")


async def test_zones_are_offered_by_city_and_the_askers_own_before_all(store: SqlStore) -> None:
    assert (await values(store, "zone", ""))[:2] == ["Europe/Paris", "UTC"]
    assert (await values(store, "zone", "new y"))[0] == "America/New_York"
    assert (await values(store, "zone", "paris"))[0] == "Europe/Paris"
    assert (await values(store, "zone", "europe"))[:2] == ["Europe/Paris", "Europe/Amsterdam"]
    elsewhere = replace(ADA, zone="Nowhere/Land")
    assert (await values(store, "zone", "", elsewhere))[0] == "UTC"
    (choice,) = await desk_of(store).suggest(ADA, "zone", "kolkata")
    assert choice.label == "Asia/Kolkata (UTC+05:30)"


async def test_languages_are_offered_by_what_people_call_them(store: SqlStore) -> None:
    assert (await values(store, "language", ""))[0] == "python"
    assert (await values(store, "language", "golang"))[0] == "go"
    assert (await values(store, "language", "rus"))[0] == "rust"
    found = await desk_of(store).suggest(ADA, "language", "notebook")
    assert found[0].label == "Jupyter Notebook"


@pytest.fixture
async def filled(store: SqlStore) -> SqlStore:
    await listed(store, [a_repo(n, name=f"acme/{'x' * 90}{n}") for n in range(1, 40)])
    return store


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(KINDS), typed=st.text(max_size=200))
async def test_whatever_is_typed_gets_at_most_25_choices_that_fit(
    filled: SqlStore, kind: Suggestible, typed: str
) -> None:
    found = await desk_of(filled).suggest(ADA, kind, typed)
    assert len(found) <= 25
    assert len({each.value for each in found}) == len(found)
    for each in found:
        assert 0 < length(each.label, utf16=True) <= 75
        assert length(each.detail, utf16=True) <= 75
        assert 0 < len(each.value) <= 100


class Away:
    """A database that is away."""

    def read(self) -> object:
        message = "The database is away."
        raise StoreUnavailable(message)

    write = read


async def test_a_database_that_is_away_offers_nothing_and_raises_nothing(
    store: SqlStore,
) -> None:
    desk = replace(desk_of(store), store=Away())  # type: ignore[arg-type]  # it is never entered
    assert await desk.suggest(ADA, "repo", "x") == ()
    assert await desk.suggest(ADA, "zone", "paris")
