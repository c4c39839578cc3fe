"""The story of the demo's last days: its numbers, and what the detection makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

import numpy as np
import pytest

from hypecurve.domain.classify import classify
from hypecurve.domain.detection import detect, fresh_states
from hypecurve.domain.pasts import daily_gains, pack
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.stars import PastStars
from hypecurve.domain.taxonomyfile import read
from hypecurve.domain.windows import Windows, windows_from_counts
from hypecurve.standin.story import FOLLOWED, LEAST, PARTS, RENAMED
from hypecurve.standin.world import World

UNTIL = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)
YESTERDAY = UNTIL - DAY


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(7, until=UNTIL)


def gained(world: World, role: str, at: datetime, days: int) -> int:
    index = world.cast[role]
    return world.stars(index, at) - world.stars(index, at - days * DAY)


GAINS = [
    # role, stars now, in 24 hours, in 7 days, in the 7 days before the last one
    ("surge", 38_214, 1_700, 1_940, 272),
    ("small surge", 731, 80, 96, 18),
    ("middling surge", 4_402, 210, 290, 88),
    ("accelerating", 9_712, 900, 2_190, 1_319),
    ("newborn", 546, 73, 418, 375),
    ("crossing", 503, 6, 27, 24),
    ("crossing late", 501, 2, 9, 8),
    ("waking", 1_436, 5, 11, 8),
]


@pytest.mark.parametrize(("role", "stars", "day", "week", "week_before"), GAINS)
def test_the_story_has_these_numbers(
    world: World, role: str, stars: int, day: int, week: int, week_before: int
) -> None:
    assert world.stars(world.cast[role], UNTIL) == stars
    assert gained(world, role, UNTIL, 1) == day
    assert gained(world, role, UNTIL, 7) == week
    assert gained(world, role, YESTERDAY, 7) == pytest.approx(week_before, abs=2)


@pytest.mark.parametrize(("role", "week"), [("surge", 1_940), ("small surge", 96)])
def test_a_surge_comes_in_the_last_hours_and_is_told_whole(
    world: World, role: str, week: int
) -> None:
    index = world.cast[role]
    in_five_hours = world.stars(index, UNTIL) - world.stars(index, UNTIL - timedelta(hours=5))
    assert in_five_hours > 0.75 * week
    assert sum(world.history(index, UNTIL)[0][1]) > 0.75 * week
    gains = [signal.evidence.gain_7d for signal in told(UNTIL, 6) if signal.repo_id == index]
    assert gains == [week]


def test_three_newcomers_cross_the_bar_on_the_last_day_and_one_is_weeks_old(world: World) -> None:
    for role in ("newborn", "crossing", "crossing late"):
        index = world.cast[role]
        assert world.stars(index, YESTERDAY) < 500 <= world.stars(index, UNTIL)
    assert UNTIL - world.created_at(world.cast["newborn"]) < 21 * DAY


def test_the_followed_repo_is_archived_by_its_owner_on_the_last_day(world: World) -> None:
    found = world.find(str(FOLLOWED), UNTIL)
    assert found is not None
    before, after = world.repo_at(found[0], YESTERDAY), world.repo_at(found[0], UNTIL)
    assert before is not None
    assert after is not None
    assert (before.archived, after.archived) == (False, True)


def test_a_fortnight_brings_what_befalls_repos(world: World) -> None:
    cast, fortnight = world.cast, UNTIL - 14 * DAY
    assert (
        world.name_at(cast["renamed"], UNTIL)
        == RENAMED
        != world.name_at(cast["renamed"], fortnight)
    )
    owners = [world.name_at(cast["transferred"], at).owner for at in (fortnight, UNTIL)]
    assert owners[0] != owners[1]
    assert world.repo_at(cast["deleted"], fortnight) is not None
    assert world.repo_at(cast["deleted"], UNTIL) is None
    blocked = world.absence(cast["blocked"], UNTIL)
    assert blocked is not None
    assert blocked.why == "dmca"
    days = [
        world.repo_at(cast["away for a day"], UNTIL - each * DAY + DAY / 2) for each in (12, 11, 10)
    ]
    assert [each is None for each in days] == [False, True, False]
    relicensed = [world.repo_at(cast["relicensed"], at) for at in (fortnight, UNTIL)]
    assert [each and each.license for each in relicensed] == ["Apache-2.0", "BUSL-1.1"]
    counts = [world.stars(cast["purged"], UNTIL - each * DAY) for each in (9, 8)]
    assert counts[1] - counts[0] < -2_500


def test_a_tiny_world_has_no_story() -> None:
    assert World.make(7, LEAST - 1, until=UNTIL).cast == {}


def test_most_repos_match_a_term_and_a_few_are_not_about_ai(world: World) -> None:
    words = [f"{f.name} {f.description} {' '.join(f.topics)}".lower() for f in world.facts]
    hits = sum("llm" in each or "gpt" in each or "generative" in each for each in words)
    assert 0.85 < hits / world.size < 1
    assert 5 < sum(not facts.is_ai for facts in world.facts) < 60


def test_the_made_up_repos_fill_the_taxonomy(world: World) -> None:
    taxonomy = read(files("hypecurve").joinpath("taxonomy.toml").read_text("utf-8"))
    repos = [world.repo_at(index, UNTIL) for index in range(world.size)]
    places = [
        (classify(repo, taxonomy).category, world.facts[index].is_ai)
        for index, repo in enumerate(repos)
        if repo
    ]
    assert len({category for category, _ in places}) > 20
    assert all((category != "not-ai") == is_ai for category, is_ai in places)
    assert sum(category == "unsure" for category, _ in places) < 20


class Tracker:
    """Polls a world as the tracker does, for a fortnight, and detects after each poll."""

    days = 120

    def __init__(self, world: World, every: timedelta) -> None:
        self.world, self.every = world, every
        self.first = world.until - 14 * DAY
        self.seen: dict[datetime, np.ndarray] = {}
        pasts = {index: self.past(index) for index in range(world.size)}
        known = {RepoId(index): each for index, each in pasts.items() if each is not None}
        self.pasts = pack([*known], [*known.values()])
        self.signals: list[Signal] = []

    def past(self, index: int) -> PastStars | None:
        weeks = self.world.history(index, self.first)[:52]
        if not weeks or not self.world.exists(index, self.first):
            return None
        days = [gain for _, week in reversed(weeks) for gain in week]
        start = weeks[-1][0].date()
        return PastStars(start, tuple(days[: (self.first.date() - start).days + 1]), self.first)

    def poll(self, at: datetime) -> None:
        counts = self.world.stars_at(at).astype(float)
        counts[self.world.born() > at.timestamp()] = np.nan
        for index in self.world.lives:
            if self.world.absence(index, at):
                counts[index] = np.nan
        self.seen[at] = counts

    def run(self) -> list[Signal]:
        states, at = fresh_states(self.world.size), self.first
        while at <= self.world.until:
            self.poll(at)
            found = detect(self.windows(at), states)
            states = found.states
            self.signals += found.signals
            at += self.every
        return self.signals

    def windows(self, at: datetime) -> Windows:
        size, days = self.world.size, self.days
        counts = np.full((size, days + 1), np.nan)
        for back in range(days + 1):
            counts[:, days - back] = self.seen.get(at - back * DAY, np.nan)
        past = np.full((size, days), np.nan, np.float32)
        counted = np.full(self.pasts.size, np.datetime64(self.first.replace(tzinfo=None), "us"))
        past[self.pasts.repo_ids] = daily_gains(self.pasts, at, counted, days)
        repos = [self.world.repo_at(index, at) for index in range(size)]
        pushed = [
            repo.pushed_at.replace(tzinfo=None) if repo and repo.pushed_at else None
            for repo in repos
        ]
        return windows_from_counts(
            at,
            np.arange(size),
            counts,
            past,
            created_at=self.world.born().astype("datetime64[s]"),
            pushed_at=np.array(pushed, dtype="datetime64[s]"),
            archived=np.array([repo is not None and repo.archived for repo in repos]),
            eligible=np.array(
                [
                    repo is not None and repo.stars >= 500 and facts.is_ai
                    for repo, facts in zip(repos, self.world.facts, strict=True)
                ]
            ),
        )


@cache
def told(until: datetime, hours: int) -> tuple[Signal, ...]:
    """What is detected in the world of an instant, polled every so many hours."""
    return tuple(Tracker(World.make(7, until=until), timedelta(hours=hours)).run())


@pytest.mark.parametrize("until", [UNTIL, datetime(2026, 3, 29, 18, tzinfo=UTC)])
@pytest.mark.parametrize("hours", [6, 24])
def test_the_detection_tells_the_story_on_the_last_day(until: datetime, hours: int) -> None:
    world = World.make(7, until=until)
    signals = told(until, hours)
    roles = {index: role for role, index in world.cast.items()}
    said = {
        (roles[signal.repo_id], signal.kind, signal.step > 1)
        for signal in signals
        if signal.repo_id in roles and signal.at > until - DAY
    }
    assert said == {
        ("surge", SignalKind.RISING, False),
        ("small surge", SignalKind.RISING, False),
        ("middling surge", SignalKind.RISING, False),
        ("accelerating", SignalKind.RISING, True),
        ("stalling", SignalKind.STALLED, False),
        ("waking", SignalKind.AWAKE, False),
    }
    earlier = {
        roles[signal.repo_id]
        for signal in signals
        if signal.repo_id in roles and signal.at <= until - DAY
    }
    assert (
        {"accelerating", "rising for long"}
        <= earlier
        <= {"accelerating", "rising for long", "waking"}
    )
    # The rest of the world has its own news, and not too much of it.
    others = [each for each in signals if each.repo_id not in roles and each.at > until - DAY]
    assert len(others) <= 8


def test_no_two_parts_share_a_role_or_a_name() -> None:
    assert len({part.facts.name.key for part in PARTS}) == len(PARTS)
    assert len({part.role for part in PARTS}) == len(PARTS)
