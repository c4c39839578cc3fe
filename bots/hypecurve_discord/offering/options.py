"""The commands as Discord registers them, from the one table: typed, and in each language.

Limits: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypecurve.chat.filters import MOST_ALERTS, MOST_STARS
from hypecurve.domain.saying import to_say
from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve.wording.cut import cut
from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve.wording.texts import texts
from hypecurve.wording.tongues import TONGUES
from hypecurve.wording.typed import TRANSLATED, Sort, chosen, named
from hypecurve_discord.rights import DOOR, MANAGE_CHANNELS

Json = dict[str, Any]

NAME = "hype"
DESCRIPTION = to_say("Which open-source AI repos are new, rising or stalled")
TUNING = to_say("Tune what this channel hears")
OFFERED = tuple(spec for spec in COMMANDS if spec.is_for("discord"))
"""The commands that do something here."""
LENGTH = 100
"""Characters of a description, and of a choice's name and value."""
TYPED = 300
"""Characters a person may type into one option."""
COMPLETED = frozenset(
    {"categories", "category", "kinds", "days", "zone", "topic", "repo", "left-out"}
)
"""Kinds of options for which something is offered while they are typed."""
BARE = frozenset({"subscribe"})
"""Commands that open a form where nothing is typed: nothing has to be."""
NUMBERS = {"min": (0, MOST_STARS), "most": (1, MOST_ALERTS)}
"""The least and the most of options that are numbers."""

_CHAT_INPUT, _SUBCOMMAND, _GROUP, _STRING, _INTEGER, _ROLE = 1, 1, 2, 3, 4, 8
_OF_SERVERS, _OF_PEOPLE = 0, 1
_SERVERS, _WITH_US, _AMONG_OTHERS = 0, 1, 2
"""Where a command is there: servers, direct messages with the bot, those of people."""


def payload() -> list[Json]:
    """Return the application's global commands as Discord registers them."""
    hype = {
        **_plain(_CHAT_INPUT, NAME, DESCRIPTION),
        "contexts": [_SERVERS, _WITH_US, _AMONG_OTHERS],
        "integration_types": [_OF_SERVERS, _OF_PEOPLE],
        "options": list(_inside()),
    }
    door = {
        **_plain(_CHAT_INPUT, DOOR, TUNING),
        "contexts": [_SERVERS, _WITH_US],
        "integration_types": [_OF_SERVERS, _OF_PEOPLE],
        "default_member_permissions": str(MANAGE_CHANNELS),
    }
    return [hype, door]


def _inside() -> Iterator[Json]:
    """Yield the subcommands, those of a group in it where its first one stands."""
    grouped = set()
    for spec in OFFERED:
        if not spec.group:
            yield _subcommand(spec)
        elif spec.group not in grouped:
            grouped.add(spec.group)
            members = [_subcommand(each) for each in OFFERED if each.group == spec.group]
            shared = _named("command", _GROUP, spec.group, GROUPS[spec.group])
            yield shared | {"options": members}


def _subcommand(spec: CommandSpec) -> Json:
    # Discord wants what is required first; the order of the text is the table's all the same.
    options = sorted(spec.options, key=lambda option: not option.required)
    shared = _named("command", _SUBCOMMAND, spec.name, spec.help)
    needed = spec.name not in BARE
    return shared | {"options": [_option(option, needed=needed) for option in options]}


def _option(option: OptionSpec, *, needed: bool) -> Json:
    kind = _ROLE if option.kind == "role" else _INTEGER if option.name in NUMBERS else _STRING
    shared = _named("option", kind, option.name, option.help)
    shared |= {"required": option.required and needed}
    if kind == _ROLE:
        return shared
    if kind == _INTEGER:
        least, most = NUMBERS[option.name]
        return shared | {"min_value": least, "max_value": most}
    words = tuple(TONGUES) if option.kind == "tongue" else option.choices
    if words:
        return shared | {"choices": [_choice(word) for word in words]}
    return shared | {"max_length": TYPED, "autocomplete": option.kind in COMPLETED}


def _choice(word: str) -> Json:
    label = chosen(word, "en")
    return {
        "name": label,
        "name_localizations": _in_each(label, lambda locale: chosen(word, locale)),
        "value": word,
    }


def _named(sort: Sort, kind: int, name: str, description: str) -> Json:
    """Return what all parts of a command have, its name in each language."""
    names = {"name_localizations": _in_each(name, lambda locale: named(sort, name, locale))}
    return _plain(kind, name, description) | names


def _plain(kind: int, name: str, description: str) -> Json:
    def told(locale: str) -> str:
        return cut(texts(locale).looked_up(description), LENGTH, utf16=True)

    return {
        "type": kind,
        "name": name,
        "description": (source := told("en")),
        "description_localizations": _in_each(source, told),
    }


def _in_each(source: str, said: Callable[[str], str]) -> Json:
    """Return a text by Discord's names of our languages, where it is another one: `zh-CN`."""
    told = ((locale.replace("_", "-"), said(locale)) for locale in TRANSLATED)
    return {locale: text for locale, text in told if text != source}
