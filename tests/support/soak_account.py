"""What went wrong in a soak, counted from the database, the plan, and what the platforms took.

Each check returns the breaches it found, a line each; nothing here asks a service.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.signal import SUBSCRIBABLE, Signal, SignalKind
from hypecurve.domain.subscription import Alerts, Channel, Schedule, Wants
from support.soak_books import Books, Row, Sent
from support.soak_plan import BEGIN, DAY, HOUR, Listening, Plan

_S = DeliveryState
_ARRIVED = frozenset({_S.SENT, _S.UNKNOWN})
_GIVEN_UP = frozenset({_S.EXPIRED, _S.DROPPED, _S.DEAD})
_BACK = frozenset({SignalKind.STALLED, SignalKind.AWAKE})
_HELD_BACK = 3 * HOUR
_USEFUL = 7 * DAY - 6 * HOUR
"""News is told for seven days; what is nearly so old may be told or not."""
_PROMPT = timedelta(minutes=10)
"""Beyond the tick."""
_SEEN = timedelta(minutes=2)
"""What was taken is seen so late at most."""


Names = frozenset[tuple[Channel, str]]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that a platform took: in which place, under which name, when by our clock."""

    place: Channel
    name: str
    """Discord: its nonce. Slack: its whole content."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which something was so."""

    begin: datetime
    end: datetime

    def holds(self, at: datetime, slack: timedelta = timedelta()) -> bool:
        """Whether an instant lies in it, or as near as `slack` behind it."""
        return self.begin <= at <= self.end + slack


@dataclass
class Diary:
    """What was done to a channel while the soak ran."""

    zones: list[tuple[datetime, str]] = field(default_factory=list)
    """Since when it has lived where."""
    away: list[Span] = field(default_factory=list)
    """Paused by a person, or of a suspended tenant: its digests wait."""


@dataclass(frozen=True, slots=True)
class Account:
    """All there is to go by."""

    plan: Plan
    taxonomy: Taxonomy
    said: Sequence[Signal]
    books: Books
    accepted: Sequence[Accepted]
    names: Callable[[Sent], tuple[Names, Names]]
    """Where and under which names its post, and its reply, may have been taken."""
    diaries: Mapping[Channel, Diary]
    down: Sequence[Span]
    degraded: Sequence[Span]

    def breaches(self) -> list[str]:
        """Everything that went wrong."""
        return [
            line
            for check in (
                self.unsettled,
                self.lost_or_doubled,
                self.unaccounted,
                self.missing_digests,
                self.wrong_times,
                self.untold,
                self.unwanted,
                self.too_many_alerts,
                self.alerts_at_night,
                self.repeats,
            )
            for line in sorted(f"{check.__name__}: {found}" for found in check())
        ]

    def unsettled(self) -> Iterator[str]:
        """Every delivery came to an end that has a reason, or waits on a paused channel."""
        for sent in self.books.sent:
            if sent.made_at > self.plan.end - 3 * HOUR:
                continue
            waits = sent.state is _S.HELD and sent.channel in self.books.paused
            if waits and sent.channel in self.plan.closed_for_good:
                continue
            if sent.state not in _ARRIVED | _GIVEN_UP:
                yield str(sent)
            elif sent.state in _GIVEN_UP and not sent.reason:
                yield f"{sent}: no reason"

    def lost_or_doubled(self) -> Iterator[str]:
        """What is sent stands there once, what is unknown at most once, anything else never."""
        taken = Counter((each.place, each.name) for each in self.accepted)
        wanted: dict[Names, list[DeliveryState]] = defaultdict(list)
        last: dict[Names, Sent] = {}
        for sent in self.books.sent:
            for names, kind in zip(self.names(sent), (StepKind.POST, StepKind.THREAD), strict=True):
                if names:
                    # Two quiet days may read the same: they are counted together.
                    wanted[names].append(sent.steps.get(kind, _S.PENDING))
                    last[names] = sent
        for names, states in wanted.items():
            found = sum(taken[name] for name in names)
            least = sum(state is _S.SENT for state in states)
            most = sum(state in _ARRIVED for state in states)
            if not least <= found <= most:
                sent = last[names]
                yield f"{sent}: it stands there {found} times, not {least} to {most}"
        for sent in self.books.sent:
            post = sent.steps.get(StepKind.POST, _S.PENDING)
            if (post in _ARRIVED or sent.state in _ARRIVED) and post is not sent.state:
                yield f"{sent}: its post is {post}"

    def unaccounted(self) -> Iterator[str]:
        """Nothing stands in a channel that no delivery tells of."""
        known = {name for sent in self.books.sent for names in self.names(sent) for name in names}
        for each in self.accepted:
            if (each.place, each.name) not in known:
                yield f"{each.place}: {each.name[:200]!r} at {each.at}"

    def missing_digests(self) -> Iterator[str]:
        """Each due time has its digest, or a later one that stands for it and a cause for that."""
        for listening in self.plan.listening:
            place = listening.channel
            rows = self.books.rows.get(place, [])
            times = [row.due_at for row in rows]
            dues = {due for wish in self.dues(listening).values() for due in wish}
            watched = sorted(due for due in dues if due < self.plan.end - DAY)
            for due in watched:
                if due in times:
                    continue
                later = bisect_left(times, due)
                # Two of its times may lie within one tick: they are one digest.
                soon = due + self.plan.tick(due)
                if later < len(times) and times[later] <= soon:
                    continue
                if not self._excused(place, due):
                    yield f"{place}: nothing was composed for {due}"
                elif later == len(times) and any(
                    other > due and not self._excused(place, other) for other in watched
                ):
                    yield f"{place}: nothing stands for {due}, which had an excuse"

    def wrong_times(self) -> Iterator[str]:
        """Each digest belongs to a time that the channel asked for, in its own zone of then."""
        for listening in self.plan.listening:
            right = {due for wish in self.dues(listening).values() for due in wish}
            for row in self.books.rows.get(listening.channel, []):
                if row.due_at not in right:
                    yield f"{row.channel}: a digest due {row.due_at}, which is no time of its own"
                held = row.composed_at - row.due_at
                if held > self.plan.tick(row.due_at) + _PROMPT and not self._excused(
                    row.channel, row.due_at
                ):
                    yield f"{row.channel}: the digest due {row.due_at} came {held} late"

    def untold(self) -> Iterator[str]:
        """Every wanted signal was told once, unless it was too old for that when it could be."""
        for listening, signal, signal_id in self._pairs():
            if not self._wanted(listening, signal):
                continue
            member = self.books.members.get((listening.channel, signal_id))
            if member is not None and member.sent is not None and member.sent.state in _ARRIVED:
                continue
            row = self._chance(listening, signal, held=member is not None)
            if row is not None:
                how = "nowhere" if member is None else f"by {member.sent or member.row}"
                yield (
                    f"{listening.channel}: {signal.kind} of {signal.repo_id}, {signal.at}, is told"
                    f" {how}; it could have been by the digest due {row.due_at}"
                )

    def unwanted(self) -> Iterator[str]:
        """Nothing was told that is muted, filtered out, or of no interest."""
        for listening, signal, signal_id in self._pairs():
            told = (listening.channel, signal_id) in self.books.members
            if told and not self._wanted(listening, signal):
                yield f"{listening.channel}: {signal.kind} of {signal.repo_id}, {signal.at}"

    def too_many_alerts(self) -> Iterator[str]:
        """No more of them on a day of the channel's than it asked for.

        Each counts for the day on which it was frozen, as where they are composed: one of shortly
        before midnight may be posted after it. A repeat is no other one.
        """
        for listening in self.plan.listening:
            most, zones = _alerts(listening), self.diaries[listening.channel].zones
            days = Counter(
                self._local(listening.channel, sent.made_at).date()
                for sent in self._alerts_of(listening.channel)
                if sent.state in _ARRIVED
            )
            # A move makes a day longer or shorter, or the same one come twice.
            moved = [at.date() for at, _ in zones[1:]]
            for day, count in days.items():
                near = any(abs(day - other) <= DAY for other in moved)
                if most is None or (count > most.a_day and not near):
                    yield f"{listening.channel}: {count} alerts on {day}"

    def alerts_at_night(self) -> Iterator[str]:
        """None reaches a channel in its quiet hours."""
        arrived = {(each.place, each.name): each.at for each in self.accepted}
        for listening in self.plan.listening:
            alerts = _alerts(listening)
            if alerts is None:
                continue
            for sent in self._alerts_of(listening.channel, repeats=True):
                seen = [arrived[name] for name in self.names(sent)[0] if name in arrived]
                # A repeat is made when the first one comes to nothing; then it waits.
                made = [] if sent.key.endswith(" again") else [("made", [sent.made_at])]
                for how, times in (
                    *made,
                    *(("taken", [at, at - _SEEN]) for at in seen),
                ):
                    local = [self._local(listening.channel, at).time() for at in times]
                    if all(_is_quiet(alerts, at) for at in local):
                        yield f"{sent}: {how} at {local[0]:%H:%M}"

    def repeats(self) -> Iterator[str]:
        """An alert that may not have arrived is sent once more, and says what it is."""
        first = {(sent.channel, sent.key): sent for sent in self.books.sent if not sent.due_at}
        for (place, key), sent in first.items():
            if not key.startswith("alert ") or not key.endswith(" again"):
                continue
            original = first.get((place, key.removesuffix(" again")))
            # A sender that was taken for dead may yet say that it had arrived.
            if original is None or original.state not in _ARRIVED:
                yield f"{sent}: it repeats {original}"
            elif original.message == sent.message:
                yield f"{sent}: nothing says that it is a repeat"
        for (place, key), sent in first.items():
            alert = key.startswith("alert ") and not key.endswith(" again")
            if alert and sent.state is _S.UNKNOWN and (place, f"{key} again") not in first:
                yield f"{sent}: it was not sent once more"

    # -- what the checks go by ---------------------------------------------------------------

    def dues(self, listening: Listening) -> dict[int, list[datetime]]:
        """When each wish of a channel is due, by its place, from the beginning to the end."""
        zones = self.diaries[listening.channel].zones
        found: dict[int, list[datetime]] = {}
        for number, wish in enumerate(listening.wishes):
            found[number] = []
            for place, (since, zone) in enumerate(zones):
                until = zones[place + 1][0] if place + 1 < len(zones) else self.plan.end
                found[number] += [
                    due for due in _instants(wish.schedule, zone, since, until) if due > BEGIN
                ]
        return found

    def _pairs(self) -> Iterator[tuple[Listening, Signal, int]]:
        for listening in self.plan.listening:
            for signal in self.said:
                key = signal.repo_id, signal.kind.value, signal.episode, signal.step
                yield listening, signal, self.books.signals[key]

    def _wanted(self, listening: Listening, signal: Signal) -> bool:
        if signal.repo_id in listening.muted:
            return False
        if signal.repo_id in listening.followed:
            return True
        return any(self._wants(wish.wants, signal) for wish in listening.wishes)

    def _wants(self, wants: Wants, signal: Signal) -> bool:
        made = self.plan.repos[int(signal.repo_id) - 1]
        kinds = wants.kinds | (_BACK if wants.kinds & _BACK else frozenset())
        return (
            signal.kind in SUBSCRIBABLE
            and signal.kind in kinds
            and (not wants.categories or made.category in self.taxonomy.expand(wants.categories))
            and made.repo.stars >= wants.least_stars
            and (made.repo.language or "").casefold() not in wants.without_languages
            and made.repo.name.owner not in wants.without_owners
        )

    def _chance(self, listening: Listening, signal: Signal, *, held: bool) -> Row | None:
        """The first digest that arrived, or was quiet, and should have told a signal.

        `held`: something else was to tell it, so that a quiet one says nothing.
        """
        dues = self.dues(listening)
        followed = signal.repo_id in listening.followed
        times = {
            due
            for number, wish in enumerate(listening.wishes)
            if followed or self._wants(wish.wants, signal)
            for due in dues[number]
        }
        for row in self.books.rows.get(listening.channel, []):
            young = row.composed_at - signal.at < _USEFUL
            arrived = not held if row.sent is None else row.sent.state in _ARRIVED
            doubted = any(span.holds(row.composed_at) for span in self.degraded)
            if (
                row.due_at in times
                and row.composed_at > signal.at
                and young
                and arrived
                and row.outcome != "skipped"
                and not doubted
            ):
                return row
        return None

    def _excused(self, place: Channel, due: datetime) -> bool:
        """Whether a digest may be late, and a later one stand for it."""
        return (
            any(span.holds(due) for span in (*self.down, *self.diaries[place].away))
            or any(span.holds(due) for span in self.degraded)
            or any(span.holds(due, HOUR) for span in self.down)
            or any(Span(span.begin - _HELD_BACK, span.end).holds(due) for span in self.degraded)
        )

    def _alerts_of(self, place: Channel, *, repeats: bool = False) -> Iterator[Sent]:
        for sent in self.books.sent:
            if sent.channel == place and sent.due_at is None and sent.key.startswith("alert "):
                again = sent.key.endswith(" again")
                if repeats or not again:
                    yield sent

    def _local(self, place: Channel, at: datetime) -> datetime:
        zones = self.diaries[place].zones
        zone = next(zone for since, zone in reversed(zones) if since <= at)
        return at.astimezone(ZoneInfo(zone))


def _alerts(listening: Listening) -> Alerts | None:
    return listening.wishes[0].alerts


def _is_quiet(alerts: Alerts, local: time) -> bool:
    begin, end = alerts.quiet_from, alerts.quiet_until
    if begin is None or end is None:
        return False
    return begin <= local < end if begin < end else local >= begin or local < end


def _instants(
    schedule: Schedule, zone: str, since: datetime, until: datetime
) -> Iterator[datetime]:
    """When a schedule is due after one instant and up to another: found by trying every minute.

    In a gap the first minute there is, in a fold the first of the two.
    """
    info = ZoneInfo(zone)
    day = since.astimezone(info).date() - DAY
    while day <= until.astimezone(info).date() + DAY:
        if day.weekday() in schedule.weekdays:
            wall = datetime.combine(day, schedule.at)
            at = wall.replace(tzinfo=info).astimezone(UTC)
            if at.astimezone(info).replace(tzinfo=None) != wall:
                at -= 4 * HOUR
                while at.astimezone(info).replace(tzinfo=None) < wall:
                    at += timedelta(minutes=1)
            if since < at <= until:
                yield at
        day += DAY
