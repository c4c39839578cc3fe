"""Which of the things that people type in Discord take leave: whatever the grammar may change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.chat.command import Change, Command, Loosely
from hypecurve.chat.grammar import parse
from hypecurve.domain.errors import BadInput
from hypecurve.wording.commands import COMMANDS
from hypecurve_discord.answering.asked import command_of, is_of_the_channel, takes_leave
from support.sample_day import sample_taxonomy

TAXONOMY = sample_taxonomy()
CHANGING = (
    "subscribe all",
    "unsubscribe all",
    "schedule 09:00",
    "filter min 3",
    "alerts 3",
    "pause",
    "resume",
    "follow acme/flashkv",
    "unfollow flashkv",
    "mute acme/flashkv",
    "unmute acme/flashkv",
    'pick acme/flashkv "why not"',
    "language ru",
    "ping off",
)
_BEFORE = ("", "/", "hype ", "/HYPE ", "set ", "SET  ", "/set /", "hype set ", " ,", "hype hype ")
_WORDS = [
    *(spec.name for spec in COMMANDS),
    *("set", "hype", "share", "place", "all", "3", "off", "acme/flashkv", "ru", '"', ","),
    *(" ", "/", "?", "min", "x", "curve", "chart", "show", "07:00", "\n", ";", "&amp;", "<a/b>"),
]


def changes(text: str) -> bool:
    """Whether a text would change what a channel hears."""
    command: Command | None = None
    with suppress(BadInput):
        command = parse(text, TAXONOMY)
        while isinstance(command, Loosely):
            command = parse(command.naming("acme/flashkv"), TAXONOMY)
    return isinstance(command, Change)


def test_each_command_that_changes_something_is_among_those_that_are_tried() -> None:
    assert {spec.name for spec in COMMANDS if spec.manages} == {
        text.partition(" ")[0] for text in CHANGING
    }
    assert all(map(changes, CHANGING))


@given(
    st.sampled_from(CHANGING),
    st.lists(st.sampled_from(_BEFORE), max_size=3).map("".join),
    st.sampled_from([str, str.upper, str.title, str.swapcase]),
    st.sampled_from([" ", "  ", ",", ";\n", "\t"]),
)
def test_a_change_takes_leave_however_it_is_spelled(
    text: str, before: str, cased: Callable[[str], str], between: str
) -> None:
    first, _, rest = text.partition(" ")
    spelled = before + cased(first) + between + rest
    assert takes_leave(spelled) or not changes(spelled)
    assert takes_leave(first.upper())


@given(st.lists(st.sampled_from(_WORDS), max_size=6), st.sampled_from(["", " "]))
def test_whatever_would_change_something_takes_leave(parts: list[str], between: str) -> None:
    text = between.join(parts)
    assert takes_leave(text) or not changes(text)


@pytest.mark.parametrize(
    "text",
    ["top agents", "Rising", "hype why flashkv", "/status", "share top", "show 12", "curve a/b"],
)
def test_what_only_tells_something_takes_none(text: str) -> None:
    assert not takes_leave(text)
    assert is_of_the_channel(text) is (command_of(text) == "status")


def test_a_command_is_known_as_the_grammar_reads_it() -> None:
    read = {text: command_of(text) for text in ("/Hype SET  filter min 9", "x" * 3_000, '"why" a')}
    assert list(read.values()) == ["filter", "", ""]
    assert all(map(takes_leave, read))
