"""What the commands print, for people and for programs, of the demo's world."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hypecurve.standin import MADE_UP
from support.processes import Ran

Call = Callable[..., Ran]
pytestmark = pytest.mark.usefixtures("demo_folder")

COLUMNS = (
    "repo,category,stars,24 h,24 h %,7 d,7 d %,30 d,forks,"
    "description,language,licence,created,updated,listed,state"
)


def rows_of(ran: Ran) -> list[dict[str, str]]:
    assert ran.status == 0
    return list(csv.DictReader(io.StringIO(ran.out)))


def test_the_list_has_the_columns_people_know(call: Call) -> None:
    ran = call("list", "--format", "csv")
    assert ran.out.splitlines()[0] == COLUMNS
    rows = rows_of(ran)
    assert len(rows) > 500
    stars = [int(row["stars"]) for row in rows]
    assert stars == sorted(stars, reverse=True)
    first = next(row for row in rows if row["repo"] == "acme/flashkv")
    assert first["category"]
    assert int(first["7 d"]) > 1_000
    assert first["state"] == "rising"
    assert first["created"] < first["listed"]


def test_json_holds_the_same_as_csv_with_numbers_as_numbers(call: Call) -> None:
    listed = json.loads(call("list", "--format", "json", "-n", "5").out)
    rows = rows_of(call("list", "--format", "csv", "-n", "5"))
    assert [each["repo"] for each in listed] == [row["repo"] for row in rows]
    assert list(listed[0]) == COLUMNS.split(",")
    assert all(isinstance(each["stars"], int) for each in listed)


def test_a_table_in_a_pipe_is_neither_cut_nor_coloured(call: Call) -> None:
    ran = call("list", "-n", "20")
    rows = rows_of(call("list", "-n", "20", "--format", "csv"))
    lines = ran.out.splitlines()
    assert len(lines) == 21
    assert lines[0].split()[:3] == ["repo", "category", "stars"]
    for line, row in zip(lines[1:], rows, strict=True):
        assert line.startswith(row["repo"])
        assert row["updated"] in line
        assert line.rstrip().endswith(row["state"])
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        *(["list"], ["signals"], ["digest"], ["categories"]),
        *(["repo", "acme/flashkv"], ["why", "acme/flashkv"]),
    ],
)
def test_it_says_that_the_world_is_made_up_beside_the_answer(
    call: Call, arguments: list[str]
) -> None:
    ran = call(*arguments)
    assert ran.status == 0
    assert MADE_UP in ran.err
    assert "made up" not in ran.out
    assert ran.out.endswith("\n")
    assert "\x1b" not in ran.out


def test_the_list_can_be_narrowed_and_ordered(call: Call) -> None:
    agents = rows_of(call("list", "-c", "agents", "--format", "csv"))
    assert {row["category"] for row in agents} == {"Agents and agent frameworks"}
    rising = rows_of(call("list", "--state", "rising", "--by", "week", "--format", "csv"))
    assert {row["state"] for row in rising} == {"rising"}
    gains = [int(row["7 d"]) for row in rising]
    assert gains == sorted(gains, reverse=True)


def test_a_list_of_nothing_says_so(call: Call) -> None:
    ran = call("list", "--state", "gone", "-c", "robotics", "--format", "csv")
    assert (ran.status, ran.out) == (0, f"{COLUMNS}\n")
    assert ran.lines[-1] == "No listed repo fits."


def test_signals_begin_with_the_columns_programs_read(call: Call) -> None:
    ran = call("signals", "--format", "csv")
    assert ran.out.startswith("kind,repo,at,score,lane,")
    rows = rows_of(ran)
    assert {row["kind"] for row in rows} > {"new", "rising"}
    assert all(row["at"].endswith("+00:00") for row in rows)
    new = rows_of(call("signals", "--kind", "new", "--format", "csv"))
    assert {row["kind"] for row in new} == {"new"}
    last = rows_of(call("signals", "--since", "2026-11-22", "--format", "csv"))
    assert {row["at"][:10] for row in last} == {"2026-11-22"}
    assert rows_of(call("signals", "--until", "2026-11-01", "--format", "csv")) == []


def test_a_digest_comes_as_text_and_in_every_platforms_form(call: Call) -> None:
    text = call("digest")
    assert text.out.startswith("All categories")
    assert "acme/flashkv" in text.out
    message = json.loads(call("digest", "--format", "json").out)
    assert message["sections"]
    slack = json.loads(call("digest", "--format", "slack").out)
    assert slack[0]["blocks"][0]["type"] == "header"
    discord = call("digest", "--format", "discord").out
    assert json.loads(discord)[0]["components"]
    assert '"attachment://' in discord, "what rises most is shown"
    assert '"slack_file"' not in json.dumps(slack)
    before = call("digest", "--as-of", "2026-11-01")
    assert "acme/flashkv" not in before.out


def test_a_card_can_be_asked_by_address_and_in_any_case(call: Call) -> None:
    card = call("repo", "https://github.com/acme/flashkv")
    assert card.out.startswith("acme/flashkv")
    assert call("repo", "POLA/CiteWise").out.startswith("pola/citewise")
    assert "may be pola/citewise, " in call("repo", "citewi").lines[-1]
    assert call("repo", "autoag").out.startswith("mira/autoagent")
    assert call("why", "AutoAgent").out.startswith("mira/autoagent")


def test_a_card_comes_in_every_platforms_form(call: Call) -> None:
    message = json.loads(call("repo", "acme/flashkv", "--format", "json").out)
    assert "acme/flashkv" in json.dumps(message)
    slack = json.loads(call("repo", "acme/flashkv", "--format", "slack").out)
    assert slack[0]["blocks"]
    discord = json.loads(call("repo", "acme/flashkv", "--format", "discord").out)
    assert discord[0]["components"]


def test_why_says_the_verdict_first_then_what_it_rests_on(call: Call) -> None:
    lines = call("why", "https://github.com/ACME/flashkv", "--world", "demo").out.splitlines()
    assert lines[0] == "acme/flashkv"
    assert lines[2].startswith("Rising at 8.5x its pace, announced 22 Nov: +1,941 in 7 days")
    assert "• as rising 22 Nov: +1,941 in 7 days, usually 228, surely 5.4x its pace" in lines
    message = json.loads(call("why", "acme/flashkv", "--format", "json").out)
    assert message["notification"].startswith("acme/flashkv: Rising")
    assert json.loads(call("why", "acme/flashkv", "--format", "slack").out)[0]["blocks"]
    assert json.loads(call("why", "acme/flashkv", "--format", "discord").out)[0]["components"]


@pytest.mark.parametrize(
    ("arguments", "says", "status"),
    [
        (["flash kv"], "write owner/name", 2),
        (["e"], "write owner/name", 2),
        (["ai"], "more: write owner/name", 2),
        (["nothing-so"], "No repo is called 'nothing-so' or has it in its name", 2),
        (["acme/nothing"], "acme/nothing is not watched", 2),
        (["acme/flashkv", "--format", "html"], "--format 'html' is not known", 2),
        (["acme/flashkv", "--zone", "Nowhere"], "Nowhere", 2),
        (["acme/flashkv", "--world", "live"], "", 2),
    ],
)
def test_why_that_cannot_be_answered_says_so_in_a_line(
    call: Call, arguments: list[str], says: str, status: int
) -> None:
    ran = call("why", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert says in ran.lines[-1]


def test_an_operators_word_about_a_category_is_kept(call: Call, demo_folder: Path) -> None:
    assert demo_folder.is_dir()
    said = call("classify", "acme/flashkv", "--as", "serving", "--format", "csv")
    assert rows_of(said)[0]["category"] == "Serving and deployment"
    kept = rows_of(call("classify", "acme/flashkv", "--format", "csv"))[0]
    assert (kept["category"], kept["reason"]) == (
        "Serving and deployment",
        "an operator said so",
    )
    slip = call("classify", "acme/flashkv", "--as", "servign")
    assert slip.status == 2
    assert "Did you mean serving?" in slip.lines[-1]


def test_categories_are_shown_without_any_catalogue(call: Call, demo_folder: Path) -> None:
    (demo_folder / "hypecurve-demo.db").unlink()
    ran = call("categories")
    assert ran.status == 0
    assert "(vector-databases)" in ran.out


def test_status_speaks_of_the_world_and_of_who_is_at_work(call: Call) -> None:
    ran = call("status")
    assert ran.status == 0
    assert "demo" in ran.out.splitlines()[0]
    assert "nobody" in ran.out
    assert call("status", "--check").status == 1


def test_the_version_is_one_line(call: Call) -> None:
    for option in ("--version", "-V"):
        ran = call(option)
        assert ran.status == 0
        assert ran.out.startswith("hypecurve ")
        assert len(ran.out.splitlines()) == 1
