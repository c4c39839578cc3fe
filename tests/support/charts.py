"""Charts of invented repos: as they should be, and as ugly as data can be."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta

from hypecurve.domain.chart import (
    Chart,
    Comparison,
    Curve,
    Episode,
    Line,
    Point,
    Riser,
    Risers,
)
from hypecurve.domain.lines import line_from

DAY = timedelta(days=1)
END = date(2026, 11, 22)
LONG = "o" * 39 + "/" + "long-name-" * 10


def walked(
    days: int, start: int, a_day: float, more: Callable[[int], float] = lambda _: 0.0
) -> list[Point]:
    """Counts of `days` days up to END, with some ups and downs; `more`: by days before END."""
    stars, points = float(start), []
    for back in range(days - 1, -1, -1):
        stars += a_day * (1 + 0.4 * math.sin(back)) + more(back)
        points.append((END - back * DAY, int(stars)))
    return points


RISING = walked(365, 24_000, 32, lambda back: 230 if back < 7 else 60 if 180 < back < 200 else 0)
PURGED = [(day, stars - (9_000 if day >= END - 60 * DAY else 0)) for day, stars in RISING]


def without(points: list[Point], since: int, until: int) -> list[Point]:
    """The points without those between so many and so many days before END."""
    return [each for each in points if not END - since * DAY < each[0] < END - until * DAY]


def curve(name: str, points: list[Point], usual: float | None = 226.0, **more: object) -> Curve:
    """A curve of these points."""
    return Curve(line_from(name, points), usual, **more)  # type: ignore[arg-type] # its fields


NORMAL = curve(
    "acme/flashkv",
    RISING,
    episodes=(
        Episode("rising", END - 193 * DAY, END - 178 * DAY, 226.0),
        Episode("rising", END - 3 * DAY, None, 226.0),
    ),
)
EVERYTHING = curve(
    "acme/everything",
    without(PURGED, 300, 220),
    episodes=(
        Episode("rising", END - 193 * DAY, END - 178 * DAY, 226.0),
        Episode("stalled", END - 150 * DAY, END - 120 * DAY),
        Episode("awake", END - 120 * DAY, END - 120 * DAY),
        Episode("rising", END - 3 * DAY, None, 226.0),
    ),
    corrected=(END - 60 * DAY,),
)
GAPPY = curve("acme/gappy", without(RISING, 220, 90))
FAR_APART = Comparison(
    (
        line_from("big/elephant", walked(365, 380_000, 55), None, 60),
        line_from("hato/tinyquant", walked(200, 100, 2.5), None, 60),
    )
)
SIMILAR = Comparison(
    tuple(
        line_from(f"acme/similar-{each}", walked(365, 9_000 + 30 * each, 28), None, 60)
        for each in range(5)
    )
)
AGED = Comparison(
    (
        line_from("acme/old-one", walked(2_900, 0, 12), END - 2_899 * DAY, 60),
        line_from("nori/voicebox", walked(400, 0, 60), END - 399 * DAY, 60),
        line_from("kite/ageless", walked(30, 0, 3)),
        line_from("mira/unborn", walked(30, 0, 3), END + 99 * DAY),
    ),
    "age",
)
RISERS = Risers(
    END,
    (
        Riser("acme/flashkv", 1_940, 226.0),
        Riser("nori/voicebox", 820, 200.0),
        Riser("hato/tinyquant", 96, 11.0),
        Riser("kite/toolproxy", 75, None),
        Riser("mira/autoagent", 60, 70.0),
    ),
)
CHARTS: dict[str, Chart] = {
    "normal": NORMAL,
    "everything": EVERYTHING,
    "gap of months": GAPPY,
    "one point": curve("acme/one", [(END, 731)], None),
    "two on a day": Curve(Line("acme/two", ((END, 731), (END, 740))), 12.0),
    "nothing": Curve(Line("acme/nobody", ())),
    "flat": curve("acme/flat", [(END - each * DAY, 600) for each in range(300)], 0.0),
    "13 years": curve(LONG, walked(13 * 365, 0, 5), 35.0),
    "newborn": curve("acme/newborn", walked(30, 0, 40), None),
    "monthly": curve("acme/monthly", [(END - each * 30 * DAY, 900 - each) for each in range(12)]),
    "nonsense": Curve(
        Line(
            "acme/$x^2$ \u202e日本語🚀\U0001f9ff\u0301 龘",
            ((END + 4_000 * DAY, -5), (END, 3), (END - DAY, 0), (END - 40 * DAY, 10)),
            END + 9 * DAY,
            (END,),
        ),
        1e9,
        (
            Episode("rising", END + 9 * DAY, END - 9 * DAY, -5.0),
            Episode("stalled", END - 5_000 * DAY, END - 4_000 * DAY),
            Episode("awake", END + 9 * DAY, END - 9 * DAY),
        ),
        (END + 99 * DAY,),
    ),
    "far apart": FAR_APART,
    "similar": SIMILAR,
    "aged": AGED,
    "long names": Comparison(
        (
            line_from(LONG, RISING),
            line_from("p" * 39 + "/" + "longer-even-" * 8, PURGED),
            Line("kite/none", ()),
        )
    ),
    "nobody": Comparison((Line("a/b", ()), Line("a/c", ()))),
    "one of them": Comparison((line_from("acme/one", [(END, 0)]), line_from("a/b", RISING))),
    "risers": RISERS,
    "ugly risers": Risers(
        END,
        (
            Riser("big/elephant", 400_000, 600.0),
            Riser(LONG, 600, 3.0),
            Riser("acme/zero", 0, 0.0),
            Riser("acme/less", -500, 20.0),
            Riser("emoji/🚀龘", 7, 0.4),
        ),
    ),
    "equal": Risers(END, tuple(Riser(f"acme/equal-{each}", 50, 50.0) for each in range(12))),
    "no risers": Risers(END, ()),
    "no gains": Risers(END, (Riser("a/b", 0), Riser("a/c", 0, 0.0))),
}
