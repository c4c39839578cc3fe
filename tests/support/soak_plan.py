"""What happens in a soak, worked out from its seed before anything begins.

Repos and signals that are made up, channels with their wishes, and the troubles of a month: who
pauses, who moves, which channel is archived, which workspace goes and comes back, when a whole
platform is down. The same seed makes the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum, auto

from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import (
    ALL_DAYS,
    WORKDAYS,
    Alerts,
    Channel,
    Schedule,
    Tenant,
    Wants,
)

BEGIN = datetime(2026, 10, 10, tzinfo=UTC)
"""Europe changes its clocks on 25 October, North America on 1 November."""
CYCLE = timedelta(hours=6)
TICK = timedelta(minutes=30)
"""The service looks every 15 seconds; here it does so less often, and least when all is well."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

_SHORT = 10
"""Days: the form that every test run has is shorter, and more goes wrong in it."""
CATEGORIES = ("serving", "vector-databases", "fine-tuning", "agents", "rag", "robotics")
LAYERS = ("infrastructure", "model-development", "ai-engineering")
_LANGUAGES = ("Python", "Rust", "Go", "C++", None)
_OWNERS = ("acme", "nori", "hato", "kite", "mira", "lumo")
_STARS = (300, 600, 2_000, 4_000, 12_000, 60_000)
_LEAST = (0, 0, 0, 1_000, 5_000)
"""No repo comes near one of these, so that it grows past none."""
_OF_FOLLOWED = (
    SignalKind.ARCHIVED,
    SignalKind.UNARCHIVED,
    SignalKind.RENAMED,
    SignalKind.RELICENSED,
    SignalKind.MILESTONE,
)
ZONES = (
    *("UTC", "Europe/Paris", "Europe/London", "Europe/Kyiv", "Africa/Cairo", "Asia/Kolkata"),
    *("Asia/Tokyo", "Asia/Shanghai", "Asia/Kathmandu", "Australia/Sydney", "Australia/Lord_Howe"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "America/New_York", "America/Chicago"),
    *("America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo", "America/Havana"),
    *("Asia/Tehran", "Atlantic/Azores", "Antarctica/Troll"),
)
_TIMES = (
    *(time(9), time(9), time(9), time(8, 30), time(18), time(12, 15), time(23, 45), time(0)),
    *(time(1, 30), time(2, 30), time(2), time(3)),
)
_WEEKS = (ALL_DAYS, ALL_DAYS, ALL_DAYS, WORKDAYS, frozenset({0, 3}), frozenset({6}))
_NIGHTS = (
    (time(22), time(8)),
    (time(22), time(8)),
    (time(0), time(6, 30)),
    (time(13), time(14)),
    (None, None),
)


@dataclass(frozen=True, slots=True)
class MadeRepo:
    """A repo of the made-up catalogue, and where it belongs."""

    repo: Repo
    category: str


@dataclass(frozen=True, slots=True)
class Wish:
    """One subscription as it is made at the beginning."""

    wants: Wants
    schedule: Schedule
    alerts: Alerts | None
    speaks_when_quiet: bool


@dataclass(frozen=True, slots=True)
class Listening:
    """A channel with all it wants."""

    channel: Channel
    wishes: tuple[Wish, ...]
    followed: frozenset[RepoId]
    muted: frozenset[RepoId]


class Happening(StrEnum):
    """What may befall a channel, a tenant, a platform or everybody."""

    PAUSES = auto()
    """Somebody pauses the channel for `lasts`."""
    RESUMES = auto()
    MOVES = auto()
    """To the zone in `detail`."""
    CLOSES = auto()
    """The platform refuses the channel for `lasts`; `told`: the bot hears of the end."""
    UNINSTALLS = auto()
    """A whole tenant for `lasts`; `told`: the bot hears of both."""
    OUTAGE = auto()
    """A whole platform for `lasts`."""
    DEGRADED = auto()
    """GitHub answers for too few, for `lasts`."""
    DOWN = auto()
    """Our service does not run for `lasts`."""
    BACK = auto()
    """The clock steps back by `lasts`."""


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that happens at an instant."""

    at: datetime
    what: Happening
    lasts: timedelta = timedelta()
    channel: Channel | None = None
    tenant: Tenant | None = None
    platform: str = ""
    detail: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it."""

    seed: int
    days: int
    repos: tuple[MadeRepo, ...]
    listening: tuple[Listening, ...]
    events: tuple[Event, ...]
    news: int
    """Signals in a cycle, on the average."""
    rate: float
    """Share of all answers that go wrong."""
    dies: float
    """Share of its runs in which a sender dies, where it gets so far."""
    closed_for_good: frozenset[Channel] = field(default_factory=frozenset)

    @property
    def troubled_until(self) -> datetime:
        """From then on nothing goes wrong any more and nothing new is noticed."""
        return BEGIN + self.days * DAY

    @property
    def end(self) -> datetime:
        """When it is looked at: by then all is well again, and whoever hears weekly has heard."""
        return self.troubled_until + min(8, self.days) * DAY

    def tick(self, at: datetime) -> timedelta:
        """How often the service looks at an instant."""
        return TICK if at < self.troubled_until else 2 * TICK

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        """All of them, in order."""
        return tuple(sorted({each.channel.tenant for each in self.listening}))


def plan(seed: int, days: int, channels: int) -> Plan:
    """Work out a soak."""
    rng = random.Random(seed)  # noqa: S311 - made up
    repos = tuple(_repo(rng, number) for number in range(1, max(24, channels) + 1))
    places = tuple(_places(channels))
    listening = tuple(_listening(rng, place, repos) for place in places)
    for_good = frozenset(rng.sample(places, 1 + channels // 100))
    return Plan(
        seed,
        days,
        repos,
        listening,
        tuple(sorted(_events(rng, days, places, for_good), key=lambda event: event.at)),
        news=max(6, len(repos) // 30),
        rate=0.2 if days < _SHORT else 0.05,
        dies=0.2 if days < _SHORT else 0.05,
        closed_for_good=for_good,
    )


def kinds_of_followed() -> tuple[SignalKind, ...]:
    """What is told to followers alone."""
    return _OF_FOLLOWED


def _repo(rng: random.Random, number: int) -> MadeRepo:
    owner = _OWNERS[number % len(_OWNERS)]
    repo = Repo(
        RepoId(number),
        f"R_{number}",
        RepoName(owner, f"tool-{number}"),
        rng.choice(_STARS),
        description=f"Invented tool number {number}",
        language=rng.choice(_LANGUAGES),
        created_at=BEGIN - rng.randint(40, 900) * DAY,
        pushed_at=BEGIN - DAY,
    )
    return MadeRepo(repo, rng.choice(CATEGORIES))


def _places(channels: int) -> Iterator[Channel]:
    """Half of them Slack's and half Discord's, about eight to a tenant."""
    for number in range(channels):
        group, place = number // 16, number // 2
        yield (
            Channel(Tenant("slack", f"T{group:03}"), f"C{place:05}")
            if number % 2
            else Channel(Tenant("discord", str(9_000 + group)), str(500_000 + place))
        )


def _listening(rng: random.Random, place: Channel, repos: tuple[MadeRepo, ...]) -> Listening:
    ids = [each.repo.id for each in repos]
    followed = frozenset(rng.sample(ids, rng.choice((0, 0, 1, 3))))
    muted = frozenset(rng.sample(ids, rng.choice((0, 0, 1, 4)))) - followed
    zone = rng.choice(ZONES)
    alerts = _alerts(rng)
    wishes = []
    for number in range(rng.choice((1, 1, 2, 3))):
        schedule = Schedule(rng.choice(_TIMES), zone, rng.choice(_WEEKS))
        # One of them alone has alerts: which one's hours count is then no question.
        wishes.append(
            Wish(_wants(rng), schedule, alerts if number == 0 else None, rng.random() < 0.2)
        )
    return Listening(place, tuple(wishes), followed, muted)


def _wants(rng: random.Random) -> Wants:
    some = rng.choice(((), (), rng.sample(CATEGORIES, 2), rng.sample(LAYERS, 1)))
    kinds = SUBSCRIBABLE if rng.random() < 0.6 else rng.sample(SUBSCRIBABLE, rng.randint(1, 3))
    languages = rng.sample([each for each in _LANGUAGES if each], rng.choice((0, 0, 0, 1)))
    return Wants(
        frozenset(some),
        frozenset(kinds),
        rng.choice(_LEAST),
        frozenset(language.casefold() for language in languages),
        frozenset(rng.sample(_OWNERS, rng.choice((0, 0, 0, 1)))),
    )


def _alerts(rng: random.Random) -> Alerts | None:
    if rng.random() < 0.5:
        return None
    quiet_from, quiet_until = rng.choice(_NIGHTS)
    return Alerts(rng.randint(1, 3), quiet_from, quiet_until)


def _events(
    rng: random.Random, days: int, places: tuple[Channel, ...], for_good: frozenset[Channel]
) -> Iterator[Event]:
    def at(share: float | None = None) -> datetime:
        return BEGIN + (rng.random() if share is None else share) * days * DAY * 0.9

    def some(per_month: float) -> int:
        """How many of what happens so often to a channel in a month."""
        return max(1, round(len(places) * per_month * days / 30))

    short = days < _SHORT
    for _ in range(some(0.4)):
        span = rng.choice((HOUR, DAY, 3 * DAY))
        yield Event(at(), Happening.PAUSES, span, rng.choice(places))
    for _ in range(some(0.1)):
        yield Event(at(), Happening.RESUMES, channel=rng.choice(places))
    for _ in range(some(0.4)):
        yield Event(at(), Happening.MOVES, channel=rng.choice(places), detail=rng.choice(ZONES))
    for place in sorted(for_good):
        yield Event(at(), Happening.CLOSES, 1_000 * DAY, place)
    others = [place for place in places if place not in for_good]
    for place in rng.sample(others, min(len(others), some(0.3))):
        span = rng.choice((3 * HOUR, DAY, 2 * DAY if short else 9 * DAY))
        yield Event(at(), Happening.CLOSES, span, place, told=rng.random() < 0.5)
    tenants = sorted({place.tenant for place in places})
    for number, tenant in enumerate(rng.sample(tenants, min(2 if short else 6, len(tenants)))):
        span = DAY if short else rng.choice((DAY, 3 * DAY, 9 * DAY))
        yield Event(
            at(0.2 + number / 10),
            Happening.UNINSTALLS,
            span,
            tenant=tenant,
            told=number % 2 == 0,
        )
    for share, platform in ((0.3, "slack"), (0.5, "discord")):
        yield Event(at(share), Happening.OUTAGE, rng.randint(2, 7) * HOUR, platform=platform)
    yield Event(at(0.6), Happening.DEGRADED, 18 * HOUR)
    yield Event(at(0.7), Happening.DOWN, (5 if short else 40) * HOUR)
    yield Event(at(0.85), Happening.BACK, HOUR)
