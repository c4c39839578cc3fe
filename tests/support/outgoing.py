"""A made-up chat that fails in every way when told to, and the shortest way to send to it."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypecurve.adapters.clock import SetClock
from hypecurve.domain.delivery import Delivery, DeliveryState, StepKind
from hypecurve.domain.errors import SendError, StoreUnavailable
from hypecurve.domain.message import Message, MessageKind, Section, SectionKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Frozen, Outcome, Store, Transaction
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.services.delivery.deliver import deliver_pending
from support.databases import NOW

SHORT = Message(MessageKind.DIGEST, "short")
LONG = Message(MessageKind.DIGEST, "long", overflow=(Section(SectionKind.PLAIN, "More", ()),))
ALERT = Message(MessageKind.ALERT, "acme/flashkv at 8.6x its pace")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a channel for everybody to read."""

    key: str
    channel: Channel
    message: Message
    step: StepKind
    ref: str
    id: str


@dataclass
class MadeUpChat:
    """Takes every message, once under each key, until it is told to fail.

    `trouble`: how the next calls to a channel end (None: well); True beside it: the platform
    takes the message all the same, and only the answer is lost. `down`: how all others end.
    """

    at_once: int = 400
    drops_repeats_for: timedelta = timedelta(0)
    """So long it takes what comes under one key as one; any longer is not tried here."""
    trouble: dict[Channel, deque[tuple[BaseException | None, bool]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    down: SendError | None = None
    announces: set[Channel] = field(default_factory=set)
    forums: set[Channel] = field(default_factory=set)
    gone: dict[Tenant, SendError] = field(default_factory=dict)
    calls: list[tuple[Channel, StepKind, str]] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)
    probes: list[Tenant] = field(default_factory=list)
    most_at_once: int = 0
    goes_on: asyncio.Event | None = None
    """Every call waits for it, where there is one."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    _under_way: list[Channel] = field(default_factory=list)

    def fail(self, channel: Channel, *errors: BaseException | None, posted: bool = False) -> None:
        """Let the next calls to a channel end so."""
        self.trouble[channel].extend((error, posted) for error in errors)

    async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
        """The place or the picture, the post, the thread behind it, and the publishing."""
        place = (StepKind.PLACE,) if channel in self.forums else ()
        upload = (StepKind.UPLOAD,) if message.picture else ()
        thread = (StepKind.THREAD,) if message.overflow else ()
        publish = (StepKind.PUBLISH,) if channel in self.announces else ()
        return (*place, *upload, StepKind.POST, *thread, *publish)

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Take a message, or fail."""
        assert channel not in self._under_way, "one at a time for each channel"
        self._under_way.append(channel)
        self.most_at_once = max(self.most_at_once, len(self._under_way))
        try:
            self.begun.set()
            await (self.goes_on.wait() if self.goes_on else asyncio.sleep(0))
            return self._take(channel, message, step, key, ref)
        finally:
            self._under_way.remove(channel)

    def _take(self, channel: Channel, message: Message, step: StepKind, key: str, ref: str) -> str:
        self.calls.append((channel, step, key))
        queue = self.trouble[channel]
        error, posted = queue.popleft() if queue else (self.down, False)
        if error is not None and not posted:
            raise error
        known = [each for each in self.standing if self.drops_repeats_for and each.key == key]
        if known:
            return known[0].id
        self.standing.append(
            Standing(key, channel, message, step, ref, f"id-{len(self.standing) + 1}")
        )
        if error is not None:
            raise error
        return self.standing[-1].id

    async def probe(self, tenant: Tenant) -> None:
        """Say whether the app is installed in a tenant."""
        self.probes.append(tenant)
        if tenant in self.gone:
            raise self.gone[tenant]

    def read_in(self, channel: Channel) -> list[str]:
        """What can be read in a channel: notification lines, oldest first."""
        return [each.message.notification for each in self.standing if each.channel == channel]


@dataclass(eq=False)
class Interrupted:
    """A store that can be out of reach: always, or once a commit was made that nobody heard of."""

    store: Store
    is_away: bool = False
    losses: int = 0
    """So many of the next commits are made, and their answers lost."""
    asked: int = 0
    commits: int = 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Read, where it is there."""
        self._ask()
        async with self.store.read() as tx:
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Write, where it is there."""
        self._ask()
        async with self.store.write() as tx:
            yield tx
        self.commits += 1
        if self.losses:
            self.losses -= 1
            raise StoreUnavailable

    async def wipe(self) -> bool:
        """As the store, where it is there."""
        self._ask()
        return await self.store.wipe()

    def _ask(self) -> None:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable


def at(number: int, tenant: str = "T1") -> Channel:
    """Channel `number` of a Slack workspace."""
    return Channel(Tenant("slack", tenant), f"C{number}")


async def put(
    store: Store, channel: Channel, message: Message = SHORT, due_at: datetime = NOW
) -> int:
    """Freeze a digest; return the id of its delivery."""
    await put_all(store, [channel], message, due_at)
    async with store.read() as tx:
        return (await tx.outbox.recent(channel, 1))[0].delivery.id


async def put_all(
    store: Store, channels: Iterable[Channel], message: Message = SHORT, due_at: datetime = NOW
) -> None:
    """Freeze a digest for each channel, in this order."""
    async with store.write() as tx:
        ids = [(await tx.subscriptions.hold(channel)).id for channel in channels]
        frozen = [Frozen(key, due_at, (0, 1), Outcome.TOLD, (), message) for key in ids]
        assert None not in await tx.digests.freeze(frozen, due_at)


async def send(
    store: Store,
    clock: SetClock,
    chat: MadeUpChat,
    *,
    operator: Channel | None = None,
    invalid: InvalidAnswers | None = None,
) -> list[DeliveryState]:
    """Send what may be sent to Slack now; how each try ended, in the order of their ends."""
    ended = []
    await deliver_pending(
        store,
        clock,
        "slack",
        chat,
        operator=operator,
        invalid=invalid,
        tell=lambda outcome: ended.append(outcome.state),
    )
    return ended


async def found(store: Store, delivery_id: int) -> Delivery:
    """One delivery as it is kept."""
    async with store.read() as tx:
        sending = await tx.outbox.find(delivery_id)
    assert sending is not None
    return sending.delivery


async def state_of(store: Store, delivery_id: int) -> tuple[DeliveryState, list[DeliveryState]]:
    """Where a delivery and its steps stand."""
    delivery = await found(store, delivery_id)
    return delivery.state, [step.state for step in delivery.steps]


async def kept(store: Store, channel: Channel) -> list[DeliveryState]:
    """Where the deliveries of a channel stand, oldest first."""
    async with store.read() as tx:
        return [each.delivery.state for each in reversed(await tx.outbox.recent(channel, 100))]


def shown(chat: MadeUpChat) -> list[tuple[StepKind, str]]:
    """Return what was done, each with what it went on from."""
    return [(each.step, each.ref) for each in chat.standing]
