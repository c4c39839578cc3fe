"""`forget` as an operator types it."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.sql.store import World
from hypecurve.cli.forgetting import _WORDS
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Tenant
from hypecurve.ports.store import Forgotten
from support.databases import NOW, opened
from support.kept import ACME, ADA, fill, naming
from support.processes import Ran

Call = Callable[..., Ran]
FILE = "hypecurve.db"


@pytest.fixture(scope="module")
def naming_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live database in which everything names somebody, to copy."""
    file = tmp_path_factory.mktemp("naming") / FILE

    async def make() -> None:
        async with opened(f"sqlite:///{file}", World("live", "api.github.com")) as store:
            await fill(store)

    asyncio.run(make())
    return file


@pytest.fixture
def filled(naming_all: Path, folder: Path) -> Path:
    """A folder with a copy of that database."""
    shutil.copyfile(naming_all, folder / FILE)
    return folder


def _naming(folder: Path, name: str) -> set[str]:
    async def look() -> set[str]:
        async with opened(f"sqlite:///{folder / FILE}", None) as store:
            return await naming(store, name)

    return asyncio.run(look())


def test_what_goes_is_said_before_and_after(
    filled: Path, call: Call, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    said = []
    for answer in ("", "n\n", "y\n", "y\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        ran = call("forget", "slack", ACME.id)
        said.append(f"<{answer.strip()}> {ran.status}\n{ran.out}==\n{ran.err}")
        assert bool(_naming(filled, ACME.id)) is (len(said) < 3)
    for arguments in (
        ("slack", ADA),
        ("github", "acme", "--yes"),
        ("github", "acme", "--undo"),
        ("github", "acme", "--undo"),
    ):
        ran = call("forget", *arguments)
        said.append(f"$ {' '.join(arguments)} {ran.status}\n{ran.out}==\n{ran.err}")
    assert _naming(filled, "acme") == set()
    assert "\n".join(said) == snapshot


def test_of_a_team_of_an_enterprise_is_said_under_which_id_it_is_kept(
    filled: Path, call: Call
) -> None:
    async def install() -> None:
        async with (
            opened(f"sqlite:///{filled / FILE}", None) as store,
            store.write() as tx,
        ):
            await tx.installations.keep(Installation(Tenant("slack", "E0CORP"), "sealed"), NOW)

    asyncio.run(install())
    for arguments in (("T7",), ("T7", "--yes"), ("T7/C1", "--yes")):
        ran = call("forget", "slack", *arguments)
        assert ran.status == 0
        assert ran.out.startswith(f"Nothing was kept of slack {arguments[0]}.")
        assert "under the enterprise's id: E0CORP." in " ".join(ran.err.split())
    assert "E0CORP" not in call("forget", "slack", "U7", "--yes").err


SLIPS = {
    "no platform": (["irc", "T1"], "choose slack, discord, github"),
    "no id": (["slack", "general"], "is no id of Slack's"),
    "a channel of no team": (["slack", "C1"], "say of which team"),
    "undone for others": (["slack", "T1", "--undo"], "--undo is for GitHub accounts"),
    "nothing there yet": (["slack", "T1"], "no live catalogue in this folder yet"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_line(call: Call, slip: str) -> None:
    arguments, says = SLIPS[slip]
    ran = call("forget", *arguments)
    assert (ran.status, ran.out, len(ran.lines)) == (2, "", 1)
    assert re.search(says, ran.err)


def test_there_is_a_word_for_all_that_may_go() -> None:
    assert list(_WORDS) == [each.name for each in fields(Forgotten)]


def test_beside_a_service_the_files_name_nobody_either_or_it_is_said(
    filled: Path, call: Call
) -> None:
    def named(name: str) -> bool:
        return any(name.encode() in each.read_bytes() for each in filled.glob(f"{FILE}*"))

    with closing(sqlite3.connect(filled / FILE, isolation_level=None)) as service:
        assert service.execute("SELECT count(*) FROM channel").fetchone() > (0,)
        assert "-wal" not in call("forget", "slack", ADA, "--yes").err
        assert not named(ADA)
        service.execute("BEGIN")
        service.execute("SELECT count(*) FROM channel").fetchone()
        assert "its log (-wal) may name it" in call("forget", "slack", ACME.id, "--yes").err
        assert named(ACME.id)
