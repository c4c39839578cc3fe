"""The commands as Discord registers them: within its limits, typed, in each language."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve.wording.help import help_message
from hypecurve.wording.plain import plain
from hypecurve.wording.specs import OptionSpec
from hypecurve.wording.texts import texts
from hypecurve.wording.typed import (
    CHOICE_WORDS,
    COMMAND_WORDS,
    OPTION_WORDS,
    TRANSLATED,
    chosen,
    named,
)
from hypecurve_discord.answering.asked import locale_of
from hypecurve_discord.offering.comparing import differing_parts
from hypecurve_discord.offering.options import NUMBERS, OFFERED, payload
from hypecurve_discord.rights import INVITED_WITH
from standins.discord_commands import LARGEST, command_problems, in_all

HYPE, DOOR = payload()
KINDS = {1: "command", 2: "group", 3: "text", 4: "number", 8: "role"}


def parts(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A command and all in it."""
    yield part
    for key in ("options", "choices"):
        for each in part.get(key, ()):
            yield from parts(each)


def test_discord_would_take_the_commands_in_every_language() -> None:
    assert command_problems(payload()) == []
    assert in_all(HYPE) < LARGEST
    assert len(HYPE["options"]) <= 25


def test_nothing_that_is_told_of_a_command_has_to_be_cut() -> None:
    texts = [
        text
        for command in payload()
        for part in parts(command)
        for text in (
            part.get("description", ""),
            *part.get("description_localizations", {}).values(),
        )
    ]
    assert len(texts) > 100
    assert not [text for text in texts if text.endswith("…")]


def test_all_that_works_in_discord_is_offered_there_once() -> None:
    alone = [each["name"] for each in HYPE["options"] if each["type"] == 1]
    grouped = [
        f"{group['name']} {each['name']}"
        for group in HYPE["options"]
        if group["type"] == 2
        for each in group["options"]
    ]
    assert sorted([*alone, *grouped]) == sorted(spec.path for spec in COMMANDS)


def test_anybody_may_use_hype_and_who_manages_channels_tunes() -> None:
    assert "default_member_permissions" not in HYPE
    assert HYPE["contexts"] == [0, 1, 2]
    assert HYPE["integration_types"] == [0, 1]
    assert DOOR["default_member_permissions"] == str(1 << 4)
    assert DOOR["contexts"] == [0, 1]
    assert "options" not in DOOR


def test_what_people_see_when_they_type_a_slash(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(_shown("", HYPE)) == snapshot


def _shown(indent: str, part: Mapping[str, Any]) -> Iterator[str]:
    names = [part["name"], *part.get("name_localizations", {}).values()]
    what = KINDS[part["type"]]
    if "min_value" in part:
        what += f" {part['min_value']}-{part['max_value']}"
    marks = [what, *(mark for mark in ("required", "autocomplete") if part.get(mark))]
    choices = [" = ".join([c["name"], c["value"]]) for c in part.get("choices", ())]
    yield f"{indent}{' | '.join(names)}: {', '.join([*marks, *choices])}"
    for option in part.get("options", ()):
        yield from _shown(f"{indent}  ", option)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_command_option_and_choice_has_a_name_in_every_language(locale: str) -> None:
    commands = {word for spec in COMMANDS for word in (spec.name, spec.group) if word} | {*GROUPS}
    options = {option.name for spec in COMMANDS for option in spec.options}
    choices = {word for spec in COMMANDS for option in spec.options for word in option.choices}
    assert set(COMMAND_WORDS) == commands
    assert set(OPTION_WORDS) == options
    assert choices <= set(CHOICE_WORDS)
    assert not [word for word in commands if named("command", word, locale) == word]
    assert not [word for word in options if named("option", word, locale) == word]
    own = {*TRANSLATED, "en"}
    assert not [w for w in CHOICE_WORDS if w not in own and chosen(w, locale) == CHOICE_WORDS[w]]


def test_the_help_says_what_discord_lists_a_command_as() -> None:
    there, elsewhere = (plain(help_message(None, "zh_CN", to)) for to in ("discord", "slack"))
    assert "订阅 · 每天向此频道发送摘要" in there
    assert "设置 语言 · " in there
    assert "订阅 · " not in elsewhere
    one = plain(help_message("language", "ru", "discord"))
    assert "/hype настроить язык" in one
    assert "language · язык: " in one
    assert " · " not in plain(help_message("subscribe", "en", "discord"))


def test_a_name_that_discord_would_not_take_stays_english(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts("ru").catalogue
    for wrong in ("Две штуки", "ДВА", "", "a" * 33, "⟦top⟧"):
        monkeypatch.setattr(said, "pgettext", lambda *_, wrong=wrong: wrong)
        assert named("command", "top", "ru") == "top"


def test_discord_knows_our_languages_by_its_own_names() -> None:
    told = {locale for part in parts(HYPE) for locale in part.get("name_localizations", {})}
    assert told == {"ru", "zh-CN"}
    assert [locale_of(name) for name in ("en-US", "en-GB", "zh-CN", "pt-BR", "ru")] == [
        *("en", "en", "zh_CN", "pt_BR", "ru"),
    ]


def test_only_numbers_are_typed_as_numbers_and_roles_as_roles() -> None:
    options = [option for spec in OFFERED for option in spec.options]
    numbers = {option.name for option in options if option.kind == "number"}
    assert numbers == set(NUMBERS)
    typed = {part["name"]: part["type"] for part in parts(HYPE) if "required" in part}
    assert {name for name, kind in typed.items() if kind == 4} == numbers
    assert {name for name, kind in typed.items() if kind == 8} == {"role"}


def test_what_is_completed_has_no_fixed_choices_and_all_else_has() -> None:
    fixed: set[OptionSpec] = {o for spec in OFFERED for o in spec.options if o.choices}
    named_so = {option.name for option in fixed}
    for part in parts(HYPE):
        if part["name"] in named_so and "required" in part and "choices" in part:
            assert "autocomplete" not in part
            assert len(part["choices"]) > 0


def test_what_discord_adds_to_a_command_makes_no_difference() -> None:
    theirs = {
        **HYPE,
        "id": "1",
        "version": "7",
        "default_member_permissions": None,
        "dm_permission": True,
        "contexts": [2, 0, 1],
        "name_localizations": None,
        "options": [{**o, "description_localized": None} for o in HYPE["options"]],
    }
    assert differing_parts([HYPE], [theirs]) == []
    assert differing_parts([HYPE], [{**theirs, "description": "Another"}]) == ["/hype"]


def _changed(path: list[str], **changes: object) -> dict[str, Any]:
    """The command with one part changed, found by the names on the way there."""

    def walk(part: Mapping[str, Any], left: list[str]) -> dict[str, Any]:
        if not left:
            return {**part, **changes}
        inner = [walk(o, left[1:]) if o["name"] == left[0] else o for o in part["options"]]
        return {**part, "options": inner}

    return walk(HYPE, path)


@pytest.mark.parametrize(
    ("path", "changes", "told"),
    [
        ([], {"contexts": [0, 1]}, ["/hype"]),
        ([], {"integration_types": [0]}, ["/hype"]),
        ([], {"default_member_permissions": "16"}, ["/hype"]),
        ([], {"description_localizations": {"ru": "Другое"}}, ["/hype"]),
        ([], {"options": [*reversed(HYPE["options"])]}, ["/hype"]),
        (["top"], {"name_localizations": {"ru": "верх"}}, ["/hype top"]),
        (["set"], {"description": "Another"}, ["/hype set"]),
        (["set", "filter"], {"description": "Another"}, ["/hype set filter"]),
        (["set", "filter", "min"], {"max_value": 10}, ["/hype set filter"]),
        (["set", "filter", "min"], {"min_value": 1}, ["/hype set filter"]),
        (["subscribe", "at"], {"required": True}, ["/hype subscribe"]),
        (["top", "window"], {"choices": []}, ["/hype top"]),
        (["top", "window"], {"description_localizations": None}, ["/hype top"]),
    ],
    ids=str,
)
def test_every_change_is_seen_and_named(
    path: list[str], changes: dict[str, object], told: list[str]
) -> None:
    assert differing_parts([HYPE], [_changed(path, **changes)]) == told
    assert differing_parts([_changed(path, **changes)], [HYPE]) == told


def test_commands_that_come_and_go_are_named() -> None:
    fewer = {**HYPE, "options": [o for o in HYPE["options"] if o["name"] != "top"]}
    assert differing_parts([HYPE], [fewer]) == ["/hype top"]
    assert differing_parts([HYPE], [HYPE, DOOR]) == ["/hype-tune"]


def test_the_invitation_asks_for_five_permissions() -> None:
    assert INVITED_WITH.bit_count() == 5
    assert not INVITED_WITH & (1 << 3)


def test_announcing_the_bot_loads_no_discord() -> None:
    code = (
        "import sys; from hypecurve_discord import bot; "
        "print([m for m in ('discord', 'aiohttp', 'babel') if m in sys.modules], bot.name)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] discord"
