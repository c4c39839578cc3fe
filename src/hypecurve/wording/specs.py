"""What a command is made of, for the table in `commands`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OptionKind = Literal[
    "categories",
    "category",
    "kinds",
    "time",
    "zone",
    "days",
    "window",
    "repo",
    "span",
    "number",
    "left-out",
    "hours",
    "choice",
    "text",
    "tongue",
    "role",
]


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One option of a command. `choices` are all there is to choose from, where that is so."""

    name: str
    help: str
    kind: OptionKind | Literal["topic"]
    required: bool = False
    choices: tuple[str, ...] = ()
    word: str = ""
    """What stands before the value in the text of the command."""

    def written(self, value: str) -> str:
        """Return the value as the text of a command has it: `min 1000`; a role's id as `<@&42>`."""
        if self.kind == "role" and value.isdecimal():
            value = f"<@&{value}>"
        return f"{self.word} {value}".strip()


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command. A bot with typed options joins them as `written`, with spaces, in this order.

    `manages`: it changes what a channel hears, so that a bot may ask for the right to do so.
    """

    name: str
    help: str
    usage: str
    """What is written after the name, for a person."""
    example: str
    options: tuple[OptionSpec, ...] = ()
    manages: bool = False
    group: str = ""
    """A word that may stand before its name: `/hype set language` is `/hype language`. A platform
    with a limited number of places gathers those of one group under it."""
    platforms: tuple[str, ...] = ()
    """On which alone it does something, like "discord"; empty: on all."""
    elsewhere: str = ""
    """What is said of it on the others."""

    @property
    def path(self) -> str:
        """What is written before its options, everywhere: `set language`."""
        return f"{self.group} {self.name}".strip()

    def is_for(self, platform: str) -> bool:
        """Whether it does something on a platform; "" stands for any."""
        return not (platform and self.platforms) or platform in self.platforms
