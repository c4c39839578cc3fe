"""Presence: channels that refuse, tenants that are gone, and how both come back.

Nothing is deleted. A pause ends with the first message that arrives, or when the platform says
that its cause is gone; a suspension ends when the tenant answers again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from hypecurve.domain.clocks import lies_ahead
from hypecurve.domain.errors import HypecurveError, PlatformRefused, SendError, TenantRefused
from hypecurve.domain.retrying import until_probe
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.store import Pause, Store, Suspension, Transaction
from hypecurve.services.delivery.pausing import close_down
from hypecurve.wording import operator as operator_words
from hypecurve.wording.greeting import greeting

_NOT_NOW = timedelta(minutes=10)
"""A tenant of which nobody can say anything now is asked again after that."""
_AT_ONCE = 20
"""Tenants asked in one go: the others are asked next."""
NEW = timedelta(days=7)
"""So long after the bot joined a tenant it greets there still."""
GREETING = "greeting"
"""The key of the one greeting that a channel gets."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a tenant cannot be reached."""

    reason: str
    removed: bool = False
    """It surely removed the app."""


class Presence:
    """What platforms tell of places by themselves: `ports.Events` over a store."""

    def __init__(self, store: Store, clock: Clock, operator: Channel | None = None) -> None:
        """Listen for all platforms; `operator`: who hears of tenants that are gone."""
        self._store = store
        self._clock = clock
        self._operator = operator

    async def channel_open(self, channel: Channel) -> None:
        """End a channel's pause, where it has one; not where an invitation is waited for."""

        async def resume() -> None:
            pause = (await self._paused(channel.tenant)).get(channel)
            if pause is not None and pause.probe_at is not None:
                async with self._store.write() as tx:
                    await tx.reach.resume(channel)
                _log.info("a channel takes messages again", channel=str(channel))

        await _or_logged(resume)

    async def channel_joined(self, channel: Channel, locale: str) -> None:
        """End a channel's pause and greet there, once for ever, unless it hears something."""

        async def greet() -> None:
            async with self._store.write() as tx:
                await tx.reach.resume(channel)
                listener = await tx.subscriptions.listener(channel)
                if listener is None or not (listener.subscriptions or listener.followed):
                    message = greeting((listener and listener.locale) or locale)
                    await tx.digests.notify(channel, GREETING, message, self._clock.now())

        await _or_logged(greet)

    async def tenant_met(self, channel: Channel, locale: str, since: datetime) -> None:
        """Greet a tenant that the bot joined lately, while nobody listened: once, if it is unknown.

        One that had it for longer without ever using it needs no greeting any more.
        """
        if not self._clock.now() - NEW <= since:
            return

        async def greet() -> None:
            async with self._store.write() as tx:
                if not await tx.forgetting.knows(channel.tenant):
                    await tx.digests.notify(channel, GREETING, greeting(locale), self._clock.now())

        await _or_logged(greet)

    async def channel_closed(self, channel: Channel, code: str, reason: str) -> None:
        """Pause a channel that takes no messages any more; who set it up is told.

        Of the codes in `FOR_GOOD` nothing is tried any more: only an invitation ends those.
        """

        async def close() -> None:
            async with self._store.write() as tx:
                listener = await tx.subscriptions.listener(channel)
                if listener is not None and (listener.subscriptions or listener.followed):
                    await close_down(tx, channel, (code, reason), self._clock.now(), self._operator)

        await _or_logged(close)

    async def channel_moved(self, old: Channel, new: Channel) -> None:
        """Let a channel go on under a new id: what the old one refused is tried there."""

        async def move() -> None:
            async with self._store.write() as tx:
                if await tx.subscriptions.move(old, new):
                    await tx.reach.resume(new)
                    _log.info("a channel moved", old=str(old), new=str(new))

        await _or_logged(move)

    async def tenant_changed(self, tenant: Tenant) -> None:
        """Let the paused channels of a tenant be tried again at once."""

        async def probe() -> None:
            if not await self._paused(tenant):
                return
            now = self._clock.now()
            async with self._store.write() as tx:
                for channel, pause in (await tx.reach.paused(tenant)).items():
                    if pause.probe_at is not None:
                        sooner = replace(pause, probe_at=min(pause.probe_at, now))
                        await tx.reach.pause(channel, sooner)

        await _or_logged(probe)

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        """Suspend a tenant: what is queued for it is dropped, what it set up stays for a while."""
        await self._suspend(tenant, Gone(reason, removed=True))

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        """Suspend a tenant that may have us still: what it set up stays."""
        await self._suspend(tenant, Gone(reason))

    async def _suspend(self, tenant: Tenant, why: Gone) -> None:
        async def leave() -> None:
            async with self._store.write() as tx:
                # What was forgotten is not known again by a word that comes late.
                if await tx.forgetting.knows(tenant):
                    await suspend(tx, tenant, why, self._clock.now(), self._operator)

        await _or_logged(leave)

    async def tenant_here(self, tenant: Tenant) -> None:
        """End a tenant's suspension, where it has one."""

        async def come_back() -> None:
            async with self._store.read() as tx:
                suspended = await tx.reach.suspended([tenant.platform])
            if tenant in {each.tenant for each in suspended}:
                await _restore(self._store, tenant)

        await _or_logged(come_back)

    async def _paused(self, tenant: Tenant) -> Mapping[Channel, Pause]:
        async with self._store.read() as tx:
            return await tx.reach.paused(tenant)


async def _or_logged(change: Callable[[], Awaitable[None]]) -> None:
    """Whoever tells us of a place cannot mend our database: the next sending finds it out."""
    try:
        await change()
    except HypecurveError as error:
        _log.warning("what a platform told was not kept", reason=str(error))


async def suspend(
    tx: Transaction, tenant: Tenant, why: Gone, now: datetime, operator: Channel | None
) -> None:
    """Suspend a tenant that is gone, or go on with that; the operator is told once.

    One that removed the app has done so, whatever is heard of it later, until it is back.
    """
    known = {each.tenant: each for each in await tx.reach.suspended([tenant.platform])}
    before = known.get(tenant)
    found = Suspension(tenant, now, why.reason, now + until_probe(1), removed=why.removed)
    if before is not None:
        found = _refused_again(before, now, removed=why.removed)
        found = replace(found, reason=why.reason)
    await tx.reach.suspend(found)
    # One that is told of in the tenant that is gone would be told when it is back: never.
    if before is None and operator is not None and operator.tenant != tenant:
        key = f"suspended {tenant} {now:%Y-%m-%dT%H:%M:%S}"
        message = operator_words.suspended(str(tenant), why.reason)
        await tx.digests.notify(operator, key, message, now)


async def probe_suspended(
    store: Store, clock: Clock, platform: str, messenger: Messenger
) -> list[Tenant]:
    """Ask suspended tenants whose time has come whether the app is there again; return who is."""
    now = clock.now()
    async with store.read() as tx:
        found = await tx.reach.suspended([platform])
    due = sorted((each.probe_at, each.tenant) for each in found if _is_due(each, now))
    asked = {each.tenant: each for each in found}
    back = []
    for _, tenant in due[:_AT_ONCE]:
        try:
            await messenger.probe(tenant)
        except SendError as error:
            await _ask_again(store, asked[tenant], error, clock.now())
            if isinstance(error, PlatformRefused):
                break
        else:
            await _restore(store, tenant)
            back.append(tenant)
    return back


def _is_due(item: Suspension, now: datetime) -> bool:
    """Whether a tenant is to be asked; also where a clock that was wrong put that off."""
    return item.probe_at <= now or lies_ahead(item.probe_at, now + until_probe(item.refusals))


def _refused_again(found: Suspension, now: datetime, *, removed: bool) -> Suspension:
    """Go on with a suspension; from when the app was surely removed it counts anew."""
    refusals = found.refusals + 1
    later = replace(found, probe_at=now + until_probe(refusals), refusals=refusals)
    if removed and not found.removed:
        later = replace(later, since=now, removed=True)
    return later


async def _ask_again(store: Store, found: Suspension, error: SendError, now: datetime) -> None:
    later = replace(found, probe_at=now + _NOT_NOW)
    if isinstance(error, TenantRefused):
        later = _refused_again(found, now, removed=error.removed)
    async with store.write() as tx:
        # It may have come back while it was asked.
        if found.tenant in {each.tenant for each in await tx.reach.suspended()}:
            await tx.reach.suspend(later)


async def _restore(store: Store, tenant: Tenant) -> None:
    async with store.write() as tx:
        await tx.reach.restore(tenant)
    _log.info("a tenant is back", tenant=str(tenant))
