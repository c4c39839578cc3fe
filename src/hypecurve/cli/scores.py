"""How the figures of a backtest are laid out: tables for people, JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from hypecurve.cli.common import table

if TYPE_CHECKING:
    from hypecurve.services.backtest import Figure, LaneScore, Report

_UNKNOWN = "-"
_LANES = "Lanes by usual stars a week: trickle under 5, small 5-30, middle 30-200, large 200+."


def print_scores(report: Report, notes: Sequence[str], style: str) -> None:
    """Print a report; `style`: table, or json with exact values and null where unknown."""
    if style == "json":
        values = _plain({"notes": list(notes), **asdict(report)})
        typer.echo(json.dumps(values, ensure_ascii=False, indent=1, default=str))
        return
    for note in notes:
        typer.echo(note)
    typer.echo(
        f"{report.repos:,} repos, {report.days:,} days ({report.first} to {report.last}), "
        f"{report.points:,} points;\n"
        f"the usual pace was known on {report.rising.repo_days:,} days of a repo.\n{_LANES}"
    )
    _title("Rising", "intervals: 95 %, bootstrap over repos")
    _print([_rising(each) for each in (report.rising.total, *report.rising.lanes)])
    typer.echo(
        f"Escalations among the alarms: {report.rising.escalations:,}. Precision: of the alarms "
        "whose next 4 weeks are known,\nthose that kept 1.5 x the usual pace and 5 a week above it."
    )
    _title("Stalled", f"{report.stalled.looked_at:,} looks at a repo, one every 28 days")
    _print(list(_stalled(report)))
    typer.echo(
        "Woke up, within 56 days: by (a) a 28-day gain of 20 and twice the larger of the last two;"
        "\nby (b) a 28-day gain of 30 % of the best before."
    )
    _title("Surges put into quiet stretches", "14 days at x times the usual pace")
    _print(list(_injected(report)))


def _title(text: str, aside: str) -> None:
    typer.echo()
    typer.echo(f"{typer.style(text, bold=True)} ({aside})")


def _print(rows: list[dict[str, str]]) -> None:
    table(rows, "table", right=frozenset(list(rows[0])[1:]))


def _rising(of: LaneScore) -> dict[str, str]:
    return {
        "lane": of.lane.value if of.lane else "all",
        "alarms": f"{of.alarms:,}",
        "per 1,000 a day": _between(of.alarms_per_1000, 1, ""),
        "precision": _between(of.precision, 0, " %", 100),
        "surges": f"{of.surges:,}",
        "seen in 7 d": _between(of.seen, 0, " %", 100),
        "delay": _number(of.delay.value, 0, " d"),
    }


def _stalled(report: Report) -> Iterator[dict[str, str]]:
    found = report.stalled
    for state, flagged, woke, third in (
        (
            "faded (cooling or stalled)",
            found.flagged,
            found.flagged_woke,
            found.flagged_woke_third,
        ),
        (
            "stalled",
            found.stalled,
            found.stalled_woke,
            found.stalled_woke_third,
        ),
    ):
        yield {
            "state": state,
            "flagged": _percent(flagged),
            "woke up (a)": _percent(woke),
            "woke up (b)": _percent(third),
        }


def _injected(report: Report) -> Iterator[dict[str, str]]:
    # Each factor meets the same stretches, so one column says how many there are.
    for lane in dict.fromkeys(each.lane for each in report.injected):
        mine = [each for each in report.injected if each.lane is lane]
        yield {"lane": lane.value, "surges": f"{mine[0].injected:,}"} | {
            f"x{each.factor:g} in 7 / 14 d": (
                f"{_number(100 * each.in_7_days, 0, '')} / "
                f"{_number(100 * each.in_14_days, 0, ' %')}"
            )
            for each in mine
        }


def _percent(share: float) -> str:
    return _number(100 * share, 1, " %")


def _between(figure: Figure, places: int, unit: str, times: float = 1) -> str:
    value = _number(times * figure.value, places, unit)
    if value == _UNKNOWN:
        return value
    low, high = (_number(times * end, places, "") for end in (figure.low, figure.high))
    return f"{value} ({low}-{high})"


def _number(value: float, places: int, unit: str) -> str:
    return f"{value:.{places}f}{unit}" if math.isfinite(value) else _UNKNOWN


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The value without NaN, which JSON has no word for."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
