"""`/hype` as Discord knows it: its options from the one table of commands, and back into text.

A typed command becomes the very text a person would write after `/hype`, so that both chats are
answered by one grammar. Limits: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hypecurve.domain.category import Taxonomy
from hypecurve.wording.commands import COMMANDS, KINDS, CommandSpec, OptionSpec
from hypecurve.wording.cut import cut

Json = dict[str, Any]

NAME = "hype"
DESCRIPTION = "Which open-source AI repos are new, rising or stalled"

_SUBCOMMAND, _STRING = 1, 3
_CHOICES = 25
_LENGTH = 100
"""Characters of a choice, of its value and of a description."""
_TYPED = 300
"""Characters a person may type into one option."""
_GUILD_INSTALL, _GUILD, _BOT_DM = 0, 0, 1
_MANAGING = frozenset(spec.name for spec in COMMANDS if spec.manages)
_NAMES = tuple(spec.name for spec in COMMANDS)
_COMPLETED = frozenset({"categories", "category", "kinds", "days", "zone", "topic"})
_DAYS = ("daily", "weekdays", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def payload() -> list[Json]:
    """Return the application's global commands as Discord registers them."""
    hype = {
        "type": 1,
        "name": NAME,
        "description": DESCRIPTION,
        "contexts": [_GUILD, _BOT_DM],
        "integration_types": [_GUILD_INSTALL],
        "options": [_subcommand(spec) for spec in _offered()],
    }
    return [hype]


def text_of(data: Mapping[str, Any]) -> str:
    """Return what a person would have written after `/hype`; data of an interaction."""
    chosen = _chosen(data)
    given = {option["name"]: str(option["value"]) for option in chosen.get("options") or []}
    spec = _spec(chosen.get("name", ""))
    options = spec.options if spec else ()
    said = (option.written(given[option.name]) for option in options if option.name in given)
    return " ".join([chosen.get("name", ""), *said])


def manages(text: str) -> bool:
    """Whether a command changes what a channel hears."""
    return text.partition(" ")[0] in _MANAGING


def suggestions(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (name, value) of at most 25 choices for the option that is being typed."""
    chosen = _chosen(data)
    spec = _spec(chosen.get("name", ""))
    for typed in chosen.get("options") or []:
        option = next((o for o in (spec.options if spec else ()) if o.name == typed["name"]), None)
        if option is not None and typed.get("focused"):
            return _suggested(option, str(typed["value"])[:_TYPED])
    return []


def _offered() -> list[CommandSpec]:
    """Return the commands that stand by themselves."""
    return [spec for spec in COMMANDS if not spec.group]


def _chosen(data: Mapping[str, Any]) -> Json:
    """Return the subcommand of an interaction's data."""
    options: list[Json] = data.get("options") or []
    return options[0] if options else {}


def _spec(name: str) -> CommandSpec | None:
    return next((spec for spec in COMMANDS if spec.name == name), None)


def _subcommand(spec: CommandSpec) -> Json:
    # Discord wants what is required first; the order of the text is the table's all the same.
    options = sorted(spec.options, key=lambda option: not option.required)
    return {
        "type": _SUBCOMMAND,
        "name": spec.name,
        "description": cut(spec.help, _LENGTH),
        "options": [_option(option) for option in options],
    }


def _option(option: OptionSpec) -> Json:
    shared: Json = {
        "type": _STRING,
        "name": option.name,
        "description": cut(option.help, _LENGTH),
        "required": option.required,
    }
    if option.choices:
        return shared | {"choices": [{"name": c, "value": c} for c in option.choices]}
    completed = option.kind in _COMPLETED
    return shared | {"max_length": _TYPED, "autocomplete": completed}


def _suggested(option: OptionSpec, typed: str) -> list[tuple[str, str]]:
    if option.kind == "categories":
        return _listed(typed, [*_places(), ("all", "all")])
    if option.kind == "category":
        return _fitting(typed, _places())
    if option.kind in {"kinds", "days"}:
        return _listed(typed, _same(KINDS if option.kind == "kinds" else _DAYS))
    if option.kind in {"zone", "topic"}:
        return _fitting(typed, _same(_zones() if option.kind == "zone" else _NAMES))
    return []


def _listed(typed: str, offers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Complete the last of several words, and keep those before it."""
    before = re.findall(r"[^,\s]+(?=[,\s])", typed)
    last = re.split(r"[,\s]", typed)[-1]
    left = [offer for offer in offers if offer[1] not in before]
    full = [
        (", ".join([*before, name]), ", ".join([*before, value]))
        for name, value in _fitting(last, left)
    ]
    return [offer for offer in full if max(map(len, offer)) <= _LENGTH]


def _fitting(typed: str, offers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the offers that hold what was typed, those that begin with it first."""
    wanted = typed.strip().casefold()
    found = [o for o in offers if wanted in o[0].casefold() or wanted in o[1].casefold()]
    found.sort(key=lambda o: not (o[0].casefold().startswith(wanted) or o[1].startswith(wanted)))
    return [(cut(name, _LENGTH), value) for name, value in found if len(value) <= _LENGTH][
        :_CHOICES
    ]


def _same(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


@lru_cache(maxsize=1)
def _places() -> tuple[tuple[str, str], ...]:
    """Layers and categories of the taxonomy that is shipped."""
    text = (files("hypecurve") / "taxonomy.toml").read_text("utf-8")
    taxonomy = Taxonomy.from_toml(text)
    layers = [(layer.title, layer.slug) for layer in taxonomy.layers]
    return (*layers, *((category.title, category.slug) for category in taxonomy.categories))


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """UTC first; the cities before the `Etc/` oddities."""
    names = sorted(n for n in zoneinfo.available_timezones() if "/" in n and n[:4] != "Etc/")
    return ("UTC", *names)
