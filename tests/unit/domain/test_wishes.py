"""Which news a wish covers, and what several wishes ask for together."""

from __future__ import annotations

import pytest

from hypecurve.domain.catalogue import CatalogueEntry, Place
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Wants
from hypecurve.domain.wishes import categories_of, merged, wants_signal
from support.catalogue import a_repo
from support.databases import NOW
from support.sample_day import sample_taxonomy

TAXONOMY = sample_taxonomy()
K = SignalKind


def _covers(wants: Wants, kind: SignalKind = K.RISING, **facts: object) -> bool:
    repo = a_repo(1, **{"stars": 600, "language": "Python", **facts})  # type: ignore[arg-type] # fields of a Repo
    entry = CatalogueEntry(repo, Place("agents", "topic agent"), NOW, NOW)
    return wants_signal(wants, kind, entry, TAXONOMY)


@pytest.mark.parametrize(
    ("wants", "covered"),
    [
        (Wants(), True),
        (Wants(frozenset({"agents"})), True),
        (Wants(frozenset({"ai-engineering"})), True),
        (Wants(frozenset({"serving"})), False),
        (Wants(frozenset({"gone from the file"})), False),
        (Wants(frozenset({"gone from the file", "agents"})), True),
        (Wants(kinds=frozenset({K.NEW})), False),
        (Wants(least_stars=600), True),
        (Wants(least_stars=601), False),
        (Wants(without_languages=frozenset({"python"})), False),
        (Wants(without_languages=frozenset({"rust"})), True),
        (Wants(without_owners=frozenset({"acme"})), False),
        (Wants(without_owners=frozenset({"nori"})), True),
    ],
)
def test_a_wish_covers_what_it_names_and_does_not_leave_out(wants: Wants, *, covered: bool) -> None:
    assert _covers(wants) is covered
    assert _covers(wants, name="ACME/flashkv", language="python") is covered


def test_a_repo_without_a_language_is_left_out_by_none() -> None:
    assert _covers(Wants(without_languages=frozenset({"python"})), language=None)


def test_quiet_and_back_go_together_and_facts_are_for_followers() -> None:
    wants = Wants(kinds=frozenset({K.STALLED}))
    assert _covers(wants, K.AWAKE)
    assert not _covers(wants, K.RISING)
    everything = Wants(kinds=frozenset(K))
    assert not _covers(everything, K.ARCHIVED)


def test_several_wishes_leave_out_only_what_each_of_them_does() -> None:
    one = Wants(frozenset({"agents"}), frozenset({K.NEW}), 1000, frozenset({"rust", "go"}))
    two = Wants(frozenset({"mcp"}), frozenset({K.RISING}), 200, frozenset({"go"}), frozenset("x"))
    assert merged([one, two]) == Wants(
        frozenset({"agents", "mcp"}), frozenset({K.NEW, K.RISING}), 200, frozenset({"go"})
    )
    assert merged([one, Wants()]).categories == frozenset()
    assert merged([one]) == one


def test_a_category_that_the_file_lost_stands_for_itself() -> None:
    found = categories_of(Wants(frozenset({"infrastructure", "robots"})), TAXONOMY)
    assert found == {"inference", "serving", "robots"}
