"""What starting may cost: modules that are not loaded take no time.

Each start is a process of its own, since this one has long loaded everything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hypecurve.bootstrap import load_bots
from support.botless import NO_BOTS

HEAVY = frozenset(
    {
        "aiohttp",
        "aiosqlite",
        "alembic",
        "apscheduler",
        "asyncio",
        "babel",
        "discord",
        "dotenv",
        "httpx",
        "numpy",
        "psycopg",
        "pydantic",
        "pydantic_settings",
        "rich",
        "slack_bolt",
        "slack_sdk",
        "sqlalchemy",
        "stamina",
        "structlog",
        "tomllib",
        "typer",
        "wcwidth",
    }
)
BOTS = frozenset({"hypecurve_slack", "hypecurve_discord"})
BOT_LIBRARIES = frozenset({"slack_sdk", "slack_bolt", "discord"})

_RUN = """
import sys
from hypecurve.__main__ import main
sys.argv = ["hypecurve", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
_IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
_LOADED = """
import json
print("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def python(code: str, *arguments: str, cwd: Path | None = None) -> str:
    """Run a program in a process of its own and return what it prints."""
    done = subprocess.run(  # noqa: S603 - the programs above
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=_environment(),
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(code: str, *arguments: str) -> frozenset[str]:
    """Return the top-level modules that a program has loaded when it ends."""
    return frozenset(json.loads(python(code + _LOADED, *arguments).splitlines()[-1]))


def _environment() -> Mapping[str, str]:
    # Coverage and the like begin in every child when they are told to: they load what they like.
    ours = ("COV_", "COVERAGE_", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTEST_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def test_asking_for_the_version_loads_nothing_heavy() -> None:
    assert not loaded(_RUN, "--version") & (HEAVY | BOTS)


def test_asking_for_help_loads_no_library_of_the_work_itself() -> None:
    shown = loaded(_RUN, "--help")

    assert "typer" in shown  # or this test would see nothing
    work = {"aiohttp", "aiosqlite", "alembic", "apscheduler", "babel", "httpx", "numpy", "psycopg"}
    assert not shown & (work | {"pydantic", "sqlalchemy", "structlog"} | BOT_LIBRARIES | BOTS)


def test_importing_the_core_loads_no_bot() -> None:
    modules = loaded(f"import sys{_IMPORT}", "hypecurve.cli", "hypecurve.worker")

    assert "hypecurve" in modules
    assert not modules & (BOTS | BOT_LIBRARIES)


def test_the_core_runs_where_no_bot_is_installed_and_finds_none(tmp_path: Path) -> None:
    bots = "from hypecurve.bootstrap import load_bots\nprint(load_bots())"
    shown = python(NO_BOTS + _RUN + bots, "categories", cwd=tmp_path)

    assert "Inference" in shown or "inference" in shown
    assert shown.splitlines()[-1] == "{}"


def test_the_bots_announce_themselves_where_they_are_installed() -> None:
    assert {"slack", "discord"} <= set(load_bots())
