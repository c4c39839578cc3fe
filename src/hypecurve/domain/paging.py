"""A list that is longer than one answer: which part of it is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, counted from 1; `total`: how many the list holds in all."""

    number: int
    size: int
    total: int

    @classmethod
    def of(cls, wanted: int, size: int, total: int) -> Page:
        """Return the page that is wanted, or the nearest that there is."""
        last = max(-(-total // size), 1)
        return cls(min(max(wanted, 1), last), size, total)

    @property
    def before(self) -> int:
        """How many stand on the pages before it."""
        return (self.number - 1) * self.size

    @property
    def is_last(self) -> bool:
        """Whether none stands behind it."""
        return self.before + self.size >= self.total


def on_page(command: str, number: int) -> str:
    """Return the text of a command that asks for a page of its answer: `top 7d page 2`."""
    return f"{command} page {number}" if number > 1 else command
