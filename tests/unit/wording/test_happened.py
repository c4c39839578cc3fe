"""What GitHub does to a repo, in a followed repo's line, on its card, and in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypecurve.domain.catalogue import Card, RepoState
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest
from hypecurve.domain.message import SectionKind
from hypecurve.domain.signal import SignalKind
from hypecurve.wording.card import card_message
from hypecurve.wording.digest import digest_message
from hypecurve.wording.plain import plain
from hypecurve.wording.teller import words_of
from support.sample_day import Maker

K = SignalKind


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        (K.ARCHIVED, None, None, "archived by its owner yesterday · 700"),
        (K.UNARCHIVED, None, None, "unarchived by its owner yesterday · 700"),
        (K.RENAMED, "acme/old", "acme/new", "renamed yesterday, was acme/old · 700"),
        (K.MOVED, "acme/kv", "kv-org/kv", "moved to kv-org yesterday, was acme/kv · 700"),
        (K.MOVED, None, None, "moved to hato yesterday · 700"),
        (K.NAME_TAKEN, "acme/x", None, "its old name acme/x belongs to another repo now · 700"),
        (K.NAME_TAKEN, None, None, "its old name belongs to another repo now · 700"),
        (K.DETACHED, None, None, "no longer a fork, since yesterday · 700"),
        (K.RETURNED, None, None, "back on GitHub since yesterday · 700"),
        (K.CORRECTED, "83576", "61785", "count corrected yesterday: 83,576 to 61,785 · 700"),
        (K.CORRECTED, "61785", "83500", "stars given back yesterday: 61,785 to 83,500 · 700"),
        (K.CORRECTED, "many", "few", "count corrected yesterday · 700"),
        (K.CORRECTED, "9" * 5_000, "1", "count corrected yesterday · 700"),
        (K.MILESTONE, None, "1000", "passed 1,000 stars yesterday · 700"),
    ],
)
def test_what_happens_to_a_followed_repo_is_told_in_its_words(
    digest: Digest,
    taxonomy: Taxonomy,
    make: Maker,
    kind: SignalKind,
    before: str | None,
    after: str | None,
    words: str,
) -> None:
    item = make.item(make.entry("hato/any", 700), kind, before=before, after=after)
    message = digest_message(replace(digest, shown=(item,), overflow=()), taxonomy, "en")
    (entry,) = message.sections[0].entries
    assert words_of(entry.lines[0]) == f"hato/any {words}"
    assert message.sections[0].kind is SectionKind.YOURS


GONE = [
    ("deleted", ": deleted or made private"),
    ("dmca", ": taken down after a copyright (DMCA) notice"),
    ("tos", ": disabled by GitHub for breaking its terms"),
    ("blocked", ": blocked by GitHub"),
    ("not found", ""),
    (None, ""),
]


@pytest.mark.parametrize(("why", "words"), GONE)
def test_a_repo_that_is_gone_is_told_with_the_reason(
    digest: Digest, taxonomy: Taxonomy, make: Maker, why: str | None, words: str
) -> None:
    entry = make.entry("hato/any", 700, state=RepoState.GONE)
    item = make.item(entry, K.GONE, after=why)
    message = digest_message(replace(digest, shown=(item,), overflow=()), taxonomy, "en")
    assert message.notification == f"hato/any gone from GitHub since yesterday{words}"


@pytest.mark.parametrize(("why", "words"), GONE)
def test_the_card_of_a_repo_that_is_gone_says_why(
    card: Card, taxonomy: Taxonomy, why: str | None, words: str
) -> None:
    gone = replace(card, entry=replace(card.entry, state=RepoState.GONE, gone_why=why))
    lines = plain(card_message(gone, taxonomy, "en", "UTC")).splitlines()
    assert lines[0] == "acme/flashkv · Gone from GitHub"
    assert (f"Gone from GitHub{words}" in lines) == bool(words)
    then = plain(card_message(replace(gone, past_view=True), taxonomy, "en", "UTC"))
    assert "Gone" not in then
