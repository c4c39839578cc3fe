"""What the stand-in Slack is made of: faults, messages, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from standins import slack_rules


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a call goes wrong."""

    status: int = 200
    code: str = ""
    retry_after: float | None = None
    takes: bool = False
    """The call has its effect before it goes wrong."""
    drops: bool = False
    """The connection is cut instead of an answer."""
    nonsense: bool = False
    """A 200 that is no JSON, as a proxy on the way may give it."""
    seconds: float = 0.0
    """It takes that long before anything else happens."""

    DROPPED_AFTER: ClassVar[Fault]
    DROPPED_BEFORE: ClassVar[Fault]
    BROKEN: ClassVar[Fault]
    NONSENSE: ClassVar[Fault]

    @classmethod
    def limited(cls, seconds: float) -> Fault:
        """Return Slack's 429."""
        return cls(status=429, code="ratelimited", retry_after=seconds)

    @classmethod
    def refused(cls, code: str) -> Fault:
        """Return `{"ok": false, "error": code}` with a status of 200, as Slack refuses."""
        return cls(code=code)

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """Return a call that works, but late."""
        return cls(takes=True, seconds=seconds)


Fault.DROPPED_AFTER = Fault(takes=True, drops=True)
Fault.DROPPED_BEFORE = Fault(drops=True)
Fault.BROKEN = Fault(status=500)
Fault.NONSENSE = Fault(nonsense=True)


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """A message as a channel keeps it, or an answer for one person."""

    ts: str
    channel: str
    body: Mapping[str, Any]
    private: bool = False
    """Only the one who asked sees it."""
    user: str = ""
    """Whom it answers."""

    @property
    def text(self) -> str:
        """The fallback: notifications and screen readers."""
        return str(self.body.get("text", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its blocks."""
        return list(self.body.get("blocks", []))

    @property
    def thread_ts(self) -> str:
        """The message it replies to; "" for none."""
        return str(self.body.get("thread_ts", ""))

    @property
    def shown(self) -> str:
        """All that a reader sees."""
        return slack_rules.shown(self.body)

    @property
    def pings(self) -> list[str]:
        """What in it would notify people."""
        return slack_rules.pings(self.body)


@dataclass(slots=True)
class SlackChannel:
    """A channel and what was said in it."""

    id: str
    name: str
    member: bool = True
    archived: bool = False
    is_private: bool = False
    members: set[str] = field(default_factory=set)
    """The people in it; `member` says whether the app is."""
    refusing: str = ""
    """The code with which every message is refused; "" where it is not."""
    refusals: int | None = None
    """After so many more it refuses no longer; None: until somebody mends it."""
    messages: list[SlackMessage] = field(default_factory=list)
    """What everybody sees, thread replies among them, the oldest first."""
    private: list[SlackMessage] = field(default_factory=list)
    """What was answered to one person alone."""

    def refusal(self) -> str:
        """Return why the next message is refused, "" where it is taken; a refusal is counted."""
        if self.refusing:
            code, left = self.refusing, self.refusals
            self.refusals = left if left is None else left - 1
            if self.refusals == 0:
                self.refusing, self.refusals = "", None
            return code
        if self.archived:
            return "is_archived"
        return "" if self.member else "not_in_channel"


@dataclass(slots=True)
class SlackWorkspace:
    """A team that installed the app, with the token it was given."""

    team: str
    token: str
    channels: dict[str, SlackChannel] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    bot_user: str = "UBOT"
    gone: str = ""
    """The code of every answer to its token, like "token_revoked"; "" while it is good."""


@dataclass(slots=True)
class ResponseUrl:
    """Where the replies to one question go."""

    channel: str
    user: str
    replies: list[SlackMessage] = field(default_factory=list)
    pressed: SlackMessage | None = None
    """The message whose button it belongs to."""
