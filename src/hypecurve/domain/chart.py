"""Pictures of stars, as what they show: nothing here is drawn, and every text is cleaned already.

A message carries one, is frozen with it, and whoever posts it has it drawn; `type` tells them
apart when they are read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

MOST_COMPARED = 5
"""Repos side by side."""
Point = tuple[date, int]
"""A day and the stars of a repo at its end (UTC)."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Days for which a repo was flagged; `until` None: it goes on. Waking up is a day."""

    kind: Literal["rising", "stalled", "awake"]
    since: date
    until: date | None = None
    usual_week: float | None = None
    """Stars a week that were usual for it when it was flagged; None: unknown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One repo's stars. Points in the order of time; they may be thinned where it runs straight.

    `breaks`: the days of those points before which nobody knows for long how it ran.
    """

    name: str
    points: tuple[Point, ...]
    created: date | None = None
    breaks: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """The star curve of one repo, its usual pace shaded, the flagged episodes marked.

    What is shaded is where the repo would have got to at its usual pace (`bands`).
    """

    line: Line
    usual_week: float | None = None
    """Stars a week that are usual for it at the line's end; None: unknown."""
    episodes: tuple[Episode, ...] = ()
    corrected: tuple[date, ...] = ()
    """Days on which GitHub took stars back."""
    type: Literal["curve"] = "curve"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to five repos, by the calendar or by days since each was created."""

    lines: tuple[Line, ...]
    by: Literal["date", "age"] = "date"
    type: Literal["comparison"] = "comparison"


@dataclass(frozen=True, slots=True)
class Riser:
    """One bar: what a repo gained in 7 days, and what is usual for it (None: unknown)."""

    name: str
    gain: int
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Risers:
    """The risers of a day as bars, the first on top."""

    on: date
    bars: tuple[Riser, ...]
    type: Literal["risers"] = "risers"


Chart = Curve | Comparison | Risers


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and what it says in words, for those who do not see it (at most 1,000 characters)."""

    chart: Chart
    alt: str
    title: str = ""
