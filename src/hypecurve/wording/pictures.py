"""Pictures in words: what stands in a chart, and what it says to who does not see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from hypecurve.domain.chart import Chart, Comparison, Curve, Episode, Line, Picture, Point, Risers
from hypecurve.domain.lines import pieces
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.facts import usual
from hypecurve.wording.teller import LONGEST_NAME
from hypecurve.wording.texts import Texts, texts, to_say

LONGEST_ALT = 1000
_LONGEST_TITLE = 200
_MANY = 4
"""Episodes, corrections or gaps that are told one by one; the latest of more."""
_EPISODES = {
    "rising": (to_say("Rising from {since} to {until}."), to_say("Rising since {since}.")),
    "stalled": (to_say("Stalled from {since} to {until}."), to_say("Stalled since {since}.")),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """The words that stand in charts, in one language."""

    usual: str
    rising: str
    stalled: str
    awake: str
    corrected: str
    uncounted: str
    stars: str
    logarithmic: str
    age: str
    compared: str
    gained: str
    nothing: str
    ageless: str


def labels(said: Texts) -> Labels:
    """Return the words that stand in charts."""
    return Labels(
        usual=said.say("usual pace"),
        rising=said.say("Rising"),
        stalled=said.say("Stalled"),
        awake=said.say("Woke up"),
        corrected=said.say("count corrected"),
        uncounted=said.say("not counted"),
        stars=said.say("stars"),
        logarithmic=said.say("stars, logarithmic scale"),
        age=said.say("days since it was created"),
        compared=said.say("Stars compared"),
        gained=said.say("Stars gained in 7 days"),
        nothing=said.say("No counts yet"),
        ageless=said.say("age unknown"),
    )


def pictured(chart: Chart, locale: str) -> Picture:
    """Return a chart with its title and what it shows in words, at most 1,000 characters."""
    said = texts(locale)
    if isinstance(chart, Curve):
        title = said.say("Stars of {name}", name=_name(chart.line))
        sentences = _curve(chart, said)
    elif isinstance(chart, Comparison):
        names = said.listing(_name(line) for line in chart.lines)
        title = (
            said.say("Stars of {names} by days since creation", names=names)
            if chart.by == "age"
            else said.say("Stars of {names}", names=names)
        )
        sentences = _comparison(chart, said)
    else:
        title = said.say("Stars gained in 7 days, as of {day}", day=said.date(chart.on, year=True))
        sentences = _risers(chart, said)
    alt = said.gap.join([said.say("{title}.", title=title), *sentences])
    return Picture(chart, cut(alt, LONGEST_ALT), cut(title, _LONGEST_TITLE))


def ageless(chart: Comparison, line: Line) -> bool:
    """Whether a line has no place among ages: nobody knows when the repo was created."""
    last = max((day for day, _ in line.points), default=None)
    never = line.created is None or last is None or last < line.created
    return chart.by == "age" and never


def heading(curve: Curve, said: Texts) -> str:
    """Return what stands below a name: `38,200 stars · 22 Nov 2026 · usually 226 a week`."""
    points = _points(curve.line)
    if not points:
        return said.say("No counts yet")
    day, stars = points[-1]
    parts = [_stars(stars, said), said.date(day, year=True)]
    if curve.usual_week is not None:
        parts.append(said.say("usually {usual} a week", usual=usual(curve.usual_week, said)))
    return " · ".join(parts)


def gained(gain: int, per_week: float | None, said: Texts) -> tuple[str, str]:
    """Return what stands at a bar: `+1,940` and `usually 226`, the latter "" where unknown."""
    if per_week is None:
        return said.gain(gain), ""
    return said.gain(gain), said.say("usually {usual}", usual=usual(per_week, said))


def _curve(curve: Curve, said: Texts) -> Iterator[str]:
    points = _points(curve.line)
    if not points:
        yield said.say("No counts yet.")
        return
    yield _span(points, said)
    # What GitHub took at one stroke was not lost at any time: of such a gain there is no half.
    if not curve.corrected and (half := _half(points)) is not None:
        yield said.say("Half of that came after {day}.", day=said.date(half, year=True))
    if curve.usual_week is not None:
        pace = usual(curve.usual_week, said)
        yield said.say("Shaded: where its usual pace leads, {usual} a week.", usual=pace)
    yield from (_episode(each, said) for each in curve.episodes[-_MANY:])
    for day in curve.corrected[-_MANY:]:
        yield said.say("GitHub corrected the count on {day}.", day=said.date(day, year=True))
    yield from _gaps(curve.line, said)


def _comparison(chart: Comparison, said: Texts) -> Iterator[str]:
    for line in chart.lines:
        points = _points(line)
        if points and not ageless(chart, line):
            yield said.say("{name}: {what}", name=_name(line), what=_span(points, said))
        elif points:
            yield said.say("{name}: age unknown.", name=_name(line))
        else:
            yield said.say("{name}: no counts yet.", name=_name(line))
    for line in chart.lines:
        if len(pieces(line)) > 1:
            yield said.say("The line of {name} has gaps.", name=_name(line))


def _risers(chart: Risers, said: Texts) -> Iterator[str]:
    if not chart.bars:
        yield said.say("No counts yet.")
    for bar in chart.bars:
        name = cut(clean(bar.name), LONGEST_NAME)
        gain, normal = gained(bar.gain, bar.usual, said)
        if normal:
            yield said.say("{name} {gain} ({usual}).", name=name, gain=gain, usual=normal)
        else:
            yield said.say("{name} {gain}.", name=name, gain=gain)


def _span(points: Sequence[Point], said: Texts) -> str:
    (since, before), (until, after) = points[0], points[-1]
    if since == until:
        return said.say(
            "{stars} on {day}.", stars=_stars(after, said), day=said.date(until, year=True)
        )
    return said.say(
        "From {before} on {since} to {after} on {until}, {gain}.",
        before=said.exact(before),
        since=said.date(since, year=True),
        after=_stars(after, said),
        until=said.date(until, year=True),
        gain=said.gain(after - before),
    )


def _half(points: Sequence[Point]) -> date | None:
    """The day on which half of what was gained was there; None where nothing to speak of was."""
    begin, end = points[0][1], points[-1][1]
    if len(points) <= _MANY or end - begin < len(points):
        return None
    middle = (begin + end) / 2
    return next(day for day, stars in points if stars >= middle)


def _episode(episode: Episode, said: Texts) -> str:
    since = said.date(episode.since, year=True)
    if episode.kind == "awake":
        return said.say("Woke up on {day}.", day=since)
    over, goes_on = _EPISODES[episode.kind]
    if episode.until is None:
        return said.say(goes_on, since=since)
    return said.say(over, since=since, until=said.date(episode.until, year=True))


def _gaps(line: Line, said: Texts) -> Iterator[str]:
    runs = pieces(line)
    for before, after in list(pairwise(runs))[-_MANY:]:
        yield said.say(
            "Not counted from {since} to {until}.",
            since=said.date(before[-1][0], year=True),
            until=said.date(after[0][0], year=True),
        )


def _points(line: Line) -> list[Point]:
    return [point for run in pieces(line) for point in run]


def _stars(stars: int, said: Texts) -> str:
    return said.say_count("{n} star", "{n} stars", stars)


def _name(line: Line) -> str:
    return cut(clean(line.name), LONGEST_NAME)
