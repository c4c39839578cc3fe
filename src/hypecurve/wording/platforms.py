"""What is different from one platform to the next in what people are told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """How a platform is called, and what it has that others have not."""

    title: str
    has_roles: bool = False
    """A message may call the people of a role."""


_KNOWN = {
    "slack": Platform("Slack"),
    "discord": Platform("Discord", has_roles=True),
}


def platform_of(name: str) -> Platform:
    """Return a platform by the name it has in channels; one that is not known has nothing more."""
    return _KNOWN.get(name) or Platform(name.capitalize())
