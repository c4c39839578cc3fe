"""What the fields of a modal hold, and which of them somebody has changed since they were shown.

Two people may have the same form open: what one of them did not touch is not theirs to take back.
So each field's custom id is its name and a short mark of what it showed, `kinds:5f3a91c2`: it comes
back with what is sent in, whichever process opened the modal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_LONGEST = 100
"""Characters of a custom id."""


@dataclass(frozen=True, slots=True)
class State:
    """What a modal's fields hold, by their names; of a text field one value, or none."""

    held: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, str] = field(default_factory=dict)
    """Marks of what they showed."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """What a field remembers beside its mark."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> State:
        """Return what was sent in; fields of another version's are there under their names."""
        held: dict[str, tuple[str, ...]] = {}
        shown, beside = {}, {}
        for component in _fields(data.get("components") or ()):
            name, _, rest = str(component.get("custom_id") or "").partition(":")
            values = component.get("values")
            if values is None:
                values = [component.get("value") or ""]
            held[name] = _tidy(str(value) for value in values)
            shown[name], _, beside[name] = rest.partition(":")
        return cls(held, shown, beside)

    def text(self, name: str) -> str:
        """Return what was written or picked, "" for nothing."""
        return next(iter(self.held.get(name, ())), "")

    def values(self, name: str) -> frozenset[str]:
        """Return what was chosen of several."""
        return frozenset(self.held.get(name, ()))

    def changed(self, name: str, value: str | None = None) -> bool:
        """Whether a field is not as it was shown; one that the modal has not is as it was.

        `value`: whether that one box of it is not, where the field remembers the boxes.
        """
        if name not in self.held:
            return False
        if value is not None:
            return (value in self.held[name]) != (value in self.beside.get(name, "").split(","))
        return mark(self.held[name]) != self.shown.get(name)


def mark(values: Iterable[str]) -> str:
    """Return what tells a field's content from another."""
    text = repr(sorted(_tidy(values)))
    return hashlib.blake2s(text.encode(errors="replace"), digest_size=4).hexdigest()


def field_id(name: str, shown: Iterable[str], beside: str = "") -> str:
    """Return a field's custom id; `beside`: a few words more that it is to remember."""
    custom_id = f"{name}:{mark(shown)}"
    whole = f"{custom_id}:{beside}" if beside else custom_id
    return whole if len(whole) <= _LONGEST else custom_id


def _tidy(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for value in values if (text := value.strip()))


def _fields(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield what may be filled in, out of its labels (or the rows of before)."""
    for each in components:
        if "component" in each:
            yield each["component"]
        elif "components" in each:
            yield from _fields(each["components"])
        elif "custom_id" in each:
            yield each
