"""A repo's line: a count a day, by what we saw and, before that, by GitHub's own history."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypecurve.domain.chart import Line, Point
from hypecurve.domain.stars import PastStars, StarSnapshot

LONGEST_JOIN = timedelta(days=14)
"""Between two counts farther apart than this nobody says how the line ran."""
LONGEST_SEAM = timedelta(days=2)
"""A history that was fetched longer than this before our first count cannot be joined to it."""
MOST_POINTS = 300
"""Points of all lines of a chart together: some 6 KB where it is frozen."""
_DAY = timedelta(days=1)
_CORNER = 1e6
"""How much more than its area a point beside a break counts."""


def day_counts(
    snapshots: Sequence[StarSnapshot], past: PastStars | None, created: date | None = None
) -> list[Point]:
    """Return the stars at the end of each day that is known, oldest first.

    Ours is the last count of each UTC day. Before our first one GitHub's history is walked
    backwards from it: its days are gains, and what it sums up to is held against no count. It is
    left out where it ends too long before. Days before `created` are none of the repo's.
    """
    if not snapshots:
        return []
    counted = {each.at.astimezone(UTC).date(): each.stars for each in snapshots if each.stars >= 0}
    known = sorted(counted.items())
    before = [] if past is None else _backwards(snapshots[0], past)
    return [point for point in before if created is None or point[0] >= created] + known


def _backwards(first: StarSnapshot, past: PastStars) -> list[Point]:
    told = _Told(past)
    at = told.days_of(first.at)
    whole = min(math.floor(at), math.ceil(told.end))
    if whole <= 0 or (at - told.end) * _DAY > LONGEST_SEAM:
        return []
    level = first.stars - told.by(at)
    return [
        (past.first_day + place * _DAY, max(0, round(level + told.by(place + 1))))
        for place in range(whole)
    ]


class _Told:
    """Stars that a history tells of, summed up; times are days since it begins."""

    def __init__(self, past: PastStars) -> None:
        self._begins = datetime.combine(past.first_day, time(), UTC)
        self._days = past.days
        self._sums = [0, *itertools.accumulate(past.days)]
        self.end = min(self.days_of(past.fetched_at), float(len(past.days)))
        """Where it was fetched: its last day is told up to there only."""

    def days_of(self, at: datetime) -> float:
        return (at - self._begins) / _DAY

    def by(self, place: float) -> float:
        """Stars up to a time; after the fetch they go on coming at the pace of the day before."""
        if place > self.end:
            pace = self.by(self.end) - self.by(max(0.0, self.end - 1))
            return self.by(self.end) + (place - self.end) * pace / min(self.end, 1.0)
        day = min(int(place), len(self._days) - 1)
        length = min(self.end - day, 1.0)
        # Fetched at midnight, its last day had only begun.
        share = min((place - day) / length, 1.0) if length > 0 else 0.0
        return self._sums[day] + self._days[day] * share


def line_from(
    name: str, counts: Iterable[Point], created: date | None = None, most: int = MOST_POINTS
) -> Line:
    """Return a line of at most `most` points that looks like one through all of them.

    Of several counts of a day the last one stands; what is below zero is left out.
    """
    points = sorted({day: stars for day, stars in counts if stars >= 0}.items())
    broken = [
        place > 0 and points[place][0] - points[place - 1][0] > LONGEST_JOIN
        for place in range(len(points))
    ]
    kept = _thinned(points, broken, max(most, 2))
    return Line(
        name,
        tuple(points[each.place] for each in kept),
        created,
        tuple(points[each.place][0] for each in kept if each.broken),
    )


def pieces(line: Line) -> list[list[Point]]:
    """Return the points of a line as unbroken runs, whatever order they came in."""
    breaks = frozenset(line.breaks)
    runs: list[list[Point]] = []
    for point in sorted({day: stars for day, stars in line.points if stars >= 0}.items()):
        if not runs or point[0] in breaks:
            runs.append([])
        runs[-1].append(point)
    return runs


@dataclass(slots=True)
class _Link:
    """A point among those that are left, and its neighbours."""

    place: int
    broken: bool
    before: int
    after: int
    version: int = 0


def _thinned(points: Sequence[Point], broken: Sequence[bool], most: int) -> list[_Link]:
    """Leave out one after the other the points that shape the line least.

    Visvalingam and Whyatt 1993: the area of the triangle that a point makes with its neighbours.
    """
    links = [_Link(each, broken[each], each - 1, each + 1) for each in range(len(points))]
    heap = [(_weight(points, links, each), each, 0) for each in range(1, len(points) - 1)]
    heapq.heapify(heap)
    left = len(points)
    gone: set[int] = set()
    while left > most and heap:
        _, place, version = heapq.heappop(heap)
        link = links[place]
        if place in gone or version != link.version:
            continue
        gone.add(place)
        left -= 1
        # What was unknown before a point that is left out is unknown before the next one.
        links[link.after].broken |= link.broken
        links[link.before].after, links[link.after].before = link.after, link.before
        for each in (link.before, link.after):
            if 0 < each < len(points) - 1:
                links[each].version += 1
                weight = _weight(points, links, each)
                heapq.heappush(heap, (weight, each, links[each].version))
    return [link for link in links if link.place not in gone]


def _weight(points: Sequence[Point], links: Sequence[_Link], place: int) -> float:
    link = links[place]
    (x0, y0), (x1, y1), (x2, y2) = (points[each] for each in (link.before, place, link.after))
    area = abs((x1 - x0).days * (y2 - y0) - (x2 - x0).days * (y1 - y0))
    edge = link.broken or links[link.after].broken
    return area * _CORNER + _CORNER if edge else float(area)
