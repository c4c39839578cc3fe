"""What was typed into options, as the text a person would write after `/hype`.

Both chats are answered by one grammar, and it reads text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from hypecurve.chat.words import quoted
from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve_discord.offering.options import COMPLETED, NAME, OFFERED

TOLD = " · "
"""What parts a value from what is told of it, where both are shown: `acme/flashkv · 38.2k`."""
_TOLD = re.compile(rf"{TOLD}[^,]*")
_OFFSET = re.compile(r"\s*\(UTC[^)]*\)?")


def text_of(data: Mapping[str, Any]) -> str:
    """Return what a person would have written after `/hype`; data of an interaction.

    Of any other command of ours: "subscriptions", as all of them are about these.
    """
    if data.get("name", NAME) != NAME:
        return "subscriptions"
    path, options = _inside(data)
    found = spec_of(path)
    if found is None:
        return " ".join(path)
    given = {str(each["name"]): str(each.get("value", "")) for each in options}
    said = (written(each, given[each.name]) for each in found.options if each.name in given)
    return " ".join([found.path, *filter(None, said)])


def typing(data: Mapping[str, Any]) -> tuple[CommandSpec, OptionSpec, str] | None:
    """Return the option that is being typed, of which command, and what stands in it by now."""
    path, options = _inside(data)
    found = spec_of(path)
    for each in options:
        if each.get("focused"):
            about = (o for o in (found.options if found else ()) if o.name == each["name"])
            option = next(about, None)
            if found is not None and option is not None:
                return found, option, str(each.get("value", ""))
    return None


def spec_of(path: list[str]) -> CommandSpec | None:
    """Return the command of that path, like ["set", "language"]; None where there is none."""
    return next((spec for spec in OFFERED if spec.path == " ".join(path)), None)


def written(option: OptionSpec, value: str) -> str:
    """Return an option's value as the text of a command has it; "" where nothing was typed."""
    value = plain(option, value).strip()
    if not value:
        return ""
    if option.kind == "time" and not value.casefold().startswith("at "):
        value = f"at {value}"  # so that a bare 9 is a time
    elif option.kind == "zone":
        value = _zone(value)
    elif option.kind == "repo" and " " in value and "/" not in value:
        value = quoted(value)  # a part of a name is one word to the grammar
    return option.written(value)


def plain(option: OptionSpec, value: str) -> str:
    """Take off what was shown beside a value: Discord sends it when a choice is typed on."""
    if option.kind in COMPLETED:
        value = _TOLD.sub("", value)
    if option.kind == "zone":
        value = _OFFSET.sub("", value)
    return value


def _inside(data: Mapping[str, Any]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Return the path of the command that was typed, and its options."""
    path: list[str] = []
    options: list[Mapping[str, Any]] = list(data.get("options") or ())
    while options and options[0].get("type") in {1, 2}:
        path.append(str(options[0]["name"]))
        options = list(options[0].get("options") or ())
    return path, options


def _zone(value: str) -> str:
    """Return the zone that is called so, or lies there: one with spaces is several words."""
    name = "_".join(value.split())
    known = _zones()
    return known.get(name.casefold(), name)


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Zones by their names, and by their cities where there is one of that name."""
    return dict(_by_name())


def _by_name() -> Iterator[tuple[str, str]]:
    names = sorted(available_timezones())
    cities = [name.rpartition("/")[2].casefold() for name in names]
    there = Counter(cities)
    yield from (each for each in zip(cities, names, strict=True) if there[each[0]] == 1)
    yield from ((name.casefold(), name) for name in names)
