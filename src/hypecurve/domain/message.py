"""What to say, for no platform in particular: a neutral message that every renderer understands.

Everything in a message may hold text from outside. Renderers escape all of it; nothing here is
markup. Texts are already in the reader's language. A message is frozen as JSON with its digest;
`type` tells the inline parts apart when it is read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from hypecurve.domain.chart import Picture
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel


class Style(StrEnum):
    """How a run of text stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text."""

    text: str
    style: Style = Style.PLAIN
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads somewhere; `url` is ours or GitHub's, never taken from a description."""

    text: str
    url: str
    style: Style = Style.PLAIN
    type: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, shown in the reader's own zone where the platform can; `fallback` where not."""

    at: datetime
    fallback: str
    form: Literal["time", "date", "datetime"] = "datetime"
    type: Literal["moment"] = "moment"


@dataclass(frozen=True, slots=True)
class Bars:
    """A little curve drawn with block characters; left out of spoken forms."""

    text: str
    type: Literal["bars"] = "bars"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, shown by the name that readers know it by where the platform can."""

    channel: Channel
    type: Literal["place"] = "place"

    @property
    def text(self) -> str:
        """Its id: what there is to say where nobody knows its name."""
        return self.channel.id

    @property
    def style(self) -> Style:
        """It stands out by itself, if at all."""
        return Style.PLAIN


@dataclass(frozen=True, slots=True)
class Role:
    """People of a tenant who are called by one name; to show it calls nobody."""

    id: str
    type: Literal["role"] = "role"

    @property
    def text(self) -> str:
        """How it is mentioned: what there is to say where nobody knows its name."""
        return f"<@&{self.id}>"

    @property
    def style(self) -> Style:
        """It stands out by itself, if at all."""
        return Style.PLAIN


Inline = Text | Link | Moment | Bars | Place | Role
Line = tuple[Inline, ...]


class SectionKind(StrEnum):
    """What a section speaks of; renderers choose colours by it."""

    YOURS = "yours"
    RISING = "rising"
    NEW = "new"
    QUIET = "quiet"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Entry:
    """One repo (or one item) of a section: a head line and lines of detail below it."""

    lines: tuple[Line, ...]
    repo_id: RepoId | None = None
    repo_name: str = ""
    spoken: str = ""
    """The same in words, for the notification and screen readers."""


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading. An empty heading: no heading."""

    kind: SectionKind
    heading: str
    entries: tuple[Entry, ...]


class Action(StrEnum):
    """What a control does when it is used."""

    OPEN_REPO = "open-repo"
    TUNE = "tune"
    """Opens what the channel hears, to be changed."""
    SUBSCRIBE = "subscribe"
    """The same, for a channel that hears nothing yet."""
    PREVIEW = "preview"
    SHARE = "share"
    MORE = "more"
    WHY = "why"
    CURVE = "curve"
    FOLLOW = "follow"
    MUTE = "mute"
    COMPARE = "compare"
    MISPLACED = "misplaced"
    """Says that a repo belongs elsewhere; asks where."""
    PAUSE = "pause"
    RESUME = "resume"
    DO = "do"
    """Any other command, as its value says."""
    SHOW = "show"
    """A digest that may not have arrived, for who asks."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a select."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """A button, or a select where it has choices. `value` is ours: an id or a command."""

    action: Action
    label: str
    value: str = ""
    choices: tuple[Choice, ...] = ()
    url: str = ""


class MessageKind(StrEnum):
    """What the message is, for colour and for the log."""

    DIGEST = "digest"
    FIRST = "first"
    CARD = "card"
    LIST = "list"
    HELP = "help"
    NOTICE = "notice"
    ALERT = "alert"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """Title, sections, picture, controls; `overflow` goes into the thread or behind "more".

    `notification` is the one line a phone shows; `locale` a Babel name such as "en" or "zh_CN".
    """

    kind: MessageKind
    notification: str
    title: str = ""
    subtitle: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()
    overflow: tuple[Section, ...] = ()
    footer: tuple[Line, ...] = ()
    controls: tuple[Control, ...] = ()
    locale: str = "en"
    picture: Picture | None = None
    calls: str = ""
    """The platform's id of a role that is to be called with it; "" nobody is."""
