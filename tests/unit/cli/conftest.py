"""Commands in this very process, and the demo's database to ask questions of."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from hypecurve.__main__ import main
from support.processes import Ran, environment, run

Call = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with no setting of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command as `python -m hypecurve` would, in the empty folder.

    Only for commands that set up no log: that would be this whole process's.
    """
    assert folder.is_dir()

    def called(*arguments: str, **settings: str) -> Ran:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["hypecurve", *arguments])
        capsys.readouterr()
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        else:
            status = 0
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return called


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The folder of a short demo and what it printed: one for all processes of the test run."""
    base = tmp_path_factory.getbasetemp()
    where = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    where.mkdir(exist_ok=True)
    kept = where.with_suffix(".json")
    with where.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(asdict(run("demo", "--days", "1", folder=where))))
    return where, Ran(**json.loads(kept.read_text()))


@pytest.fixture
def demo_folder(demo: tuple[Path, Ran], folder: Path) -> Path:
    """The empty folder, with a copy of the demo's database."""
    shutil.copyfile(demo[0] / "hypecurve-demo.db", folder / "hypecurve-demo.db")
    return folder
