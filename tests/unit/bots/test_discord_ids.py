"""The ids of Discord's controls: what was written is read again, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve_discord.rendering.ids import (
    LIMIT,
    PATTERN,
    Compare,
    Do,
    LeftOut,
    OpenRepo,
    Pick,
    Pressed,
    Tune,
    decode,
    encode,
)
from standins.discord_rules import units
from support.discord_hostile import COMMANDS, hostile

names = st.from_regex(r"[A-Za-z0-9]{1,39}/[A-Za-z0-9._-]{1,100}", fullmatch=True)
pressed: st.SearchStrategy[Pressed] = st.one_of(
    st.builds(Do, hostile | st.sampled_from(COMMANDS)),
    st.builds(Compare, hostile | names),
    st.builds(LeftOut, st.integers(0, 2**25 - 1), st.integers(0, 10**9 - 1)),
    st.builds(Pick, st.integers(0, 99)),
    st.sampled_from([OpenRepo(), Tune()]),
)


@given(pressed)
def test_an_id_is_read_as_it_was_written_or_not_given(what: Pressed) -> None:
    custom_id = encode(what)
    assert units(custom_id.encode("utf-16", "replace").decode("utf-16")) <= LIMIT
    if custom_id:
        assert decode(custom_id) == what
        assert re.fullmatch(PATTERN, custom_id)


@given(hostile | hostile.map("hype:{}".format) | hostile.map("hype:do:{}".format))
def test_any_id_at_all_can_be_read(custom_id: str) -> None:
    found = decode(custom_id)
    assert found is None or decode(encode(found)) in {found, None}


@pytest.mark.parametrize(
    ("what", "custom_id"),
    [
        (Do("rising agents 7d"), "hype:do:rising agents 7d"),
        (OpenRepo(), "hype:repo"),
        (Pick(1), "hype:pick:1"),
        (Tune(), "hype:tune"),
        (Compare("acme/flashkv"), "hype:compare:acme/flashkv"),
        (Compare("#123"), "hype:compare:#123"),
        (LeftOut(0xC0, 12), "hype:more:c0:12"),
    ],
)
def test_how_ids_are_written_stays_so(what: Pressed, custom_id: str) -> None:
    assert encode(what) == custom_id
    assert decode(custom_id) == what


@pytest.mark.parametrize(
    "custom_id", ["", "hype", "hype:", "hype:do:", "hype:compare:x", "hype:more:1", "other:repo"]
)
def test_what_is_none_of_ours_says_nothing(custom_id: str) -> None:
    assert decode(custom_id) is None


@pytest.mark.parametrize("what", [Do(" "), Do("share " + "x" * 90), Compare("x"), Compare("")])
def test_what_says_nothing_or_too_much_has_no_id(what: Pressed) -> None:
    assert encode(what) == ""
