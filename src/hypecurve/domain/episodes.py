"""When a repo was flagged, as spans of days: from its signals, and from its counts afterwards.

That a rise or a silence is over is no signal, so its end is read from the counts, by the rules
that let it end: a rise when 7 days bring less than 1.3 times the usual pace and 3, a silence when
28 days bring 20 stars. A rise that nobody could judge for 28 days counts as over since then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.chart import Curve, Episode, Point
from hypecurve.domain.gains import gains_of, without_corrections
from hypecurve.domain.pace import BASELINE_WEEKS, WEEK, pace_of
from hypecurve.domain.rising import RisingRules
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.stalled import MONTH, StalledRules

BASELINE = timedelta(days=(BASELINE_WEEKS + 1) * WEEK)
"""What the usual pace is measured on, and the week that is held against it."""
_DAY = timedelta(days=1)
_WEEK = timedelta(days=WEEK)
_SPAN = (BASELINE_WEEKS + 1) * WEEK
_SILENT = frozenset({RepoState.STALLED, RepoState.ARCHIVED, RepoState.GONE})


@dataclass(frozen=True, slots=True)
class Band:
    """What is shaded: the way a repo would have gone at its usual pace, give or take a week.

    It runs through the count of the day `through`, from `since` to `until`, and on each day it
    reaches from a week's usual gain below that way to one above. Who is told as rising has more
    than twice its usual gain in 7 days, so that it leaves the band.
    """

    since: date
    through: date
    until: date
    usual_week: float


def episodes_of(
    signals: Iterable[Signal], counts: Sequence[Point], state: RepoState | None = None
) -> tuple[Episode, ...]:
    """Return when a repo was flagged, oldest first.

    `counts`: stars by day, oldest first, from 9 weeks before the first signal where they are
    known. `state`: what the repo is at the end of them, None where that is not known.
    """
    ordered = sorted(signals, key=lambda signal: signal.at)
    days = _Days(counts)
    found = [
        *_rises([each for each in ordered if each.kind is SignalKind.RISING], days, state),
        *_silences(ordered, days, state),
        *(
            Episode("awake", _day(each), _day(each))
            for each in ordered
            if each.kind is SignalKind.AWAKE
        ),
    ]
    return tuple(sorted(found, key=lambda episode: episode.since))


def bands(curve: Curve, last: date) -> list[Band]:
    """Return where to shade a curve that ends on `last`.

    A rise is held against the pace that was usual when it was told: laid through the beginning
    of the week that it was told of, back over the 8 weeks it was measured on, and on to the end
    of the rise. Where none lies in the last 9 weeks, the present pace is laid on those likewise.
    What a correction took or gave is in no pace: the band ends there, or begins anew.
    """
    found = [
        _band(each.since, each.until or last, each.usual_week, curve.corrected)
        for each in curve.episodes
        if each.kind == "rising" and each.usual_week is not None
    ]
    if curve.usual_week is not None and not any(each.until > last - BASELINE for each in found):
        found.append(_band(last, last, curve.usual_week, curve.corrected))
    return found


def _band(told: date, until: date, usual_week: float, corrected: Sequence[date]) -> Band:
    through, since = told - _WEEK, told - BASELINE
    behind = [day for day in corrected if since <= day <= told]
    if behind:
        since = behind[-1]
        through = max(through, since)
    ahead = [day for day in corrected if through < day <= until]
    return Band(since, through, min([until, *(day - _DAY for day in ahead)]), usual_week)


class _Days:
    """Gains by day, without purges; every question is about the day it is asked for."""

    def __init__(self, counts: Sequence[Point]) -> None:
        self.first = counts[0][0] if counts else date.min
        self.last = counts[-1][0] if counts else date.min
        size = (self.last - self.first).days + 1
        grid = np.full((1, size), np.nan)
        for day, stars in counts:
            grid[0, (day - self.first).days] = stars
        gains = gains_of(grid)
        stars_now = np.array([float(counts[-1][1]) if counts else np.nan])
        known: NDArray[np.float64] = without_corrections(gains, stars_now)[0]
        # The gain of a day stands at that day; before the first one nothing is known.
        self.gains = np.concatenate([np.full(_SPAN, np.nan), known])

    def windows(self, since: date, span: int) -> NDArray[np.float64]:
        """The `span` days that end on each day from `since` to the last: (days, span)."""
        begin = max(0, (since - self.first).days)
        views = np.lib.stride_tricks.sliding_window_view(self.gains, span)
        found: NDArray[np.float64] = views[begin + _SPAN - span :]
        return found

    def day(self, since: date, place: int) -> date:
        """The day of a row of `windows`."""
        return max(since, self.first) + place * _DAY


def _rises(signals: Sequence[Signal], days: _Days, state: RepoState | None) -> Iterable[Episode]:
    by_episode: dict[int, list[Signal]] = {}
    for each in signals:
        by_episode.setdefault(each.episode, []).append(each)
    told = list(by_episode.values())
    for place, steps in enumerate(told):
        newest = place == len(told) - 1
        until = _end_of_rise(_day(steps[-1]), days)
        if newest and state is RepoState.RISING:
            until = None
        elif until is None and not (newest and state is None):
            # It is over, whatever the days that we know of say.
            until = max(days.last, _day(steps[-1])) if newest else _day(told[place + 1][0])
        yield Episode("rising", _day(steps[0]), until, steps[0].evidence.usual_7d)


def _end_of_rise(last_told: date, days: _Days) -> date | None:
    """The first day after the last word on which a rise was over; None: it goes on."""
    rules = RisingRules()
    begin = last_told + _DAY
    if begin > days.last:
        return None
    pace = pace_of(days.windows(begin, _SPAN))
    over = pace.gain_7d < rules.over_factor * pace.usual_7d + rules.over_plus
    judged = np.isfinite(pace.gain_7d) & np.isfinite(pace.usual_7d)
    seen = -1
    for place in range(len(over)):
        if place - seen > rules.lost_days:
            return days.day(begin, max(seen, 0))
        if judged[place]:
            seen = place
            if over[place]:
                return days.day(begin, place)
    return None


def _silences(signals: Sequence[Signal], days: _Days, state: RepoState | None) -> Iterable[Episode]:
    turns = [each for each in signals if each.kind in {SignalKind.STALLED, SignalKind.AWAKE}]
    for each, after in pairwise([*turns, None]):
        if each is None or each.kind is not SignalKind.STALLED:
            continue
        since = _day(each)
        if after is not None and after.kind is SignalKind.AWAKE:
            until: date | None = _day(after)
        else:
            until = None if after is None and state in _SILENT else _end_of_silence(since, days)
            if after is not None:
                until = min(until or _day(after), _day(after))
        yield Episode("stalled", since, until)


def _end_of_silence(since: date, days: _Days) -> date | None:
    begin = since + _DAY
    if begin > days.last:
        return None
    gained = days.windows(begin, MONTH).sum(axis=1)
    loud = np.flatnonzero(gained >= StalledRules().awake_gain)
    return days.day(begin, int(loud[0])) if loud.size else None


def _day(signal: Signal) -> date:
    return signal.at.astimezone(UTC).date()
