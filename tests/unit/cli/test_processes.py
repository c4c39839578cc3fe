"""What only a process of its own shows: the demo whole, GitHub's refusals, pipes, Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hypecurve.domain.errors import HypecurveError
from hypecurve.standin import MADE_UP
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World
from support.processes import (
    COMMAND,
    Ran,
    environment,
    run_beside,
    run_here,
    started,
    until,
    update_here,
)

Demo = tuple[Path, Ran]


def test_the_demo_says_first_that_it_is_made_up(demo: Demo) -> None:
    folder, ran = demo
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == MADE_UP
    assert "1 day" in lines
    assert str(folder) not in ran.out + ran.err
    assert "\x1b" not in ran.out


def test_the_demo_shows_the_digest_in_every_form_with_each_heading(demo: Demo) -> None:
    out = demo[1].out
    for title in ("The digest as text", "as Discord lays it out", "as Slack lays it out"):
        start = out.index(title)
        panel = out[start : out.index("╰", start)]
        for heading in ("Yours", "Rising", "New", "Quiet and back"):
            assert heading in panel
        for name in ("acme/ragkit", "acme/flashkv", "kite/toolproxy", "mira/autoagent"):
            assert name in panel
    assert max(len(line) for line in out.splitlines()) <= 110


def test_the_demo_ends_with_what_to_type_next(demo: Demo) -> None:
    last = demo[1].out.splitlines()[-5:]
    assert all(line.startswith("  python -m hypecurve ") for line in last)
    assert "GITHUB_TOKEN" in last[-1]


async def test_what_the_demo_says_to_type_next_works(demo: Demo) -> None:
    folder, ran = demo
    for line in ran.out.splitlines()[-5:-1]:
        typed = line.split("  ")[1].removeprefix("python -m hypecurve ").split()
        answer = await run_here(*typed, folder=folder)
        assert answer.status == 0, answer.err
        assert answer.out
        assert "{" not in answer.out  # for people, not for programs


@pytest.fixture
def world() -> World:
    return World.make(7, 60, until=datetime.now(UTC))


async def test_a_token_that_is_refused_is_one_line(tmp_path: Path, world: World) -> None:
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        settings = {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": "wrong-token-hunter2"}
        ran = await run_beside("update", folder=tmp_path, settings=settings)
    assert ran.status == 2
    assert ran.out == ""
    begins, line = ran.lines
    assert begins.startswith("the first search begins")
    assert line.startswith("hypecurve: ")
    assert "GITHUB_TOKEN" in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("token", "says"),
    [("", "GITHUB_TOKEN is missing"), ("with spaces hunter2", "GITHUB_TOKEN")],
)
async def test_a_token_that_cannot_be_used_is_told_without_showing_it(
    tmp_path: Path, token: str, says: str
) -> None:
    settings = {"GITHUB_API_URL": "http://127.0.0.1:1", "GITHUB_TOKEN": token}
    with pytest.raises(HypecurveError, match=says) as told:
        await update_here(folder=tmp_path, settings=settings)
    assert "hunter2" not in str(told.value)


async def test_a_github_out_of_reach_is_one_line_after_some_tries(
    tmp_path: Path, world: World
) -> None:
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        nobody = github.url
    settings = {"GITHUB_API_URL": nobody, "GITHUB_TOKEN": TOKEN}
    at_once = "support.hurrying:try_at_once:4"
    ran = await run_beside("update", folder=tmp_path, settings=settings, before=at_once)
    assert (ran.status, ran.out) == (2, "")
    _begins, line = ran.lines
    assert line.startswith(f"hypecurve: GitHub cannot be reached at {nobody}")


async def test_a_token_that_ends_in_the_middle_loses_nothing_of_what_came(
    tmp_path: Path, world: World
) -> None:
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        settings = {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN}
        github.faults.add(Fault(FaultKind.EXPIRED, on="core", times=None, after=10))
        ran = await run_beside("update", folder=tmp_path, settings=settings)
        assert ran.status == 2
        assert ran.lines[-2].startswith("cycle 1: ")
        assert ran.lines[-1].startswith("hypecurve: ")
        with closing(sqlite3.connect(tmp_path / "hypecurve.db")) as database:
            assert database.execute("SELECT count(*) FROM repo").fetchone()[0] > 30
            assert database.execute("SELECT count(*) FROM sweep").fetchone()[0] == 1
        github.faults.clear()
        told = await update_here(folder=tmp_path, settings=settings)
        assert told[-1].startswith("cycle 2: ")


async def test_an_update_by_hand_beside_the_service_is_refused_in_one_line(
    tmp_path: Path, world: World
) -> None:
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        settings = {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN}
        assert (await run_here("db", "upgrade", folder=tmp_path, settings=settings)).status == 0
        until = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=10)
        with closing(sqlite3.connect(tmp_path / "hypecurve.db")) as database, database:
            row = ("tracker", "host-a:1", f"{until:%Y-%m-%d %H:%M:%S.%f}")
            database.execute("INSERT INTO lease VALUES (?, ?, ?)", row)
        ran = await run_beside("update", folder=tmp_path, settings=settings)
        assert (ran.status, ran.out) == (2, "")
        (line,) = ran.lines
        assert line.startswith("hypecurve: The tracker is at work already, as host-a:1")
        # The service's own child works under the service's lease.
        ran = await run_beside("update", "--holder", "host-a:1", folder=tmp_path, settings=settings)
        assert ran.status == 0, ran.err
        assert ran.out == ""
        assert "saw " in ran.err


@pytest.mark.parametrize("style", ["table", "csv"])
def test_a_reader_that_has_seen_enough_is_no_error(demo: Demo, style: str) -> None:
    arguments = ("list", "--world", "demo", "--format", style)
    with subprocess.Popen(  # noqa: S603 - our own program
        [*COMMAND, *arguments],
        cwd=demo[0],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.readline()
        listing.stdout.close()
        said = listing.stderr.read().decode()
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert listing.returncode == 0
    assert len(said.splitlines()) <= 1


def recording(folder: Path) -> None:
    """A made-up recording that takes some seconds to replay."""
    names = [f"acme/repo{number}" for number in range(60)]
    first = date(2024, 1, 1)
    (folder / "repos.csv").write_text("full_name\n" + "".join(f"{name}\n" for name in names))
    rows = (
        f"{name},{first + timedelta(day)},{600 + number + day},1,\n"
        for day in range(80)
        for number, name in enumerate(names)
    )
    (folder / "stars.csv").write_text("full_name,date,stars,forks,pushed_at\n" + "".join(rows))


@pytest.mark.parametrize("arguments", [("demo",), ("replay", ".")], ids=" ".join)
async def test_ctrl_c_ends_it_without_a_word_of_python(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    recording(tmp_path)
    kind = arguments[0]
    async with started(*arguments, folder=tmp_path) as service:
        # At work: its database has its tables.
        await until((tmp_path / f"hypecurve-{kind}.db-wal").exists)
        assert await service.stop(signal.SIGINT) == 130
        assert "Traceback" not in service.log
        assert len([line for line in service.lines if not line.startswith("Reading")]) <= 1


@pytest.mark.parametrize(
    "module", ["hypecurve.cli", "typer", "hypecurve.bootstrap", "sqlalchemy", "hypecurve.demo"]
)
def test_ctrl_c_while_it_is_still_loading_shows_no_traceback(tmp_path: Path, module: str) -> None:
    program = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "from hypecurve.__main__ import main\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "main()\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "demo", "--days", "1"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {130, -signal.SIGINT}
    assert done.stderr == ""


async def test_a_replay_says_where_it_writes_before_and_after(tmp_path: Path) -> None:
    recording(tmp_path)
    ran = await run_here("replay", ".", "--until", "2024-01-02", folder=tmp_path)
    assert ran.status == 0
    assert ran.lines[0] == "Reading . into hypecurve-replay.db ..."
    assert "The replay is in hypecurve-replay.db." in ran.out
    settings = {"DATABASE_URL": "sqlite:///mine.db"}
    ran = await run_here("replay", ".", "--until", "2024-01-02", folder=tmp_path, settings=settings)
    assert ran.lines[0] == "Reading . into mine.db ..."
    assert "The replay is in mine.db." in ran.out


async def test_a_replay_refuses_a_live_database_before_it_reads(tmp_path: Path) -> None:
    recording(tmp_path)
    settings = {"DATABASE_URL": "sqlite:///live.db"}
    assert (await run_here("db", "upgrade", folder=tmp_path, settings=settings)).status == 0
    ran = await run_here("replay", ".", folder=tmp_path, settings=settings)
    assert ran.status == 2
    (line,) = ran.lines
    assert line.startswith(
        "hypecurve: The database holds the world live (api.github.com), not replay"
    )


async def test_a_replay_that_was_interrupted_goes_on_where_it_was(tmp_path: Path) -> None:
    recording(tmp_path)
    file = tmp_path / "hypecurve-replay.db"
    async with started("replay", ".", folder=tmp_path) as service:
        await until(lambda: file.exists() and _days(file) > 5)
        assert await service.stop(signal.SIGINT) == 130
    done = _days(file)
    assert done < 80
    again = await run_here("replay", ".", folder=tmp_path)
    assert again.status == 0, again.err
    assert f"on {80 - done} days" in again.out
    assert _days(file) == 80


def _days(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        try:
            return int(database.execute("SELECT count(*) FROM sweep").fetchone()[0])
        except sqlite3.OperationalError:  # not made yet, or just then being written
            return 0


async def test_commands_beside_each_other_wait_for_the_database(tmp_path: Path) -> None:
    channels = [f"slack:T1/C{number}" for number in range(2)]
    ran = await asyncio.gather(
        *(run_beside("subscribe", channel, "all", folder=tmp_path) for channel in channels)
    )
    assert [each.status for each in ran] == [0, 0], [each.err for each in ran]
