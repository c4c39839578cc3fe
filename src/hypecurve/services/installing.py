"""Installing: the tokens of tenants, sealed where they are kept, open only in our hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import structlog

from hypecurve.domain.errors import HypecurveError, KeyLost
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Clock, Sealer
from hypecurve.ports.store import Store

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SealedInstallations:
    """`ports.Installations` over a store."""

    store: Store
    clock: Clock
    sealer: Sealer

    async def find(self, tenant: Tenant) -> Installation | None:
        """Return a tenant's installation; KeyLost where no key opens its tokens.

        What an older key sealed is sealed anew with the first one, now or the next time.
        """
        kept = await self._kept(tenant)
        if kept is None:
            return None
        found = replace(kept, secret=self.sealer.open(kept.secret))
        if not self.sealer.is_fresh(kept.secret):
            try:
                await self._reseal(kept, found.secret)
            except HypecurveError as error:
                _log.warning("tokens were not sealed anew", tenant=str(tenant), reason=str(error))
        return found

    async def fresh(self, tenant: Tenant) -> bool:
        """Seal a tenant's tokens with the first key; False where they are not there any more.

        KeyLost where no key opens them, StoreUnavailable where they cannot be written.
        """
        while (kept := await self._kept(tenant)) is not None:
            if self.sealer.is_fresh(kept.secret):
                return True
            # Where it fails they have just changed: in whose hands, the next look tells.
            await self._reseal(kept, self.sealer.open(kept.secret))
        return False

    async def _kept(self, tenant: Tenant) -> Installation | None:
        async with self.store.read() as tx:
            return await tx.installations.find(tenant)

    async def _reseal(self, kept: Installation, secret: str) -> bool:
        sealed, at = self.sealer.seal(secret), kept.at or self.clock.now()
        async with self.store.write() as tx:
            return await tx.installations.replace(kept, sealed, at)

    async def keep(self, installation: Installation) -> None:
        """Keep an installation, sealed; BadSetting without a key."""
        sealed = replace(installation, secret=self.sealer.seal(installation.secret))
        async with self.store.write() as tx:
            await tx.installations.keep(sealed, self.clock.now())

    async def replace(self, before: Installation, secret: str) -> bool:
        """Keep other tokens of an installation; False where those of `before` are not kept."""
        sealed = self.sealer.seal(secret)
        while (kept := await self._still(before.tenant, before.secret)) is not None:
            async with self.store.write() as tx:
                if await tx.installations.replace(kept, sealed, self.clock.now()):
                    return True
            # They may only have been sealed anew.
        return False

    async def remove(self, tenant: Tenant, secret: str | None = None) -> bool:
        """Forget a tenant's tokens; with `secret`: only where those are kept."""
        if secret is None:
            async with self.store.write() as tx:
                return await tx.installations.remove(tenant)
        while (kept := await self._still(tenant, secret)) is not None:
            async with self.store.write() as tx:
                if await tx.installations.remove(tenant, kept.secret):
                    return True
        return False

    async def merge(self, tenant: Tenant, into: Tenant) -> int:
        """Let a tenant's channels go on as another one's, and forget its tokens; one transaction.

        Returns how many channels went.
        """
        async with self.store.write() as tx:
            channels = await tx.installations.merge(tenant, into)
            await tx.installations.remove(tenant)
            await tx.reach.restore(tenant)
        return channels

    async def _still(self, tenant: Tenant, secret: str) -> Installation | None:
        """Return what is kept, sealed, where it is these tokens."""
        kept = await self._kept(tenant)
        return kept if kept is not None and self.sealer.open(kept.secret) == secret else None


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of the sealed tokens: how many the first key seals now, whose no key opens."""

    anew: int
    already: int
    lost: tuple[Installation, ...]


async def reseal(store: Store, clock: Clock, sealer: Sealer, platforms: Iterable[str]) -> Resealed:
    """Seal all tokens with the first key: then the others may go. BadSetting without a key.

    One at a time: what another service changes meanwhile is looked at again.
    """
    sealer.seal("")
    installations = SealedInstallations(store, clock, sealer)
    anew, already, lost = 0, 0, list[Installation]()
    for kept in await _all(store, platforms):
        if sealer.is_fresh(kept.secret):
            already += 1
            continue
        try:
            anew += await installations.fresh(kept.tenant)
        except KeyLost:
            lost.append(kept)
    return Resealed(anew, already, tuple(lost))


async def lost_keys(store: Store, sealer: Sealer, platforms: Iterable[str]) -> list[Installation]:
    """Return the installations whose tokens no key opens."""
    return [kept for kept in await _all(store, platforms) if not _opens(sealer, kept)]


async def _all(store: Store, platforms: Iterable[str]) -> list[Installation]:
    async with store.read() as tx:
        return [kept for name in platforms for kept in await tx.installations.all(name)]


def _opens(sealer: Sealer, kept: Installation) -> bool:
    try:
        sealer.open(kept.secret)
    except KeyLost:
        return False
    return True
