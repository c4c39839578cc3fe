"""The custom ids of our controls: all that a control knows, so that it works after any restart.

`hype:do:COMMAND` asks the desk that command, `hype:page:COMMAND` for a page in the place of the one
that is shown, `hype:repo` and `hype:pick:N` are selects whose choices are repos and commands,
`hype:tune` opens the form, `hype:compare:OWNER/NAME` (or `#ID`) asks what to compare with, and
`hype:more:MASK:N` tells what found no room in a post.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.repo import RepoName
from hypecurve.wording.asked import own_id
from hypecurve.wording.cut import length

LIMIT = 100
"""UTF-16 units of a custom id, and of an option's value."""
PATTERN = r"hype:(?:do|page|repo|pick|tune|compare|more)(?::(?s:.*))?"
"""Every id of ours, this version's and those that older ones left behind."""


@dataclass(frozen=True, slots=True)
class Do:
    """A command, written as after `/hype`."""

    command: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A command that asks for another page of the list that is shown."""

    command: str


@dataclass(frozen=True, slots=True)
class OpenRepo:
    """A select of repos; a choice's value is a repo's name or its id."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A select of commands; a choice's value is one. `place`: which of the post's selects it is."""

    place: int = 0


@dataclass(frozen=True, slots=True)
class Tune:
    """Opens the form of what the channel hears."""


@dataclass(frozen=True, slots=True)
class Compare:
    """Asks which repos to hold this one against."""

    repo: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Tells what found no room: bit n of `mask` is option n of the post's own select of repos.

    `total`: how many were left out, those that the select has no room for among them.
    """

    mask: int
    total: int


Pressed = Do | Turn | OpenRepo | Pick | Tune | Compare | LeftOut
_PLACES = 2
"""Digits."""
_MORE = re.compile(r"([0-9a-f]{1,7}):([0-9]{1,9})")


def encode(pressed: Pressed) -> str:
    """Return the custom id of a control; "" where what it says is empty, or too long for one."""
    match pressed:
        case Do(command):
            written = f"hype:do:{command}" if command.strip() else ""
        case Turn(command):
            written = f"hype:page:{command}" if command.strip() else ""
        case OpenRepo():
            written = "hype:repo"
        case Pick(place):
            written = f"hype:pick:{place}"
        case Tune():
            written = "hype:tune"
        case Compare(repo):
            written = f"hype:compare:{repo}" if _is_repo(repo) else ""
        case LeftOut(mask, total):
            written = f"hype:more:{mask:x}:{total}"
    return written if length(written, utf16=True) <= LIMIT else ""


def decode(custom_id: str) -> Pressed | None:
    """Return what a control asks for; None for an id that is none of ours, or says nothing."""
    ours, _, rest = custom_id.partition(":")
    kind, _, value = rest.partition(":")
    found: Pressed | None = None
    if ours != "hype":
        return None
    match kind:
        case "do" if value.strip():
            found = Do(value)
        case "page" if value.strip():
            found = Turn(value)
        case "compare" if _is_repo(value):
            found = Compare(value)
        case "more" if (told := _MORE.fullmatch(value)) is not None:
            found = LeftOut(int(told[1], 16), int(told[2]))
        case "pick" if value.isascii() and value.isdigit() and len(value) <= _PLACES:
            found = Pick(int(value))
        case "repo":
            found = OpenRepo()
        case "tune":
            found = Tune()
    return found


def _is_repo(text: str) -> bool:
    """Whether it names a repo, or is the id of one whose name would be too long."""
    if own_id(text) is not None:
        return True
    try:
        return str(RepoName.parse(text)) == text
    except BadRepoName:
        return False
