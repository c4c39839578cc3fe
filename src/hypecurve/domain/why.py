"""Why a repo was announced, or was not: all that spoke for it and against it, as one value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hypecurve.domain.catalogue import CatalogueEntry, Fact, FactKind, RepoState
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.health import Health
from hypecurve.domain.reasons import NEEDED_DAYS, QuietReasons, RiseReasons, Short
from hypecurve.domain.repo import AHEAD
from hypecurve.domain.signal import LEAST_PACE, Signal, SignalKind
from hypecurve.domain.states import Rise
from hypecurve.domain.submission import Submission, SubmissionState

LOOK_BACK = timedelta(days=28)
"""Facts of so long ago are told."""
_DIGITS = 12
"""More than any count of stars has."""
_FARTHEST = 104
"""Weeks; beyond two years a usual pace says nothing."""


class Verdict(StrEnum):
    """What is said first."""

    GONE = "gone"
    NOT_AI = "not ai"
    FORK = "fork"
    """Only the operator can let it in."""
    UNDER_BAR = "under bar"
    NOT_LISTED = "not listed"
    """Over the bar: the next look lists it."""
    UNCOUNTED = "uncounted"
    """No look has counted it that was judged."""
    ARCHIVED = "archived"
    RISING = "rising"
    ACCELERATING = "accelerating"
    OLD_RISE = "old rise"
    """It rises, and had begun to before anybody judged it: that was no news."""
    COOLING_DOWN = "cooling down"
    STALLED = "stalled"
    MAINTAINED = "maintained"
    UNKNOWN_PACE = "unknown pace"
    NOT_RISING = "not rising"


class GuardKind(StrEnum):
    """What keeps the program from speaking of a repo, or from believing a figure of it."""

    CORRECTED = "corrected"
    GIVEN_BACK = "given back"
    MISREAD = "misread"
    LITTLE_HISTORY = "little history"
    NO_HISTORY = "no history"
    """GitHub's own star history of it is not here."""
    UNSEEN = "unseen"
    """GitHub has not told its count for longer than a count stays known."""
    PARTIAL = "partial"
    STILL = "still"
    FUTURE = "future"
    ARCHIVED = "archived"
    MUTED = "muted"
    """It stalled so soon after the last time that it was not announced."""
    OLD_SILENCE = "old silence"
    """It had fallen silent before anybody judged it: that was no news."""
    WAITING = "waiting"
    REFUSED = "refused"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Guard:
    """One of them. `before`, `after`: counts; `share` is of all repos, `days` are known ones."""

    kind: GuardKind
    at: datetime | None = None
    until: datetime | None = None
    before: str = ""
    after: str = ""
    share: float | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """The last look at all repos, whatever it is worth."""

    at: datetime
    expected: int
    seen: int
    health: Health


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the last judgement knew of one repo. Times are aware UTC."""

    entry: CatalogueEntry
    asked_at: datetime
    bar: int
    stars: int | None
    """As of that judgement; None where it did not know the count."""
    rise: RiseReasons | None = None
    """None before the first judgement."""
    quiet: QuietReasons | None = None
    judged_at: datetime | None = None
    """When the counts were read that were judged."""
    look: Look | None = None
    counted_at: datetime | None = None
    """When GitHub last told its count."""
    counts_last: timedelta = timedelta(hours=9)
    """So long a count stays known."""
    has_past: bool = False
    """GitHub's own star history of it is here."""
    spoken: tuple[Signal, ...] = ()
    """Announcements, newest first."""
    facts: tuple[Fact, ...] = ()
    """Of the last 28 days, newest first."""
    submissions: tuple[Submission, ...] = field(default=())
    """Oldest first."""

    @property
    def verdict(self) -> Verdict:
        """What is said first."""
        return self._unfit or self._phase or self._judged

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What holds it back, or a figure of it, at present."""
        return (*self._doubts(), *self._gaps(), *self._circumstances())

    @property
    def told(self) -> tuple[Fact, ...]:
        """The facts that no guard tells already."""
        return tuple(fact for fact in self.facts if fact.kind not in _TOLD_BY_GUARDS)

    @property
    def announced(self) -> Signal | None:
        """The announcement of the present rise; None where it was silent, or there is none."""
        if self.rise is None or self.rise.phase is Rise.IDLE:
            return None
        for signal in self.spoken:
            if signal.kind is SignalKind.RISING and signal.episode == self.rise.episode:
                return signal
        return None

    @property
    def count(self) -> int:
        """Its stars as of the judgement, or as GitHub last told them."""
        return self.entry.repo.stars if self.stars is None else self.stars

    @property
    def weeks_to_bar(self) -> float | None:
        """Weeks to the bar at the usual pace; None where that is unknown or 0, or over two years.

        Who is there already is no weeks away.
        """
        if self.count >= self.bar:
            return 0.0
        pace = self.rise.usual_7d if self.rise is not None else None
        if not pace:
            return None
        weeks = (self.bar - self.count) / pace
        return weeks if weeks <= _FARTHEST else None

    @property
    def multiple(self) -> float | None:
        """Gain by usual pace, where both are known and the pace is at least 5 a week."""
        if self.rise is None or self.rise.gain_7d is None or self.rise.usual_7d is None:
            return None
        usual = self.rise.usual_7d
        return self.rise.gain_7d / usual if usual >= LEAST_PACE else None

    @property
    def _unfit(self) -> Verdict | None:
        """What keeps it out, whatever its stars do."""
        entry = self.entry
        if entry.state is RepoState.GONE:
            return Verdict.GONE
        if entry.place.category == NOT_AI:
            return Verdict.NOT_AI
        if entry.listed_at is not None:
            return None if self.rise is not None else Verdict.UNCOUNTED
        if entry.repo.is_fork and not entry.place.by_operator:
            return Verdict.FORK
        return Verdict.UNDER_BAR if self.count < self.bar else Verdict.NOT_LISTED

    @property
    def _phase(self) -> Verdict | None:
        """Where it stands, by what the detection says of it."""
        state = self.entry.state
        if state is RepoState.ARCHIVED:
            return Verdict.ARCHIVED
        if state is RepoState.RISING:
            spoken = self.announced
            if spoken is None:
                return Verdict.OLD_RISE
            return Verdict.ACCELERATING if spoken.step > 1 else Verdict.RISING
        if state is RepoState.STALLED:
            return Verdict.STALLED
        return Verdict.MAINTAINED if state is RepoState.MAINTAINED else None

    @property
    def _judged(self) -> Verdict:
        if self.rise is None or Short.UNKNOWN in self.rise.short:
            return Verdict.UNKNOWN_PACE
        cools = self.rise.phase is Rise.COOLING_DOWN
        return Verdict.COOLING_DOWN if cools else Verdict.NOT_RISING

    def _doubts(self) -> Iterator[Guard]:
        """Counts that were put right, or not believed."""
        # Of a purge and its return each is told; the later one says until when nothing is known.
        later = True
        for fact in self.facts:
            if fact.kind is FactKind.MISREAD:
                yield Guard(GuardKind.MISREAD, fact.at, before=fact.before, after=fact.after)
            elif fact.kind is FactKind.CORRECTED:
                rose = _number(fact.after) > _number(fact.before)
                kind = GuardKind.GIVEN_BACK if rose else GuardKind.CORRECTED
                until = self._known_at if later else None
                yield Guard(kind, fact.at, until, fact.before, fact.after)
                later = False
        if self.entry.repo.created_at is not None:
            ahead = self.entry.repo.created_at > self.entry.seen_at + AHEAD
            if ahead:
                yield Guard(GuardKind.FUTURE, self.entry.repo.created_at)

    def _gaps(self) -> Iterator[Guard]:
        """Counts that are not there."""
        if self.look is not None and self.look.health is not Health.GOOD:
            kind = GuardKind.PARTIAL if self.look.health is Health.PARTIAL else GuardKind.STILL
            share = self.look.seen / self.look.expected if self.look.expected else None
            yield Guard(kind, self.look.at, share=share)
        if self.entry.state is RepoState.GONE:
            return
        looked = self.judged_at
        if looked is not None and (
            self.counted_at is None or looked - self.counted_at > self.counts_last
        ):
            yield Guard(GuardKind.UNSEEN, self.counted_at)
        if self.rise is not None and self.rise.known_days < NEEDED_DAYS:
            days = self.rise.known_days
            if not any(fact.kind is FactKind.CORRECTED for fact in self.facts):
                yield Guard(GuardKind.LITTLE_HISTORY, until=self._known_at, days=days)
            if not self.has_past:
                yield Guard(GuardKind.NO_HISTORY)

    def _circumstances(self) -> Iterator[Guard]:
        """What else keeps it quiet."""
        if self.entry.state is RepoState.ARCHIVED:
            yield Guard(GuardKind.ARCHIVED)
        if self.quiet is not None and self.verdict is Verdict.STALLED:
            stall = (SignalKind.STALLED, self.quiet.episode)
            if self.quiet.muted:
                yield Guard(GuardKind.MUTED)
            elif stall not in {(signal.kind, signal.episode) for signal in self.spoken}:
                yield Guard(GuardKind.OLD_SILENCE)
        if self.submissions:
            last = self.submissions[-1]
            kind = {
                SubmissionState.WAITING: GuardKind.WAITING,
                SubmissionState.REFUSED: GuardKind.REFUSED,
            }.get(last.state, GuardKind.SUBMITTED)
            if kind is not GuardKind.SUBMITTED or self.entry.listed_at is None:
                yield Guard(kind, last.at)

    @property
    def _known_at(self) -> datetime | None:
        """When its pace is known again; None where it is known."""
        if self.rise is None or self.rise.known_days >= NEEDED_DAYS:
            return None
        return self.rise.known_at


_TOLD_BY_GUARDS = frozenset({FactKind.CORRECTED, FactKind.MISREAD})


def lately(facts: Sequence[Fact], now: datetime) -> tuple[Fact, ...]:
    """Return the facts of the last 28 days, in the order given."""
    return tuple(fact for fact in facts if now - fact.at <= LOOK_BACK)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0
