"""Breakers: what keeps an outage from turning every digest into one that may have arrived.

The rows are the truth, shared by all processes; a sender remembers those that are not as new, so
that a platform that is well costs nothing. What may be under way at once grows with what arrives
and is halved by each trouble: an outage that begins meets few at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from hypecurve.domain.breaker import BUDGET, TROUBLES, Breaker
from hypecurve.domain.errors import SendError
from hypecurve.domain.retrying import left_alone
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Transaction
from hypecurve.wording import operator as words

_LUCK = secrets.SystemRandom()


class InvalidAnswers:
    """Counts the answers of a platform that lead to its ban, until they are written down.

    An instance is the callable that a messenger and a bot that serves are given.
    """

    def __init__(self, platform: str, budget: int = BUDGET) -> None:
        """Begin at none; `budget`: so many within ten minutes, over all processes."""
        self.platform = platform
        self.budget = budget
        self._count = 0

    def __call__(self) -> None:
        """Count one more."""
        self._count += 1

    async def flush(self, tx: Transaction, now: datetime, operator: Channel | None) -> None:
        """Write down what was counted; the breaker opens where the budget is spent.

        Call `taken` once that is committed. The operator is told at the budget's end.
        """
        before = await tx.reach.breaker(self.platform)
        after = before.spent(self._count, now, self.budget)
        await tx.reach.keep([after])
        if after.is_open(now) and not before.is_open(now):
            await _tell_opened(tx, operator, after, now)

    @property
    def count(self) -> int:
        """How many are not written down yet."""
        return self._count

    def taken(self, count: int) -> None:
        """So many are written down."""
        self._count -= count


class Breakers:
    """The breakers of one platform as its sender goes by them."""

    def __init__(self, platform: str, operator: Channel | None) -> None:
        """Know nothing yet: `look` comes first."""
        self._platform = platform
        self._operator = operator
        self._known: dict[str, Breaker] = {}
        self._room = TROUBLES

    async def look(self, tx: Transaction) -> None:
        """Read the shared rows."""
        self._known = dict(await tx.reach.breakers(self._platform))

    def room(self, now: datetime, at_once: int) -> int:
        """How many may be under way at once: none while the platform is left alone."""
        own = self._known.get(self._platform)
        if own is not None and own.is_open(now):
            return 0
        if own is not None and own.is_half_open(now):
            return 1
        return min(self._room, at_once)

    def barred(self, now: datetime) -> frozenset[Tenant]:
        """The tenants that are left alone."""
        return frozenset(tenant for tenant, breaker in self._of_tenants() if breaker.is_open(now))

    def tried_singly(self, now: datetime) -> frozenset[Tenant]:
        """The tenants that get one delivery at a time, to see whether they are well again."""
        return frozenset(
            tenant for tenant, breaker in self._of_tenants() if breaker.is_half_open(now)
        )

    def _of_tenants(self) -> Iterator[tuple[Tenant, Breaker]]:
        for key, breaker in self._known.items():
            platform, colon, name = key.partition(":")
            if colon:
                yield Tenant(platform, name), breaker

    def is_well(self, tenant: Tenant) -> bool:
        """Whether an answer in order changes nothing, so that nothing is to be written."""
        return not any(self._troubled(key) for key in (self._platform, str(tenant)))

    def _troubled(self, key: str) -> bool:
        breaker = self._known.get(key)
        return breaker is not None and (breaker.failures > 0 or breaker.openings > 0)

    def grow(self, at_once: int) -> None:
        """Something arrived: one more may be under way."""
        self._room = min(self._room + 1, at_once)

    def shrink(self) -> None:
        """Something went wrong on the platform's side: half as many may be under way."""
        self._room = max(TROUBLES, self._room // 2)

    async def answered(self, tx: Transaction, tenant: Tenant, now: datetime) -> None:
        """Write that a platform and a tenant answered in order."""
        for key in (self._platform, str(tenant)):
            if self._troubled(key):
                await self._keep(tx, (await tx.reach.breaker(key)).succeeded(now))

    async def troubled(
        self, tx: Transaction, tenant: Tenant, error: SendError, now: datetime
    ) -> None:
        """Write one more trouble of a platform and a tenant."""
        for key in (self._platform, str(tenant)):
            before = await tx.reach.breaker(key)
            await self._keep(tx, before.failed(now, str(error), _LUCK.random()))

    async def refused(self, tx: Transaction, error: SendError, now: datetime) -> None:
        """Write that a platform refuses us as a whole; the operator is told, once a day."""
        before = await tx.reach.breaker(self._platform)
        after = before.opened(now, left_alone(error), str(error))
        await self._keep(tx, after)
        if not before.is_open(now):
            await _tell_opened(tx, self._operator, after, now)

    async def _keep(self, tx: Transaction, breaker: Breaker) -> None:
        await tx.reach.keep([breaker])
        if breaker == Breaker(breaker.key):
            self._known.pop(breaker.key, None)
        else:
            self._known[breaker.key] = breaker


async def _tell_opened(
    tx: Transaction, operator: Channel | None, breaker: Breaker, now: datetime
) -> None:
    if operator is None:
        return
    key = f"{breaker.key} left alone {now:%Y-%m-%d}"
    message = words.left_alone(breaker.key, breaker.reason, breaker.open_until or now)
    await tx.digests.notify(operator, key, message, now)
