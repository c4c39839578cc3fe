"""Text from outside stays text in Discord."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.message import Bars, Line, Link, Moment, Place, Role, Style, Text
from hypecurve.domain.subscription import Channel
from hypecurve.wording.cut import clean, length
from hypecurve_discord.rendering.markdown import GAP, escape, heard, safe_url, shown, written
from support.discord_hostile import EVIL, hostile, lines

MARKS = set("*_~`|<>[]")


def meaning(markdown: str) -> list[str]:
    """Return what Discord would make of one line besides text: a reading of our own.

    Written from the client's rules, and from nothing in the code under test.
    """
    found: list[str] = []
    rest = markdown
    if start := re.match(r"#{1,3} |-# |[-*+] |\d+[.)] |>{1,3} ", rest):
        found.append(start[0])
    while rest:
        for name, rule in (
            ("escape", r"\\[^0-9A-Za-z\s]"),
            ("code", r"(`+)[^`]+\1(?!`)"),
            ("link", r"\[(?:\\.|[^\]\\])*\]\([^\s()]*\)"),
            ("bold", r"\*\*"),
            ("mention", r"@(?:everyone|here)|<(?:@[!&]?|#|/[^>]*:|id:|a?:\w+:)\w+>"),
            ("time", r"<t:-?\d+(?::\w)?>"),
            ("address", r"<?(?:https?|steam|discord)://\S"),
            ("mark", r"[*_~`|<>\[\]]"),
        ):
            if hit := re.match(rule, rest):
                if name != "escape":
                    found.append(f"{name} {hit[0]}")
                rest = rest[hit.end() :]
                break
        else:
            rest = rest[1:]
    return found


@pytest.mark.parametrize("text", EVIL)
def test_what_people_would_try_shows_as_it_is(text: str) -> None:
    assert meaning(written((Text(text),), 3_000)) == []


@given(hostile)
def test_any_text_shows_as_it_is(text: str) -> None:
    line = written((Text(text),), 3_000)
    assert meaning(line) == []
    assert "\n" not in line
    if length(clean(text), utf16=True) <= 290:
        assert shown(line) == clean(text).strip()


@given(hostile, hostile)
def test_two_texts_never_make_mark_up_together(first: str, second: str) -> None:
    assert meaning(written((Text(first), Text(second)), 3_000)) == []


@given(st.text(max_size=200))
def test_escaping_keeps_every_character(text: str) -> None:
    assert shown(escape(text)).strip() == clean(text).strip()


@given(lines)
def test_only_our_own_marks_mean_something(line: Line) -> None:
    found = meaning(written(line, 3_000))
    own = {"code", "link", "bold", "time"}
    assert {what.partition(" ")[0] for what in found} <= own
    assert sum(what.startswith("bold") for what in found) % 2 == 0
    addresses = {safe_url(inline.url) for inline in line if isinstance(inline, Link)}
    for what in found:
        if what.startswith("link"):
            assert what.rpartition("](")[2].rstrip(")") in addresses


@given(lines, st.integers(10, 300))
def test_a_line_is_never_longer_than_its_limit(line: Line, limit: int) -> None:
    # An escaped first character may need one more than the limit has.
    assert length(written(line, limit), utf16=True) <= limit + 2


def test_spaces_between_runs_stay_and_stand_outside_of_bold() -> None:
    line = (Text("a "), Text(" b ", Style.STRONG), Text(" c"))
    assert written(line, 100) == "a  **b**  c"


def test_bold_runs_side_by_side_stay_two() -> None:
    line = (Text("a", Style.STRONG), Text("b", Style.STRONG), Bars("▁"), Text("c", Style.CODE))
    assert written(line, 100) == f"**a**{GAP}**b**`▁`{GAP}`c`"


def test_a_moment_is_shown_in_the_readers_own_zone() -> None:
    at = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)
    forms = [written((Moment(at, "x", form),), 100) for form in ("time", "date", "datetime")]
    assert forms == ["<t:1795327920:t>", "<t:1795327920:D>", "<t:1795327920:f>"]
    assert [shown(form) for form in forms] == [
        "06:12 UTC",
        "22 November 2026",
        "22 November 2026 06:12 UTC",
    ]


def test_a_channel_is_shown_by_its_name_where_it_is_one_of_discord() -> None:
    line = (Text("in "), Place(Channel.parse("discord:1/23")))
    assert written(line, 100) == "in <#23>"
    assert shown("in <#23>") == "in #23"
    assert heard(line) == "in 23"
    for elsewhere, id_ in (("slack:T1/C1", "C1"), ("discord:1/@2", "@" + GAP + "2")):
        assert written((Place(Channel.parse(elsewhere)),), 100) == id_


def test_a_role_is_shown_by_its_name_and_nothing_else_is_called_so() -> None:
    line = (Text("calls "), Role("1100220033004400550"))
    assert written(line, 100) == "calls <@&1100220033004400550>"
    assert shown(written(line, 100)) == "calls @&1100220033004400550"
    for other in ("everyone", "1> <@&2", "@here", "1" * 21):
        assert "mention" not in " ".join(meaning(written((Role(other),), 100)))


def test_a_link_keeps_its_target_whatever_stands_in_either() -> None:
    line = (Link("a]b_[c", "https://github.com/a/b_(c)"),)
    assert written(line, 100) == r"[a)b\_(c](https://github.com/a/b_%28c%29)"
    assert written((Link("acme/x", "javascript:alert(1)"),), 100) == "acme/x"


def test_a_number_at_the_start_is_no_list() -> None:
    assert written((Text("7. of 10"),), 100) == r"7\. of 10"
    assert written((Text("+1,940"),), 100) == r"\+1,940"
