"""`hypecurve backtest`: a small made-up recording through the real command."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.recorded.grid import read_grid
from hypecurve.cli.scores import print_scores
from hypecurve.domain.errors import BadData
from hypecurve.domain.signal import Lane
from hypecurve.services.backtest import (
    Curves,
    Figure,
    InjectionScore,
    LaneScore,
    Report,
    Score,
    StallScore,
    report_of,
)

FIRST = date(2024, 1, 1)
STEADY = [10] * 200
SURGE = [10] * 90 + [60] * 30 + [40] * 80
FADES = [30] * 50 + [2] * 20 + [0] * 130
NAN = float("nan")


def write(folder: Path, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    listed = list(rows)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)


def counted(name: str, gains: list[int], source: str = "ghrank") -> list[dict[str, object]]:
    return [
        {"full_name": name, "date": FIRST + timedelta(day), "stars": stars, "source": source}
        for day, stars in enumerate(accumulate(gains, initial=1_000))
    ]


def without(column: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if name != column} for row in rows]


REPOS: list[dict[str, object]] = [
    {"full_name": "acme/flashkv", "is_ai": 1},
    {"full_name": "nori/voicebox", "is_ai": 1},
    {"full_name": "acme/faded", "is_ai": 1},
    {"full_name": "acme/partitions", "is_ai": 0},
    {"full_name": "nori/weekly", "is_ai": 1},
]
STARS = [
    *counted("acme/flashkv", SURGE),
    *counted("nori/voicebox", STEADY, "ghrank-ai"),
    *counted("acme/faded", FADES),
    *counted("acme/partitions", SURGE),
    *counted("nori/weekly", STEADY, "best-of-ml")[::7],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "repos.csv", REPOS)
    write(tmp_path, "stars.csv", STARS)
    return tmp_path


def backtest(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "hypecurve", "backtest", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words


def test_the_command_tells_the_set_and_every_figure(folder: Path) -> None:
    done = backtest(folder)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert "3 repos, 201 days (2024-01-01 to 2024-07-19), 603 points;" in done.stdout
    assert "repos with is_ai = 1" in done.stdout
    row = {line[0]: line[1:] for line in lines if line}
    assert int(row["all"][0]) >= 1
    assert "%" in row["all"], "its precision"
    assert row["stalled"][1] == "%"
    # The lanes stand in two tables: what was said of them, and what was put into them.
    assert [sum(line[:1] == [lane] for line in lines) for lane in Lane] == [2, 2, 2, 2]
    assert "x2 in 7 / 14 d  x3 in 7 / 14 d  x5 in 7 / 14 d" in done.stdout
    assert "Scoring" in done.stderr
    assert "Scoring" not in done.stdout


def test_json_holds_the_same_figures_for_programs(folder: Path) -> None:
    done = backtest(folder, "--format", "json", "--until", "2024-06-30")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert (found["repos"], found["days"], found["last"]) == (3, 182, "2024-06-30")
    assert found["rising"]["total"]["lane"] is None
    assert found["rising"]["total"]["alarms"] >= 1
    assert found["rising"]["total"]["precision"]["value"] == 1
    assert found["rising"]["lanes"][0]["precision"]["value"] is None
    assert 0 < found["stalled"]["stalled"] < 1
    assert [each["factor"] for each in found["injected"]] == [2] * 4 + [3] * 4 + [5] * 4


def test_a_folder_without_stars_is_one_line_and_exit_status_2(folder: Path) -> None:
    (folder / "stars.csv").unlink()
    done = backtest(folder)
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert len(said) == 1
    assert "holds no stars.csv" in said[0]
    assert not done.stdout


def test_a_format_that_is_not_known_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    done = backtest(tmp_path / "nowhere", "--format", "csv")
    assert done.returncode == 2
    assert done.stderr == "hypecurve: --format 'csv' is not known: choose table, json.\n"


def test_what_is_no_folder_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="is not a folder"):
        read_grid(tmp_path / "nowhere")


def test_a_recording_with_nothing_to_score_says_what_it_takes(folder: Path) -> None:
    with pytest.raises(BadData, match=r"no count to score by 2023-01-01: .*is_ai = 1 .*ghrank-ai"):
        read_grid(folder, date(2023, 1, 1))


def test_a_mistyped_year_does_not_fill_the_memory(folder: Path) -> None:
    wrong = {**STARS[0], "date": "2098-01-01"}
    write(folder, "stars.csv", [*STARS, wrong])
    with pytest.raises(BadData, match="days from 2024-01-01 to 2098-01-01"):
        read_grid(folder)


@pytest.mark.parametrize(
    ("file", "column", "repos", "note"),
    [
        ("repos.csv", "is_ai", 4, "repos.csv does not tell is_ai: all repos count."),
        ("stars.csv", "source", 4, "stars.csv does not tell the source of a count"),
    ],
)
def test_where_a_column_is_missing_everything_counts_and_it_is_said(
    folder: Path, file: str, column: str, repos: int, note: str
) -> None:
    write(folder, file, without(column, REPOS if file == "repos.csv" else STARS))
    grid = read_grid(folder)
    assert len(grid.curves.counts) == repos
    assert any(line.startswith(note) for line in grid.notes)


def test_all_names_of_a_repo_are_one_row_and_the_better_count_of_a_day_stands(
    folder: Path,
) -> None:
    days = [FIRST + timedelta(day) for day in range(4)]
    rows = [
        ("acme/old", days[0], 500, "ghrank"),
        ("acme/old", days[1], 510, "ghrank"),
        ("acme/New", days[1], 511, "ghrank"),
        ("acme/old", days[2], 520, "ghrank-ai"),
        ("acme/New", days[2], 521, "ghrank"),
        ("acme/New", days[3], 530, "best-of-ml"),
    ]
    write(folder, "renames.csv", [{"old_full_name": "Acme/Old", "new_full_name": "acme/new"}])
    write(folder, "repos.csv", [{"full_name": "acme/old", "is_ai": "1"}])
    names = ("full_name", "date", "stars", "source")
    for order in (rows, rows[::-1]):
        write(folder, "stars.csv", [dict(zip(names, row, strict=True)) for row in order])
        grid = read_grid(folder)
        assert grid.curves.counts.tolist() == [[500, 511, 520]]
        assert grid.refused.counts == {"a second count of one repo and day": 2}


def test_rows_that_cannot_be_used_are_counted_and_named(folder: Path) -> None:
    bad = [{**STARS[0], "date": "soon"}, {**STARS[0], "stars": "many"}]
    write(folder, "stars.csv", [*STARS, *bad])
    assert list(read_grid(folder).refused.lines()) == [
        "1 rows refused: stars.csv: not a date (first: acme/flashkv 'soon')",
        "1 rows refused: stars.csv: not a star count (first: acme/flashkv 2024-01-01 'many')",
    ]


@pytest.mark.parametrize("days", [1, 2, 7, 8, 20, 40, 60, 90])
def test_a_recording_of_a_few_days_has_no_figures_and_no_mishap(days: int) -> None:
    counts = np.array([accumulated(gains)[:days] for gains in (STEADY, SURGE)])
    report = report_of(Curves(counts, datetime(2024, 1, 1, tzinfo=UTC)))
    assert (report.days, report.points) == (days, 2 * days)
    assert report.rising.total.alarms == 0
    assert np.isnan(report.rising.total.precision.value)


def accumulated(gains: list[int]) -> list[int]:
    return list(accumulate(gains, initial=1_000))


def test_progress_grows_day_by_day_to_its_end() -> None:
    heard: list[tuple[int, int]] = []
    curves = Curves(np.array([accumulated(SURGE)]), datetime(2024, 1, 1, tzinfo=UTC))
    report_of(curves, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(done, 800) for done in range(1, 801)]


def test_the_tables_read_well(
    capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    nothing = Figure(NAN, NAN, NAN)
    whole = LaneScore(
        lane=None,
        alarms=1_234,
        alarms_per_1000=Figure(2.94, 2.61, 3.22),
        precision=Figure(0.634, 0.596, 0.668),
        surges=407,
        seen=Figure(0.953, 0.93, 0.97),
        delay=Figure(2, 2, 2),
    )
    silent = LaneScore(Lane.TRICKLE, 0, Figure(0, 0, 0), nothing, 0, nothing, nothing)
    report = Report(
        repos=2_636,
        first=FIRST,
        last=date(2024, 12, 31),
        days=366,
        points=431_637,
        rising=Score(2_636, 387_746, 184, whole, (silent,)),
        stalled=StallScore(7_426, 0.256, 0.049, 0.1, 0.113, 0.046, NAN),
        injected=(
            InjectionScore(Lane.TRICKLE, 2, 0, NAN, NAN),
            InjectionScore(Lane.LARGE, 2, 139, 0.05, 0.108),
            InjectionScore(Lane.TRICKLE, 5, 0, NAN, NAN),
            InjectionScore(Lane.LARGE, 5, 139, 0.995, 1),
        ),
    )
    print_scores(report, ("Scored: the repos of an example.",), "table")
    shown = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
    assert max(map(len, shown.splitlines())) <= 90
    assert shown == snapshot
