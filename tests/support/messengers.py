"""A messenger that keeps what it is given: whole in what it promises, and told when to fail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import SendError
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it on the way."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One call that reached the platform."""

    channel: Channel
    message: Message
    step: StepKind
    key: str
    ref: str
    id: str


@dataclass
class MemoryMessenger:
    """Posts in two steps where a message has an overflow, as the real ones do."""

    posts: list[Posted] = field(default_factory=list)
    calls: list[tuple[StepKind, str]] = field(default_factory=list)
    """(step, key) of every call, those that failed too."""
    before_call: Callable[[], None] = lambda: None
    at_once: int = 400
    drops_repeats_for: timedelta = timedelta(0)
    probes: list[Tenant] = field(default_factory=list)
    """Every tenant that was asked for, in order."""
    gone: dict[Tenant, SendError] = field(default_factory=dict)
    """What a probe of a tenant raises."""
    _troubles: deque[tuple[BaseException | None, bool]] = field(default_factory=deque)

    def then_fail(self, error: BaseException | None, *, posted: bool = False) -> None:
        """Let the next call fail (None: go well); calls before it are queued first.

        `posted`: the platform takes the message all the same, and only the answer is lost.
        """
        self._troubles.append((error, posted))

    async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
        """The picture, the post, and the thread behind it."""
        del channel
        upload = (StepKind.UPLOAD,) if message.picture else ()
        thread = (StepKind.THREAD,) if message.overflow else ()
        return (*upload, StepKind.POST, *thread)

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Keep the post and return its id."""
        self.before_call()
        self.calls.append((step, key))
        error, posted = self._troubles.popleft() if self._troubles else (None, True)
        if error is not None and not posted:
            raise error
        made = Posted(channel, message, step, key, ref, f"post-{len(self.posts) + 1}")
        self.posts.append(made)
        if error is not None:
            raise error
        return made.id

    async def probe(self, tenant: Tenant) -> None:
        """Raise what was put down for the tenant."""
        self.probes.append(tenant)
        if tenant in self.gone:
            raise self.gone[tenant]
