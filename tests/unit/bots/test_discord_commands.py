"""`/hype` as Discord registers it, and what is typed there as text."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.chat.grammar import parse
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadInput
from hypecurve.wording.commands import COMMANDS, CommandSpec
from hypecurve_discord.answering.interactions import locale_of
from hypecurve_discord.offering.options import manages, payload, suggestions, text_of
from hypecurve_discord.offering.sync import _essence

TAXONOMY = Taxonomy.from_toml((files("hypecurve") / "taxonomy.toml").read_text("utf-8"))
_NAME = re.compile(r"[-_a-z0-9]{1,32}")


def data(name: str, focused: str = "", **options: str) -> dict[str, Any]:
    given = [
        {"name": k, "type": 3, "value": v, "focused": k == focused} for k, v in options.items()
    ]
    return {"name": "hype", "options": [{"name": name, "type": 1, "options": given}]}


def test_the_commands_keep_discords_limits() -> None:
    (hype,) = payload()
    subcommands = hype["options"]
    named = [spec.name for spec in COMMANDS if not spec.group]
    assert [s["name"] for s in subcommands] == named
    assert len(subcommands) <= 25
    total = 0
    for part in (hype, *subcommands, *(o for s in subcommands for o in s["options"])):
        assert _NAME.fullmatch(part["name"])
        assert 1 <= len(part["description"]) <= 100
        total += len(part["name"]) + len(part["description"])
    assert total <= 8000
    for subcommand in subcommands:
        required = [option["required"] for option in subcommand["options"]]
        assert required == sorted(required, reverse=True)
        for option in subcommand["options"]:
            assert len(option.get("choices", [])) <= 25
            assert not (option.get("choices") and option.get("autocomplete"))


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_every_example_typed_into_options_means_the_same(spec: CommandSpec) -> None:
    examples = {
        "categories": "agents, rag",
        "category": "agents",
        "kinds": "new, rising",
        "time": "09:00",
        "zone": "Europe/Paris",
        "days": "mon, thu",
        "window": "24h",
        "repo": "acme/flashkv",
        "topic": "subscribe",
        "span": "2d",
        "number": "5",
        "left-out": "rust, @acme",
        "hours": "22:00-08:00",
        "text": "fast, and small",
        "tongue": "English",
    }
    # What switches a whole command off stands alone.
    given = [option for option in reversed(spec.options) if option.name not in {"all", "turn"}]
    options = {o.name: examples.get(o.kind) or o.choices[0] for o in given}
    text = text_of(data(spec.name, **options))
    assert text.split(" ")[0] == spec.name
    assert parse(text, TAXONOMY)
    for option in given:
        assert option.written(options[option.name]) in text


@given(st.sampled_from(COMMANDS), st.data())
def test_whatever_is_typed_is_understood_or_kindly_refused(
    spec: CommandSpec, draw: st.DataObject
) -> None:
    options = {option.name: draw.draw(st.text(max_size=40)) for option in spec.options}
    with suppress(BadInput):
        assert parse(text_of(data(spec.name, **options)), TAXONOMY)


@given(st.sampled_from(COMMANDS), st.data())
def test_at_most_25_choices_of_100_characters_are_offered(
    spec: CommandSpec, draw: st.DataObject
) -> None:
    for option in spec.options:
        typed = draw.draw(st.text(max_size=400) | st.sampled_from(["", "a", "agents, ", "e/"]))
        offered = suggestions(data(spec.name, focused=option.name, **{option.name: typed}))
        assert len(offered) <= 25
        assert all(1 <= len(part) <= 100 for choice in offered for part in choice)


def test_every_category_that_is_offered_is_understood() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for _, value in suggestions(data("subscribe", "categories", categories=f"all, {letter}")):
            assert value.startswith("all, ")
            assert parse(f"unsubscribe {value.removeprefix('all, ')}", TAXONOMY)


def test_a_second_category_is_completed_after_the_first() -> None:
    offered = suggestions(data("subscribe", "categories", categories="agents rag, mode"))
    assert all(value.startswith("agents, rag, ") for _, value in offered)
    assert "agents, rag, models" in [value for _, value in offered]
    again = suggestions(data("subscribe", "categories", categories="agents, age"))
    assert "agents, agents" not in [value for _, value in again]


def test_nothing_is_offered_for_what_is_free_text() -> None:
    assert suggestions(data("repo", "repo", repo="acme")) == []
    assert suggestions({}) == []
    assert suggestions(data("nothing", "x", x="y")) == []


def test_a_command_that_is_unknown_here_goes_to_the_grammar_all_the_same() -> None:
    assert text_of({"name": "hype", "options": [{"name": "later", "type": 1}]}) == "later"
    assert text_of({}) == ""


def test_only_what_changes_a_channel_needs_a_manager() -> None:
    assert manages("subscribe agents")
    assert manages("follow acme/flashkv")
    assert not manages("subscriptions")
    assert not manages("repo subscribe/x")
    assert not manages("")


def test_a_language_is_named_as_babel_names_it() -> None:
    assert [locale_of(name) for name in ("en-US", "en-GB", "zh-CN", "pt-BR", "ru")] == [
        "en",
        "en",
        "zh_CN",
        "pt_BR",
        "ru",
    ]


def test_what_discord_adds_to_a_command_makes_no_difference() -> None:
    ours = payload()[0]
    theirs = {
        **ours,
        "id": "1",
        "version": "7",
        "default_member_permissions": None,
        "dm_permission": True,
        "options": [{**o, "description_localizations": None} for o in ours["options"]],
    }
    assert _essence(ours) == _essence(theirs)
    assert _essence(ours) != _essence({**theirs, "description": "Another"})


def test_announcing_the_bot_loads_no_discord() -> None:
    code = (
        "import sys; from hypecurve_discord import bot; "
        "print([m for m in ('discord', 'aiohttp', 'babel') if m in sys.modules], bot.name)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] discord"
