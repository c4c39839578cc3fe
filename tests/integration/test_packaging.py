"""What is built carries everything, and works where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from hypecurve.adapters.sql.tables import REVISION

ROOT = Path(__file__).parents[2]
CARRIED = (
    "hypecurve/taxonomy.toml",
    "hypecurve/py.typed",
    "hypecurve/wording/locales/messages.pot",
    "hypecurve_slack/__init__.py",
    "hypecurve_discord/__init__.py",
    "hypecurve_migrations/env.py",
    "hypecurve_migrations/versions/202611220900_the_first_tables.py",
    "hypecurve_migrations/versions/202611220930_what_was_known_before.py",
)


def run(*command: str, cwd: Path, **env: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)),
        cwd=out,
    )
    return out


def test_the_wheel_carries_the_bots_the_migrations_and_the_data(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set(CARRIED) <= names
    assert not [name for name in names if name.startswith(("tests", "bench"))]


def test_the_sdist_carries_what_the_wheel_is_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for carried in CARRIED:
        roots = ("src", "bots", "migrations")
        assert any(f"{root}/{carried}" in names for root in roots), carried
    assert {"pyproject.toml", "README.md", "LICENSE"} <= names


def test_a_wheel_that_is_installed_makes_a_database_and_finds_both_bots(
    built: Path, tmp_path: Path
) -> None:
    (wheel,) = built.glob("*.whl")
    place = tmp_path / "site"
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
        *("--disable-pip-version-check", "--target", str(place), str(wheel)),
        cwd=tmp_path,
    )
    url = f"sqlite:///{tmp_path / 'live.db'}"
    made = run(
        *(sys.executable, "-m", "hypecurve", "db", "upgrade"),
        cwd=tmp_path,
        PYTHONPATH=str(place),
        DATABASE_URL=url,
    )
    assert f"version {REVISION}" in made
    bots = (
        "import hypecurve, hypecurve.bootstrap as b; print(hypecurve.__file__); "
        "print(sorted(b.load_bots()))"
    )
    where, names = run(sys.executable, "-c", bots, cwd=tmp_path, PYTHONPATH=str(place)).split("\n")[
        :2
    ]
    assert where.startswith(str(place))
    assert names == "['discord', 'slack']"
