"""Sentences kept apart from what fills them, so that they can be said in any language later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def to_say(text: str) -> str:
    """Mark a text for the catalogues where it stands; it is looked up where it is said."""
    return text


@dataclass(frozen=True, slots=True)
class Saying:
    """An English text with `{placeholders}`, marked by `to_say`, and what fills them.

    A value may be another saying, an error, several names of which one is meant (a tuple), or
    several that are all meant (a list).
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The text in English."""
        return in_english(self.template, self.values)


def in_english(template: str, values: Mapping[str, object]) -> str:
    """Return a template filled in; without values it is a text already and may hold braces."""
    if not values:
        return template
    return template.format_map({name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(map(str, value))
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)
