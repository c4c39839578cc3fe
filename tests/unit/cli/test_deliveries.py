"""`status`, `deliveries` and what tunes a channel, of a database to which everything happened."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Suspension
from support.catalogue import a_repo, listed
from support.databases import opened
from support.fates import HOUR, refuses, subscribed, told
from support.processes import Ran

Call = Callable[..., Ran]
S = DeliveryState
# Far from any clock that a test may run by: what is shown of them is always the same.
THEN, EVER = datetime(2020, 3, 2, 9, tzinfo=UTC), datetime(2190, 3, 2, 9, tzinfo=UTC)
WELL, UNSURE, DEAD, REFUSING, GONE = (
    Channel.parse(each) for each in (*(f"slack:T1/C{n}" for n in range(1, 5)), "discord:900/901")
)


async def _seed(address: str) -> None:
    async with opened(address) as store:
        await listed(store, [a_repo(1, name="acme/flashkv")])
        for channel in (WELL, UNSURE, DEAD, REFUSING, GONE):
            await subscribed(store, channel, EVER)
        await told(store, WELL, THEN)
        await told(store, UNSURE, THEN, S.UNKNOWN, "the connection was dropped")
        await told(store, DEAD, THEN + HOUR, S.DEAD, "invalid_blocks")
        await refuses(store, REFUSING, EVER - timedelta(days=9))
        await told(store, REFUSING, THEN + 2 * HOUR, S.HELD)
        async with store.write() as tx:
            gone = Suspension(Tenant("discord", "900"), THEN, "the bot was removed", EVER)
            await tx.reach.suspend(gone)
            await tx.reach.keep([Breaker("slack", 5, 1, EVER, "Slack answered 500")])


@pytest.fixture(scope="module")
def seeded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database to copy."""
    file = tmp_path_factory.mktemp("fates") / "hypecurve.db"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(_seed(f"sqlite:///{file}"))
    return file


@pytest.fixture
def fates(seeded: Path, folder: Path) -> Path:
    """The empty folder, with a copy of that database."""
    shutil.copyfile(seeded, folder / "hypecurve.db")
    return folder


pytestmark = pytest.mark.usefixtures("fates")


def states(call: Call) -> dict[str, str]:
    """Where each delivery stands, by its id."""
    rows = csv.DictReader(io.StringIO(call("deliveries", "--format", "csv").out))
    return {row["id"]: row["state"] for row in rows}


def test_the_status_says_what_is_wrong_and_how_to_mend_it(
    call: Call, snapshot: SnapshotAssertion
) -> None:
    ran = call("status")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == snapshot


def test_the_status_of_one_channel(call: Call, snapshot: SnapshotAssertion) -> None:
    assert call("status", "--channel", str(REFUSING)).out == snapshot
    assert call("status", "--channel", str(WELL), "--format", "json").out == snapshot


def test_the_status_as_json_holds_everything(call: Call, snapshot: SnapshotAssertion) -> None:
    ran = call("status", "--format", "json")
    found = json.loads(ran.out)
    assert datetime.fromisoformat(found.pop("at")).tzinfo is not None
    assert found == snapshot
    assert [each["channel"] for each in found["by_channel"]] == sorted(
        str(each) for each in (WELL, UNSURE, DEAD, REFUSING, GONE)
    )


def test_the_check_fails_where_nobody_is_at_work_in_any_form(call: Call) -> None:
    for style in ("text", "json"):
        ran = call("status", "--check", "--format", style)
        assert ran.status == 1
        assert ran.out


def test_deliveries_are_listed_for_people_and_programs(
    call: Call, snapshot: SnapshotAssertion
) -> None:
    assert call("deliveries").out == snapshot
    assert call("deliveries", "list").out == call("deliveries").out
    ran = call("deliveries", "list", "--state", "unknown", "--format", "json")
    (row,) = json.loads(ran.out)
    assert (row["channel"], row["state"], row["due"]) == (str(UNSURE), "unknown", THEN.isoformat())
    both = call("deliveries", "--state", "unknown", "--state", "dead", "--format", "csv").out
    assert len(both.splitlines()) == 3
    only = call("deliveries", "--channel", str(DEAD), "--format", "csv").out
    assert [row["reason"] for row in csv.DictReader(io.StringIO(only))] == ["invalid_blocks"]


def test_what_is_left_out_of_a_list_is_said(call: Call) -> None:
    ran = call("deliveries", "-n", "1")
    assert len(ran.out.splitlines()) == 2
    assert ran.err == "3 older ones are left out: --limit shows more.\n"
    assert call("deliveries", "--state", "sending").err == "No delivery fits.\n"


def test_deliveries_are_sent_again_and_dropped(call: Call, fates: Path) -> None:
    with sqlite3.connect(fates / "hypecurve.db") as database:
        database.execute("UPDATE digest SET composed_at = strftime('%Y-%m-%d %H:%M:%f', 'now')")
    database.close()
    again = call("deliveries", "retry", "2", "3")
    assert again.out.splitlines() == [
        f"Delivery 2 to {UNSURE} is sent again; if it did arrive, it is there twice.",
        f"Delivery 3 to {DEAD} is sent again.",
    ]
    assert call("deliveries", "drop", "4").out == f"Delivery 4 to {REFUSING} is dropped.\n"
    assert states(call) == {"1": "sent", "2": "pending", "3": "pending", "4": "dropped"}


SLIPS = {
    "deliveries retry 1": "Delivery 1 is sent: only what is dead or unknown can be sent again",
    "deliveries retry 2": "Delivery 2 was put together on 2020-03-02: what is older than 7 days is",
    "deliveries retry 2 99": r"There is no delivery 99: `hypecurve deliveries` lists them",
    "deliveries drop 2 1": "Delivery 1 is sent: only what is dead, held, pending or unknown",
    "deliveries drop two": "not a valid|valid integer",
    "deliveries drop": "Missing argument",
    "deliveries --state lost": "--state 'lost' is not known: choose pending, sending",
    "deliveries list --channel C1": "is not a channel",
    "deliveries --format xml": "choose table, csv, json",
    "deliveries --world mars": "choose live, replay, demo",
    "status --format xml": "choose text, json",
    "status --channel C1": "is not a channel",
    "status --channel slack:T9/C9": "hears nothing and got nothing yet",
    "pause slack:T1/C1 soon": "write it as 12h, 2d or 3w",
    "pause slack:T9/C9": "no subscription yet",
    "resume slack:T1": "is not a channel",
    "mute slack:T1/C1 flashkv": "write owner/name",
    "mute slack:T1/C1 acme/nothing": "acme/nothing is not watched",
    "unmute slack:T9/C9 acme/flashkv": "no subscription yet",
    "filter slack:T1/C1 mim 5": "Did you mean min",
    "filter slack:T1/C1 without pyhton": "Did you mean Python",
    "alerts slack:T1/C1 quiet": "Say from when to when",
}


def test_a_slip_gets_one_line_and_loses_nothing(call: Call) -> None:
    before = states(call)
    for typed, says in SLIPS.items():
        ran = call(*typed.split())
        assert (ran.status, ran.out) == (2, ""), typed
        (line,) = ran.lines
        assert line.startswith("hypecurve: ")
        assert re.search(says, line), line
    assert states(call) == before


def test_an_operator_tunes_a_channel_as_its_people_do(
    call: Call, snapshot: SnapshotAssertion
) -> None:
    here = str(WELL)
    for words in (
        ["pause", here],
        ["mute", here, "acme/flashkv"],
        ["filter", here, "min", "1000", "without", "jupyter notebook", "@acme"],
        ["alerts", here, "5", "quiet", "22:00-08:00"],
    ):
        ran = call(*words)
        assert ran.status == 0, ran.err
        assert ran.out == snapshot(name=words[0])
    assert call("filter", here).out == snapshot(name="what it hears")
    assert call("unmute", here, "acme/flashkv").out == "acme/flashkv is no longer muted here.\n"
    assert call("resume", here).out.startswith("Going on. The next digest comes ")
