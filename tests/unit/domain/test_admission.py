"""Newly listed, or only newly met? Each reason, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hypecurve.domain.admission import SUBMISSION, admission
from hypecurve.domain.catalogue import NEWS, CatalogueEntry, ListedReason, Place
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.stars import PastStars

R = ListedReason
DAY = timedelta(days=1)
BASELINE_AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
LOOKED_AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
LLM = "search:llm>=500"


def _past(*days: int) -> PastStars:
    """The last of the days is the one we are in."""
    return PastStars(date(2026, 11, 21) - DAY * (len(days) - 1), days, NOW)


def _admission(  # noqa: PLR0913 - what can be known of a repo
    stars: int = 600,
    *,
    origin: str = LLM,
    first_seen_at: datetime = NOW,
    created_at: datetime | None = datetime(2024, 1, 1, tzinfo=UTC),
    first_complete_at: datetime | None = BASELINE_AT,
    previous_at: datetime | None = LOOKED_AT,
    earlier_stars: int | None = None,
    past: PastStars | None = None,
) -> ListedReason:
    repo = Repo(RepoId(1), "R_1", RepoName("acme", "flashkv"), stars, created_at=created_at)
    entry = CatalogueEntry(repo, Place("agents", "name"), first_seen_at, NOW)
    return admission(
        entry,
        bar=500,
        origin=origin,
        first_complete_at=first_complete_at,
        previous_at=previous_at,
        earlier_stars=earlier_stars,
        past=past,
    )


@pytest.mark.parametrize(
    ("stars", "origin", "earlier", "expected"),
    [
        (500, LLM, 499, R.CROSSED),
        (9_000, LLM, 0, R.CROSSED),
        (500, SUBMISSION, 499, R.SUBMITTED),
        (600, LLM, 500, R.MATCHED),
        (600, SUBMISSION, 500, R.MATCHED),
    ],
)
def test_the_sweep_before_knows_best(
    stars: int, origin: str, earlier: int, expected: ListedReason
) -> None:
    assert _admission(stars, origin=origin, earlier_stars=earlier) is expected
    # Whatever else is said of it.
    seen = BASELINE_AT - DAY
    assert _admission(stars, origin=origin, earlier_stars=earlier, first_seen_at=seen) is expected


@pytest.mark.parametrize(
    ("first_seen_at", "first_complete_at"),
    [(BASELINE_AT - DAY, BASELINE_AT), (BASELINE_AT, BASELINE_AT), (NOW, None)],
)
def test_what_the_first_complete_look_found_is_its_baseline(
    first_seen_at: datetime, first_complete_at: datetime | None
) -> None:
    for created_at in (None, NOW - timedelta(hours=1)):
        reason = _admission(
            first_seen_at=first_seen_at,
            first_complete_at=first_complete_at,
            previous_at=None,
            created_at=created_at,
        )
        assert reason is R.BASELINE


@pytest.mark.parametrize(
    ("stars", "created_at", "past", "expected"),
    [
        (80_000, datetime(2018, 1, 1, tzinfo=UTC), None, R.MATCHED),
        (520, datetime(2018, 1, 1, tzinfo=UTC), None, R.MATCHED),
        (520, None, None, R.MATCHED),
        (9_000, NOW - 8 * DAY, None, R.MATCHED),
        (9_000, NOW - 6 * DAY, None, R.SUBMITTED),
        (9_000, NOW + 30 * DAY, None, R.MATCHED),
        # 13 November is the day before the one that lies a week back.
        (900, datetime(2024, 1, 1, tzinfo=UTC), _past(401, *[0] * 8), R.SUBMITTED),
        (900, datetime(2024, 1, 1, tzinfo=UTC), _past(400, *[0] * 8), R.MATCHED),
        (900, datetime(2024, 1, 1, tzinfo=UTC), _past(401, *[0] * 9), R.MATCHED),
    ],
)
def test_a_submission_over_the_bar_is_news_only_if_it_came_there_lately(
    stars: int, created_at: datetime | None, past: PastStars | None, expected: ListedReason
) -> None:
    for first_complete_at in (None, BASELINE_AT):
        reason = _admission(
            stars,
            origin=SUBMISSION,
            first_complete_at=first_complete_at,
            previous_at=None,
            created_at=created_at,
            past=past,
        )
        assert reason is expected


@pytest.mark.parametrize("stars", [500, 90_000])
def test_what_was_created_since_the_last_look_is_new(stars: int) -> None:
    after = LOOKED_AT + timedelta(seconds=1)
    assert _admission(stars, created_at=after) is R.CREATED
    assert _admission(90_000, created_at=LOOKED_AT) is R.MATCHED
    assert _admission(stars, created_at=after, past=_past(1, stars)) is R.CREATED


def test_without_a_look_before_the_baseline_is_the_last_look() -> None:
    created = BASELINE_AT + DAY
    assert _admission(90_000, created_at=created, previous_at=None) is R.CREATED
    assert _admission(90_000, created_at=created) is R.MATCHED


@pytest.mark.parametrize(
    ("stars", "origin", "expected"),
    [
        (500, LLM, R.CROSSED),
        (750, LLM, R.CROSSED),
        (751, LLM, R.MATCHED),
        (500, "recorded", R.MATCHED),
    ],
)
def test_without_a_history_a_search_tells_crossings_by_the_count(
    stars: int, origin: str, expected: ListedReason
) -> None:
    assert _admission(stars, origin=origin) is expected


@pytest.mark.parametrize(
    ("stars", "days", "expected"),
    [
        # 20 November is the day of the last look; the day before it may reach into the look too.
        (900, (10, 10, 200, 150, 51), R.CROSSED),
        (900, (10, 10, 200, 150, 50), R.MATCHED),
        (510, (400, 10, 0, 0, 0), R.MATCHED),
        (20_000, (0, 0, 0, 19_600, 0), R.CROSSED),
        (900, (401,), R.CROSSED),
        (900, (400,), R.MATCHED),
    ],
)
def test_a_history_tells_whether_the_bar_was_passed_since_the_last_look(
    stars: int, days: tuple[int, ...], expected: ListedReason
) -> None:
    assert _admission(stars, past=_past(*days)) is expected


def test_what_is_matched_or_baseline_is_no_news() -> None:
    assert {R.CROSSED, R.CREATED, R.SUBMITTED} == NEWS


def test_a_later_history_than_the_look_is_taken_whole() -> None:
    young = replace(_past(450, 60), first_day=date(2026, 11, 20))
    assert _admission(510, past=young) is R.CROSSED
