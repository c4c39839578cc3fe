"""Search and compare at the terminal, in the demo's world; picks and languages of a channel."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.processes import Ran

Call = Callable[..., Ran]


@pytest.mark.usefixtures("demo_folder")
def test_search_prints_the_closest_first_and_how_many_there_are(call: Call) -> None:
    ran = call("search", "flashkv", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert rows[0]["repo"] == "acme/flashkv"
    many = call("search", "agent", "-n", "3")
    assert len(many.out.splitlines()) == 4
    assert "--limit shows more" in many.err
    nothing = call("search", "nothing-like-it")
    assert "No listed repo is called so" in nothing.err
    assert nothing.status == 0
    # Words of the grammar are words here.
    assert call("search", "by", "age", "--format", "json").status == 0


@pytest.mark.usefixtures("demo_folder")
def test_compare_prints_repos_side_by_side_and_draws_them(call: Call) -> None:
    names = ("acme/flashkv", "nori/voicebox")
    text = call("compare", *names)
    assert text.out.splitlines()[0] == "acme/flashkv and nori/voicebox"
    told = json.loads(call("compare", *names, "--by", "age", "--format", "json").out)
    assert told["picture"]["chart"]["by"] == "age"
    assert call("compare", *names, "--chart", "both.png").status == 0
    assert Path("both.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("demo_folder")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["compare", "acme/flashkv"], "Name two to 5 different repos"),
        (["compare", "acme/flashkv", "ACME/flashkv"], "Name two to 5 different repos"),
        (["compare", "acme/flashkv", "acme/nothing"], "acme/nothing is not watched"),
        (["compare", "acme/flashkv", "flashkv"], "write owner/name"),
        (["compare", "a/b", "c/d", "--by", "size"], "choose date, age"),
        (["compare", "a/b", "c/d", "--chart", "both.gif"], "a picture is a PNG"),
        (["search", "a" * 101], "a few words are enough"),
        (["search", " "], "Say what to look for"),
        (["search", "x", "--format", "text"], "choose table, csv, json"),
        (["pick", "slack:T1/C1", "flashkv", "fast"], "write owner/name"),
        (["pick", "slack:T1/C1", "acme/flashkv", "y" * 301], "at most 300 characters"),
        (["pick", "teams:T1/C1", "acme/flashkv", "fast"], "There is no bot for 'teams'"),
        (["language", "slack:T1/C1", "klingon"], "is not spoken here"),
    ],
)
def test_a_slip_is_one_line(call: Call, arguments: list[str], says: str) -> None:
    ran = call(*arguments)
    assert ran.status == 2 if "acme/nothing" not in arguments else ran.status != 0
    assert says in ran.err
    assert len(ran.err.splitlines()) <= 2
    assert ran.out == ""


def test_a_channel_is_spoken_to_in_the_language_that_was_chosen_for_it(call: Call) -> None:
    channel = "slack:T1/C1"
    assert call("subscribe", channel, "all").status == 0
    assert call("language", channel).out.startswith("This channel is spoken to in English.")
    assert "简体中文" in call("language", channel, "Chinese").out
    refused = call("pick", channel, "acme/flashkv", "halves", "our", "bill")
    assert refused.status != 0
    assert "acme/flashkv is not known yet" in refused.err
