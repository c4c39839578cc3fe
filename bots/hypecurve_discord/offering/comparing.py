"""Which commands Discord knows otherwise than they are; pure.

Discord answers with more than it was sent, and leaves out or fills in what says "as usual".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

CHAT_INPUT = 1
"""What is typed with a slash. Of other types is what Discord makes by itself for its Activities."""
_INNER = frozenset({1, 2})
"""Subcommands and groups, which are told apart by their names."""
_COMPARED = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "autocomplete",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "value",
    "options",
)
"""What we decide about, in each part."""
_OF_THE_WHOLE = ("contexts", "integration_types", "default_member_permissions")
"""And about a whole command; the order of the first two says nothing."""


def differing_parts(ours: Iterable[Json], theirs: Iterable[Json]) -> list[str]:
    """Return what is not the same: `/hype top` new or changed, `/x` gone."""
    wanted, known = _parts(ours), _parts(theirs)
    names = [name for name in (wanted | known) if wanted.get(name) != known.get(name)]
    if not names and [*wanted] != [*known]:
        return [name for name in wanted if " " not in name]
    return names


def _parts(commands: Iterable[Json]) -> dict[str, object]:
    """Return each command without what is in it, and what is in it, by what people type."""
    return {name: part for each in commands if _is_typed(each) for name, part in _of(each)}


def _is_typed(command: Json) -> bool:
    return bool(command.get("type", CHAT_INPUT) == CHAT_INPUT)


def _of(command: Json) -> Iterator[tuple[str, object]]:
    root = f"/{command['name']}"
    whole = {key: _as_set(command.get(key)) for key in _OF_THE_WHOLE}
    yield root, [_essence(_alone(command)), whole]
    yield from _inside(root, command)


def _inside(path: str, part: Json) -> Iterator[tuple[str, object]]:
    for each in part.get("options") or ():
        if each["type"] in _INNER:
            name = f"{path} {each['name']}"
            yield name, _essence(_alone(each))
            yield from _inside(name, each)


def _alone(part: Json) -> Json:
    """Return a part without the subcommands in it."""
    options = [each for each in part.get("options") or () if each["type"] not in _INNER]
    return {"type": CHAT_INPUT, **part, "options": options}


def _essence(part: object) -> object:
    """Return only what we decide about, and nothing that says "as usual"."""
    if isinstance(part, Mapping):
        compared = (
            (key, part.get(key) if key.endswith("_localizations") else _essence(part.get(key)))
            for key in _COMPARED
        )
        return {key: value for key, value in compared if not _is_usual(value)}
    if isinstance(part, list):
        return [_essence(each) for each in part]
    return part


def _is_usual(value: object) -> bool:
    return value is None or value is False or value in ([], {}, "")


def _as_set(value: object) -> object:
    return frozenset(value) if isinstance(value, list) else value
