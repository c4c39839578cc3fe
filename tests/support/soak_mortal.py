"""A sender that dies: from some call on nothing it does is kept, as after SIGKILL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger
from hypecurve.ports.store import Store, Transaction


class Killed(BaseException):
    """The process is gone: nothing catches it on the way."""


class Mortal:
    """A store and a messenger that end together."""

    def __init__(self, store: Store, messenger: Messenger) -> None:
        """Live on, unless told otherwise."""
        self.dead = False
        self.store: Store = _MortalStore(store, self)
        self.messenger: Messenger = _MortalMessenger(messenger, self)
        self._calls = 0
        self._dies_at = self._still_at = 0
        self._before = False
        self._still_for = timedelta()

    def die_at(self, call: int, *, before: bool) -> None:
        """Die at that call to the platform, before it or when it has its answer."""
        self._dies_at, self._before = call, before

    def stand_still_at(self, call: int, span: timedelta) -> None:
        """Hold back the answer of that call for so long."""
        self._still_at, self._still_for = call, span

    def check(self) -> None:
        """Killed where it is over."""
        if self.dead:
            raise Killed

    async def post(self, made: Messenger, *what: object, key: str, ref: str) -> str:
        """Make one call, as far as it gets."""
        self.check()
        self._calls += 1
        number = self._calls
        if number == self._dies_at and self._before:
            self.dead = True
        self.check()
        try:
            return await made.post(*what, key=key, ref=ref)  # type: ignore[arg-type]  # handed on
        finally:
            if number == self._still_at:
                await asyncio.sleep(self._still_for.total_seconds())
            if number == self._dies_at:
                self.dead = True
                self.check()


class _MortalStore:
    def __init__(self, store: Store, life: Mortal) -> None:
        self._store = store
        self._life = life

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """As the store's own, while it lives."""
        self._life.check()
        async with self._store.read() as tx:
            yield tx
            self._life.check()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """As the store's own; what is not committed when it dies never is."""
        self._life.check()
        async with self._store.write() as tx:
            yield tx
            self._life.check()

    async def wipe(self) -> bool:
        """As the store's own, while it lives."""
        self._life.check()
        return await self._store.wipe()


class _MortalMessenger:
    def __init__(self, messenger: Messenger, life: Mortal) -> None:
        self._messenger = messenger
        self._life = life

    @property
    def at_once(self) -> int:
        """As the messenger's own."""
        return self._messenger.at_once

    @property
    def drops_repeats_for(self) -> timedelta:
        """As the messenger's own."""
        return self._messenger.drops_repeats_for

    async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
        """As the messenger's own, while it lives."""
        self._life.check()
        return await self._messenger.steps(channel, message)

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """As the messenger's own, as long as it lives."""
        return await self._life.post(self._messenger, channel, message, step, key=key, ref=ref)

    async def probe(self, tenant: Tenant) -> None:
        """As the messenger's own, while it lives."""
        self._life.check()
        await self._messenger.probe(tenant)
