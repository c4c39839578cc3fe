"""What a service does for channels: composing what is due, and a sender for each platform.

Each is done under a lease of its own, by one service at a time: a service without a platform's
token must not keep the one that has it from sending.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.subscription import Channel
from hypecurve.holding import Leases
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.store import Store
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.presence import probe_suspended
from hypecurve.services.delivery.steps import Outcome
from hypecurve.services.digests.alerts import compose_alerts
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.digests.timing import renew_due
from hypecurve.services.keeping import Tidied, tidy

COMPOSE = "compose"
"""The lease for composing."""
_RENEW_DUE = timedelta(days=1)
"""A new time zone database comes with a new image, and at times under a running service."""
_TIDY = timedelta(days=1)

_log = structlog.get_logger(__name__)


def lease_of(platform: str) -> str:
    """Return the lease of a platform's sender."""
    return f"deliver {platform}"


class Composing:
    """Digests that are due and alerts, frozen for the senders."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        taxonomy: Taxonomy,
        leases: Leases,
        operator: Channel | None,
        pictured: frozenset[str] = frozenset(),
    ) -> None:
        """Begin nothing yet. `pictured`: the platforms whose digests show a curve."""
        self._store = store
        self._clock = clock
        self._taxonomy = taxonomy
        self._pictured = pictured
        self._leases = leases
        self._operator = operator
        self._renewed_at: datetime | None = None

    async def run(self) -> int:
        """Compose what is due; return how many deliveries there are to make by it."""
        if not await self._leases.hold(COMPOSE):
            return 0
        stop = self._leases.end_of(COMPOSE)
        store, clock, taxonomy = self._store, self._clock, self._taxonomy
        await self._renew_due()
        digests = await compose_due(
            store, clock, taxonomy, operator=self._operator, stop=stop, pictured=self._pictured
        )
        alerts = await compose_alerts(store, clock, taxonomy, stop=stop)
        if digests or alerts:
            _log.info("composed", digests=digests, alerts=alerts)
        return digests + alerts

    async def _renew_due(self) -> None:
        now = self._clock.now()
        if self._renewed_at is not None and now - self._renewed_at < _RENEW_DUE:
            return
        self._renewed_at = now
        try:
            moved = await renew_due(self._store, self._clock)
        except StoreUnavailable:
            self._renewed_at = None
            raise
        except Exception as error:  # noqa: BLE001 - what is due is composed all the same
            _log.error("due times cannot be put right", reason=f"{type(error).__name__}: {error}")
            return
        if moved:
            _log.info("due times put right by the time zones as they are now", count=moved)


class Keeping:
    """What is not kept any longer goes, once a day, where digests are composed."""

    def __init__(self, store: Store, clock: Clock, leases: Leases) -> None:
        """Delete nothing yet."""
        self._store = store
        self._clock = clock
        self._leases = leases
        self._done_at: datetime | None = None

    async def run(self) -> None:
        """Delete what is old, where that is due and no other service does it."""
        now = self._clock.now()
        if self._done_at is not None and timedelta(0) <= now - self._done_at < _TIDY:
            return
        if not await self._leases.hold(COMPOSE):
            return
        gone = await tidy(self._store, self._clock, self._leases.end_of(COMPOSE))
        self._done_at = now
        if gone != Tidied():
            _log.info(
                "deleted what is not kept any longer",
                texts=gone.texts,
                picks=gone.picks,
                tenants=len(gone.tenants),
                repos=gone.repos,
            )


class Sender:
    """What brings one platform's deliveries there."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        leases: Leases,
        platform: str,
        messenger: Messenger,
        invalid: InvalidAnswers,
        operator: Channel | None,
    ) -> None:
        """Begin nothing yet. `invalid` counts for the bot that serves too."""
        self.platform = platform
        self._store = store
        self._clock = clock
        self._leases = leases
        self._messenger = messenger
        self._invalid = invalid
        self._operator = operator
        self._term: asyncio.Event | None = None
        """The end of the lease under which this one became the platform's sender."""

    async def run(self) -> None:
        """Send what may be sent now, until nothing more is, or the lease is lost."""
        lease = lease_of(self.platform)
        if not await self._leases.hold(lease):
            await keep_count(self._store, self._clock, self._invalid, self._operator)
            return
        store, clock, end = self._store, self._clock, self._leases.end_of(lease)
        if end is not self._term:
            # Whoever sent before is dead or has stopped: what it left open waits for nobody.
            async with store.write() as tx:
                await tx.outbox.adopt(self.platform, clock.now())
            self._term = end
        await probe_suspended(store, clock, self.platform, self._messenger)
        await deliver_pending(
            store,
            clock,
            self.platform,
            self._messenger,
            invalid=self._invalid,
            operator=self._operator,
            tell=_tell,
            stop=end,
        )


async def keep_count(
    store: Store, clock: Clock, invalid: InvalidAnswers, operator: Channel | None
) -> None:
    """Write down what a bot was answered here, for whoever sends elsewhere."""
    if counted := invalid.count:
        async with store.write() as tx:
            await invalid.flush(tx, clock.now(), operator)
        invalid.taken(counted)


def _tell(outcome: Outcome) -> None:
    _log.info(
        "delivery tried",
        delivery=outcome.delivery_id,
        channel=str(outcome.channel),
        state=outcome.state.value,
        reason=outcome.reason,
    )
