"""What somebody reads who submits a repo, and the channel when it is listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.catalogue import ListedReason
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.choosing import choose
from hypecurve.domain.digest import Digest
from hypecurve.domain.message import Message
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.submission import Outcome, Submission, SubmissionState, Submitted
from hypecurve.wording.digest import digest_message
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.submissions import listed_message, submitted_message
from support.sample_day import CHANNEL, DUE, Maker

NAME = RepoName.parse("acme/ragline")
ORIGIN = RepoName.parse("nori/voicebox")
Told = Outcome


def answer(outcome: Outcome, **more: object) -> Submitted:
    facts = {"stars": 412, "category": "mcp", **more}
    return Submitted(outcome, NAME, NAME, 500, **facts)  # type: ignore[arg-type] # any fields


UNKNOWN = {"stars": None, "category": None}
ANSWERS = {
    "watched": answer(Told.WATCHED),
    "watched, unsure": answer(Told.WATCHED, category=None),
    "watched, one star": answer(Told.WATCHED, stars=1),
    "passes": answer(Told.PASSES, stars=38_214),
    "listed": answer(Told.LISTED, stars=38_214),
    "submitted": answer(Told.SUBMITTED),
    "submitted, over the bar": answer(Told.SUBMITTED, stars=500),
    "fork": answer(Told.FORK, fork_of=ORIGIN),
    "fork of nobody knows what": answer(Told.FORK),
    "not ai": answer(Told.NOT_AI, category=None),
    "waiting": answer(Told.WAITING),
    "refused": answer(Told.REFUSED, category=None),
    "blocked": answer(Told.BLOCKED, **UNKNOWN),
    "forgotten": answer(Told.FORGOTTEN, **UNKNOWN),
    "gone": answer(Told.GONE, gone_why="deleted", **UNKNOWN),
    "gone, dmca": answer(Told.GONE, gone_why="dmca", **UNKNOWN),
    "gone, tos": answer(Told.GONE, gone_why="tos", **UNKNOWN),
    "gone, blocked": answer(Told.GONE, gone_why="blocked", **UNKNOWN),
    "gone, for a reason nobody has heard of": answer(Told.GONE, gone_why="?", **UNKNOWN),
    "too many": answer(Told.TOO_MANY, limit=5, **UNKNOWN),
    "too many, one a day": answer(Told.TOO_MANY, limit=1, **UNKNOWN),
    "asked enough": answer(Told.ASKED_ENOUGH, limit=20, **UNKNOWN),
    "too many, none a day": answer(Told.TOO_MANY, limit=0, **UNKNOWN),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_every_outcome_is_one_sentence(
    case: str, taxonomy: Taxonomy, snapshot: SnapshotAssertion
) -> None:
    message = submitted_message(ANSWERS[case], taxonomy, "en")
    assert plain(message) == snapshot
    assert message.notification == plain(message).splitlines()[0]


def test_every_outcome_has_words_at_the_terminal_too(
    taxonomy: Taxonomy, snapshot: SnapshotAssertion
) -> None:
    assert {each.outcome for each in ANSWERS.values()} == set(Outcome)
    lines = [
        plain(submitted_message(each, taxonomy, "en", here=False)) for each in ANSWERS.values()
    ]
    assert "\n--\n".join(lines) == snapshot
    assert not any("this channel" in line or "/hype" in line for line in lines)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Told.TOO_MANY])
def test_a_rename_is_said_with_any_outcome(outcome: Outcome, taxonomy: Taxonomy) -> None:
    before = RepoName.parse("acme/rag-line")
    told = replace(answer(outcome), asked=before)
    lines = plain(submitted_message(told, taxonomy, "en")).splitlines()
    assert lines[1] == "acme/rag-line is called acme/ragline now."
    same = replace(told, asked=RepoName.parse("ACME/RagLine"))
    assert "is called" not in plain(submitted_message(same, taxonomy, "en"))


def wish(name: RepoName = NAME, **more: object) -> Submission:
    at = DUE - timedelta(days=19)
    facts = {"at": at, "channel": CHANNEL, **more}
    return Submission(RepoId(1), name, state=SubmissionState.WATCHED, **facts)  # type: ignore[arg-type] # any fields


def notice(
    make: Maker,
    taxonomy: Taxonomy,
    submission: Submission | None = None,
    passed: int | None = 500,
    description: str = "Retrieval that shows its sources",
) -> Message:
    entry = make.entry("acme/ragline", 546, description, listed_at=DUE)
    return listed_message(
        submission or wish(), entry, taxonomy, "en", zone="Europe/Paris", passed=passed
    )


def test_the_notice(make: Maker, taxonomy: Taxonomy, snapshot: SnapshotAssertion) -> None:
    message = notice(make, taxonomy)
    assert message == snapshot
    assert f"{plain(message)}\n==\n{spoken(message)}" == snapshot


@pytest.mark.parametrize(
    ("submission", "passed"),
    [
        (wish(), None),
        (wish(RepoName.parse("acme/rag-line")), 500),
        (wish(RepoName.parse("acme/rag-line")), None),
        (wish(at=DUE - timedelta(days=400)), 1_000),
    ],
    ids=["over the bar before", "renamed", "renamed, over the bar before", "a year ago"],
)
def test_the_notice_says_no_more_than_was_seen(
    make: Maker,
    taxonomy: Taxonomy,
    snapshot: SnapshotAssertion,
    submission: Submission,
    passed: int | None,
) -> None:
    assert notice(make, taxonomy, submission, passed).notification == snapshot


@pytest.mark.parametrize(
    "hostile",
    ["<!channel> @everyone", "[x](https://example.com) {name} {0.__class__}", "a\u202eb\x00\n# c"],
)
def test_hostile_words_stay_words(make: Maker, taxonomy: Taxonomy, hostile: str) -> None:
    message = notice(make, taxonomy, description=hostile)
    assert message.notification == notice(make, taxonomy).notification
    assert "\u202e" not in plain(message)
    assert "\x00" not in plain(message)
    name = RepoName("acme", hostile.split(maxsplit=1)[0])  # no name of GitHub's, whoever lets it in
    for each in ANSWERS.values():
        told = submitted_message(replace(each, name=name, fork_of=name), taxonomy, "en")
        assert "\u202e" not in plain(told)
        assert len(told.notification.splitlines()) == 1


def test_a_category_that_the_file_no_longer_has_stands_as_its_slug(taxonomy: Taxonomy) -> None:
    told = submitted_message(answer(Told.WATCHED, category="gone-by"), taxonomy, "en")
    assert plain(told).splitlines()[-1] == "Category: gone-by"


def test_a_digest_says_what_was_submitted_here(digest: Digest, taxonomy: Taxonomy) -> None:
    (proxy,) = (item for item in digest.shown if item.signal.kind is SignalKind.NEW)
    here = replace(proxy, submitted_here=True)
    shown = tuple(here if item is proxy else item for item in digest.shown)
    line = "kite/toolproxy passed 500 yesterday, 19 days old · 546 · MCP"
    told = plain(digest_message(replace(digest, shown=shown), taxonomy, "en"))
    assert f"• {line} · submitted here\n" in told
    assert f"• {line} · submitted by a reader\n" in plain(digest_message(digest, taxonomy, "en"))


def test_what_was_submitted_here_goes_first_among_the_new(make: Maker) -> None:
    items = [make.item(make.entry(f"lumo/loop{n}", 900 - n), SignalKind.NEW) for n in range(12)]
    here = items[-1].entry.repo.id
    shown, overflow = choose(
        (item.signal for item in items),
        {item.entry.repo.id: item.entry for item in items},
        submitted=frozenset({here}),
    )
    assert shown[0].entry.repo.id == here
    assert [item.submitted_here for item in (*shown, *overflow)] == [True, *[False] * 11]


def test_only_what_is_new_is_called_submitted_here(make: Maker) -> None:
    item = make.item(make.entry("lumo/loop", 900), SignalKind.STALLED)
    repo_id = item.entry.repo.id
    ((told,), _) = choose([item.signal], {repo_id: item.entry}, submitted=frozenset({repo_id}))
    assert not told.submitted_here


@pytest.mark.parametrize(
    ("stars", "gain", "how"),
    [
        (9_000, 40, "listed yesterday"),
        (540, 40, "listed yesterday"),
        (539, 40, "passed 500 yesterday"),
        (9_000, None, "passed 500 yesterday"),
    ],
)
def test_what_stood_over_the_bar_before_it_was_submitted_passed_nothing(
    make: Maker, taxonomy: Taxonomy, digest: Digest, stars: int, gain: int | None, how: str
) -> None:
    for reason, says in (
        (ListedReason.SUBMITTED, how),
        (ListedReason.CROSSED, "passed 500 yesterday"),
    ):
        entry = make.entry("lumo/loop", stars, listed_reason=reason)
        item = make.item(entry, SignalKind.NEW, stars=stars, gain_7d=gain, after="500")
        told = plain(digest_message(replace(digest, shown=(item,), overflow=()), taxonomy, "en"))
        assert f"lumo/loop {says} · " in told
