"""What somebody sees who searches, compares, picks, or finds a repo in the wrong place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.catalogue import CatalogueEntry, Growth, RepoState
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import Comparison, Curve, Line, Riser, Risers
from hypecurve.domain.digest import Digest, PickItem
from hypecurve.domain.message import Message
from hypecurve.domain.paging import Page
from hypecurve.domain.pick import Pick
from hypecurve.domain.submission import Misplacing
from hypecurve.wording.comparison import (
    comparison_message,
    curve_message,
    risers_message,
    rivals_message,
)
from hypecurve.wording.digest import digest_message
from hypecurve.wording.found import meant_message, search_message
from hypecurve.wording.misplaced import misplaced_message, told_to_operator, where_else
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.spoken import language_message
from support.sample_day import DUE, Maker, sample_taxonomy

HOSTILE = "<!channel> @everyone [x](https://example.com)\u202e\x00\n# {name}"


def _entries(make: Maker) -> tuple[CatalogueEntry, CatalogueEntry]:
    flashkv = make.entry(
        "acme/flashkv",
        38_230,
        "KV-cache compression for serving",
        "inference",
        growth=Growth(702, 1_940, 4_410),
        usual_week=226.4,
        state=RepoState.RISING,
        created_at=DUE - timedelta(days=400),
    )
    return flashkv, make.entry("nori/voicebox", 9_700, growth=Growth(None, 12, None))


def _answers(taxonomy: Taxonomy) -> Mapping[str, Message]:
    make = Maker()
    flashkv, voicebox = _entries(make)
    both = (flashkv, voicebox)
    lines = (
        Line("acme/flashkv", ((date(2026, 11, 1), 30_000), (date(2026, 11, 22), 38_230))),
        Line("nori/voicebox", ()),
    )
    bars = Risers(date(2026, 11, 22), (Riser("acme/flashkv", 1_940, 226.4),))
    return {
        "comparison": comparison_message(both, Comparison(lines), taxonomy, "en", "Europe/Paris"),
        "comparison by age": comparison_message(
            both, Comparison(lines, "age"), taxonomy, "en", "UTC"
        ),
        "rivals": rivals_message(flashkv, (voicebox,), "en"),
        "no rivals": rivals_message(flashkv, (), "en"),
        "curve": curve_message(flashkv, Curve(lines[0], 226.4), "en"),
        "risers": risers_message((flashkv,), bars, "inference", taxonomy, "en"),
        "search": search_message(
            "serving", both, Page(2, 2, 14), taxonomy, "en", again='search "serving"'
        ),
        "nothing": search_message(
            "servng", (), Page(1, 10, 0), taxonomy, "en", again='search "servng"'
        ),
        "which": meant_message(
            "flash", both, 7, taxonomy, "en", now=DUE, command=lambda name: f"why {name}"
        ),
        "where": where_else(flashkv, ("serving", "mcp"), taxonomy, "en"),
        "operator": told_to_operator(flashkv, "serving", taxonomy),
        "language": language_message("en"),
        **{
            f"place {each.value}": misplaced_message(flashkv, "serving", each, taxonomy, "en")
            for each in Misplacing
        },
    }


ANSWERS = _answers(sample_taxonomy())


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer(name: str, snapshot: SnapshotAssertion) -> None:
    message = ANSWERS[name]
    controls = [
        f"[{each.label}] {each.value or [choice.value for choice in each.choices]}"
        for each in message.controls
    ]
    assert "\n".join([plain(message), "==", spoken(message), "==", *controls]) == snapshot


def _picked(digest: Digest, make: Maker, *whys: str) -> Digest:
    flashkv, voicebox = _entries(make)
    picks = tuple(
        PickItem(Pick(entry.repo.id, why, by, DUE, id=number), entry)
        for number, (entry, why, by) in enumerate(
            zip((flashkv, voicebox), whys, ("Ada", ""), strict=False)
        )
    )
    return replace(digest, picks=picks)


def test_a_digest_with_picks(
    digest: Digest, make: Maker, taxonomy: Taxonomy, snapshot: SnapshotAssertion
) -> None:
    both = _picked(digest, make, "halves what serving costs us", "we should build on it")
    assert plain(digest_message(both, taxonomy, "en"), width=80) == snapshot
    quiet = replace(both, shown=(), overflow=())
    message = digest_message(quiet, taxonomy, "en")
    assert f"{plain(message)}\n==\n{spoken(message)}" == snapshot


def test_what_people_write_of_a_pick_stays_words(
    digest: Digest, make: Maker, taxonomy: Taxonomy
) -> None:
    both = _picked(replace(digest, shown=(), overflow=()), make, HOSTILE, "y" * 1_000)
    message = digest_message(both, taxonomy, "en")
    assert not {"\u202e", "\x00"} & set(plain(message) + message.notification)
    assert len(message.notification.splitlines()) == 1
    assert len(plain(message)) < 1_000


def test_a_full_digest_keeps_every_word_of_its_picks(
    digest: Digest, make: Maker, taxonomy: Taxonomy
) -> None:
    long = replace(digest, picks=_picked(digest, make, "a" * 290, "b" * 290).picks * 5)
    text = plain(digest_message(long, taxonomy, "en"))
    assert text.count("a" * 290) == 5
    assert text.count("b" * 290) == 5
