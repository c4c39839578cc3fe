"""Whatever a person can mend is one line that says how, and exit status 2."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from support.processes import Ran

Call = Callable[..., Ran]

SLIPS: dict[str, tuple[list[str], str]] = {
    "a repo without its owner": (
        ["submit", "flashkv"],
        r"'flashkv' is not a repository: write owner",
    ),
    "a repo with a space": (["repo", "a b/c"], "is not a repository"),
    "a path for a repo": (["repo", "../../etc"], "is not a repository"),
    "another site's repo": (["repo", "https://example.com/acme/flashkv"], "is not a repository"),
    "a slip in a category": (["list", "-c", "agnts"], r"'agnts'\. Did you mean agents"),
    "a slip in a digest's category": (["digest", "-c", "agnts"], "Did you mean agents"),
    "a slip in a subscription": (["subscribe", "slack:T1/C1", "agnts"], "Did you mean agents"),
    "a category like nothing": (["list", "-c", "qqqqqq"], r"no category 'qqqqqq'\.$"),
    "half a channel": (["subscribe", "slack:T1", "all"], "is not a channel: write slack:TEAM"),
    "a channel by its name": (["subscribe", "#general", "all"], "is not a channel"),
    "a bot that there is not": (
        ["subscribe", "foo:T1/C1", "all"],
        "no bot for 'foo': it is discord or slack",
    ),
    "following before there is anything": (
        ["follow", "slack:T1/C1", "acme/flashkv"],
        "no live catalogue in this folder yet: run `hypecurve update` first",
    ),
    "unfollowing before there is anything": (
        ["unfollow", "slack:T1/C1", "acme/flashkv"],
        "no live catalogue in this folder yet",
    ),
    "unsubscribing before there is anything": (
        ["unsubscribe", "slack:T1/C1", "all"],
        "no live catalogue in this folder yet",
    ),
    "pausing before there is anything": (["pause", "slack:T1/C1", "2d"], "no live catalogue in"),
    "a filter before there is anything": (["filter", "slack:T1/C1", "off"], "no live catalogue in"),
    "no span": (["pause", "slack:T1/C1", "soon"], "write it as 12h, 2d or 3w"),
    "a slip in a filter": (["filter", "slack:T1/C1", "mim", "5"], "Did you mean min"),
    "a slip in alerts": (["alerts", "slack:T1/C1", "500"], "Between 1 and 50 alerts a day"),
    "retrying before there is anything": (["deliveries", "retry", "1"], "no live catalogue in"),
    "deliveries before there are any": (["deliveries"], "no catalogue in this folder yet"),
    "a state of deliveries": (["deliveries", "--state", "lost"], "choose pending, sending, sent"),
    "a format of the status": (["status", "--format", "xml"], "choose text, json"),
    "half a channel's status": (["status", "--channel", "slack:T1"], "is not a channel"),
    "a format of cards": (
        ["repo", "acme/flashkv", "--format", "csv"],
        "choose text, json, discord, slack",
    ),
    "no time of day": (["subscribe", "slack:T1/C1", "all", "--at", "25:00"], "write it as 09:00"),
    "no zone": (["subscribe", "slack:T1/C1", "all", "--zone", "Mars/Base"], "not a time zone"),
    "a zone that is a path": (["digest", "--zone", "../../etc"], "not a time zone"),
    "a format": (["list", "--format", "xml"], "choose table, csv, json"),
    "a format of digests": (["digest", "--format", "html"], "choose text, json, discord, slack"),
    "an order": (["list", "--by", "luck"], "choose stars, day, week"),
    "a state": (["list", "--state", "bored"], "choose active, rising, cooling, stalled"),
    "a kind": (["signals", "--kind", "loud"], "choose new, rising, stalled"),
    "a world": (["list", "--world", "mars"], "choose live, replay, demo"),
    "a date": (["digest", "--as-of", "2026-13-01"], "write 2025-06-30"),
    "a digest of the year 1": (["digest", "--as-of", "0001-01-01"], "write 2025-06-30"),
    "a card of the year 1": (["repo", "acme/flashkv", "--as-of", "0001-01-01"], "write 2025-06-30"),
    "signals up to the last year": (["signals", "--until", "9999-12-31"], "write 2025-06-30"),
    "a date in words": (["signals", "--since", "yesterday"], "write 2025-06-30"),
    "a last day": (["replay", ".", "--until", "soon"], "write 2025-06-30"),
    "too many days": (["demo", "--days", "61"], "give 1 to 60"),
    "no folder": (["replay", "nowhere"], "nowhere is not a folder"),
    "a folder without stars.csv": (["replay", "."], r"holds no (repos|stars)\.csv"),
    "no folder to score": (["backtest", "nowhere"], "nowhere is not a folder"),
    "no file to classify": (["classify", "nowhere.csv"], r"nowhere\.csv cannot be read"),
    "nothing there yet": (["list"], "no catalogue in this folder yet: run `hypecurve update`"),
    "no demo yet": (["list", "--world", "demo"], "run `hypecurve demo` first"),
    "no replay yet": (["signals", "--world", "replay"], "run `hypecurve replay DIR` first"),
    "no Discord token": (["discord", "sync"], "DISCORD_TOKEN is missing"),
    "no database to check": (["db", "check"], "no catalogue in this folder yet"),
}

SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "a span": ({"HYPECURVE_UPDATE_EVERY": "often"}, r"HYPECURVE_UPDATE_EVERY .*write it as 6h"),
    "a number": ({"HYPECURVE_MIN_STARS": "many"}, "HYPECURVE_MIN_STARS .*write a whole number"),
    "a bar of nothing": ({"HYPECURVE_MIN_STARS": "0"}, "HYPECURVE_MIN_STARS .*at least 1"),
    "no terms": ({"HYPECURVE_SEARCH_TERMS": ","}, "HYPECURVE_SEARCH_TERMS .*at least one term"),
    "an address": ({"GITHUB_API_URL": "github.com"}, "GITHUB_API_URL .*https://HOST"),
    "a form of the log": ({"HYPECURVE_LOG_FORMAT": "xml"}, "HYPECURVE_LOG_FORMAT .*text or json"),
    "a taxonomy": ({"HYPECURVE_TAXONOMY": "nowhere.toml"}, r"HYPECURVE_TAXONOMY: nowhere\.toml"),
    "a database of another kind": ({"DATABASE_URL": "mysql://host/x"}, "write sqlite:///hypecurve"),
    "nonsense for a database": ({"DATABASE_URL": "hypecurve"}, "write sqlite:///hypecurve"),
    "a port that is none": ({"DATABASE_URL": "postgresql://u:hunter2@h:x/d"}, "write sqlite:///"),
    "a database in memory": ({"DATABASE_URL": "sqlite://"}, "names no file"),
    "a folder for a database": ({"DATABASE_URL": "sqlite:///."}, "cannot be opened"),
    "a folder that is not there": ({"DATABASE_URL": "sqlite:///no/where.db"}, "nothing here yet"),
    "an @ in a password": (
        {"DATABASE_URL": "postgresql://u:word@hunter2@127.0.0.1:9/d"},
        "more than one @: write an @ of the password as %40",
    ),
    "a PostgreSQL that does not answer": (
        {"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/d"},
        r"postgresql://u:\*\*\*@127\.0\.0\.1:9/d cannot be opened .*check DATABASE_URL",
    ),
}


SECRETS: dict[str, str] = {
    "for the user": "postgresql://u:hunter2@127.0.0.1:9/d",
    "in the query": "postgresql://127.0.0.1:9/d?user=u&password=hunter2",
    "for a key": "postgresql://u@127.0.0.1:9/d?sslpassword=hunter2&sslcert=/no/hunter2",
    "twice": "postgresql://127.0.0.1:9/d?password=hunter2&password=hunter22",
    "with an option there is not": "postgresql://127.0.0.1:9/d?passwd=hunter2",
}


def assert_one_line(ran: Ran, says: str) -> None:
    assert ran.status == 2
    assert ran.out == ""
    (line,) = ran.lines
    assert line.startswith("hypecurve: ")
    assert re.search(says, line)
    assert "hunter2" not in line


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_gets_one_line_and_leaves_nothing_behind(
    call: Call, folder: Path, slip: str
) -> None:
    arguments, says = SLIPS[slip]
    assert_one_line(call(*arguments), says)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("wrong", SETTINGS)
def test_a_setting_that_cannot_be_used_is_named(call: Call, folder: Path, wrong: str) -> None:
    settings, says = SETTINGS[wrong]
    assert_one_line(call("list", **settings), says)
    assert list(folder.iterdir()) == []


def test_a_setting_in_the_env_file_is_named_too(call: Call, folder: Path) -> None:
    (folder / ".env").write_text("HYPECURVE_UPDATE_EVERY=sometimes\n")
    assert_one_line(call("list"), "HYPECURVE_UPDATE_EVERY")


@pytest.mark.parametrize("where", SECRETS)
def test_a_password_is_never_shown(call: Call, where: str) -> None:
    ran = call("list", DATABASE_URL=SECRETS[where])
    assert_one_line(ran, r"\*\*\*.* cannot be opened .*check DATABASE_URL")


def test_an_env_file_that_is_no_text_is_named(call: Call, folder: Path) -> None:
    (folder / ".env").write_bytes(b"GITHUB_TOKEN=\xff\xfe\n")
    for command in (["list"], ["discord", "sync"]):
        assert_one_line(call(*command), r"\.env cannot be read: save it as UTF-8 text")


def test_a_taxonomy_that_is_wrong_is_named_with_its_file(call: Call, folder: Path) -> None:
    (folder / "mine.toml").write_text("[x]\n")
    ran = call("list", HYPECURVE_TAXONOMY="mine.toml")
    assert_one_line(ran, r"HYPECURVE_TAXONOMY: mine\.toml .*unknown section \[x\]")


def test_a_demo_does_not_touch_a_folder_of_its_name(call: Call, folder: Path) -> None:
    (folder / "hypecurve-demo.db").mkdir()
    assert_one_line(call("demo"), r"hypecurve-demo\.db is a folder")


def test_a_file_that_is_no_database_is_left_as_it_is(call: Call, folder: Path) -> None:
    file = folder / "letter.db"
    file.write_text("Dear Ada, " * 100)
    for command in (["list"], ["subscribe", "slack:T1/C1", "all"], ["db", "upgrade"]):
        assert_one_line(call(*command, DATABASE_URL=f"sqlite:///{file}"), "is not a database")
    assert file.read_text() == "Dear Ada, " * 100


def test_somebody_elses_database_is_left_as_it_is(call: Call, folder: Path) -> None:
    file = folder / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE letters (text TEXT)")
    connection.close()
    before = file.read_bytes()
    ran = call("subscribe", "slack:T1/C1", "all", DATABASE_URL=f"sqlite:///{file}")
    assert_one_line(ran, "tables that are not Hypecurve's")
    assert file.read_bytes() == before


def test_a_database_of_another_world_is_not_mixed(call: Call, demo_folder: Path) -> None:
    address = f"sqlite:///{demo_folder / 'hypecurve-demo.db'}"
    ran = call("subscribe", "slack:T1/C1", "all", DATABASE_URL=address)
    assert_one_line(ran, r"holds the world demo, not live \(api\.github\.com\)")
    assert_one_line(call("list", "--world", "replay"), "holds the world demo, not replay")


def test_an_empty_live_database_follows_a_corrected_address(call: Call, folder: Path) -> None:
    wrong = {"GITHUB_API_URL": "http://127.0.0.1:9", "GITHUB_TOKEN": "x"}
    assert call("db", "upgrade", **wrong).status == 0
    assert "live (127.0.0.1:9)" in call("status").out
    ran = call("subscribe", "slack:T1/C1", "all", GITHUB_API_URL="")
    assert ran.status == 0, ran.err
    assert "live (api.github.com)" in call("status").out
    ran = call("subscribe", "slack:T1/C2", "all", **wrong)
    assert_one_line(ran, r"holds the world live \(api\.github\.com\), not live \(127\.0\.0\.1:9\)")
    assert (folder / "hypecurve.db").is_file()


def test_a_database_of_a_newer_version_is_refused(call: Call, demo_folder: Path) -> None:
    file = demo_folder / "hypecurve-demo.db"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '209901010000'")
    connection.close()
    assert_one_line(call("list"), "newer version .*install the newer Hypecurve")
    assert_one_line(call("db", "check"), "newer version")
    before = file.read_bytes()
    ran = call("db", "upgrade", DATABASE_URL=f"sqlite:///{file}")
    assert_one_line(ran, "newer version .*install the newer Hypecurve")
    assert file.read_bytes() == before


def test_a_repo_that_nobody_watches_is_one_line(call: Call, demo_folder: Path) -> None:
    assert demo_folder.is_dir()
    ran = call("repo", "nobody/nothing")
    assert ran.status == 2
    assert ran.lines[-1].startswith("hypecurve: nobody/nothing is not watched")


NO_COMMANDS: dict[str, str] = {
    "frobnicate": r"No such command 'frobnicate'\. See hypecurve --help\.$",
    "lst": r"Did you mean '?list'?\? See hypecurve --help\.$",
    "repo": r"Missing argument .* See hypecurve repo --help\.$",
    "subscribe slack:T1/C1": r"Missing argument .* See hypecurve subscribe --help\.$",
    "list --limit 0": r"--limit.* 1\. See hypecurve list --help\.$",
    "list --limit few": r"--limit.* See hypecurve list --help\.$",
    "list --nope": r"No such option: --nope.* See hypecurve list --help\.$",
    "db x": r"No such command 'x'\. See hypecurve db --help\.$",
}


@pytest.mark.parametrize("typed", NO_COMMANDS)
def test_what_is_no_command_at_all_is_one_line_too(call: Call, folder: Path, typed: str) -> None:
    assert_one_line(call(*typed.split()), NO_COMMANDS[typed])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("typed", ["", "db", "--help", "db --help", "list --help"])
def test_help_is_help(call: Call, typed: str) -> None:
    ran = call(*typed.split())
    assert ran.status == (0 if "--help" in typed else 2)
    assert "Usage: hypecurve" in ran.out
    assert ran.err == ""
