"""Installing: the tokens of tenants, sealed where they are kept, open only in our hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hypecurve.domain.errors import KeyLost
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Clock, Sealer
from hypecurve.ports.store import Store


@dataclass(frozen=True, slots=True)
class SealedInstallations:
    """`ports.Installations` over a store."""

    store: Store
    clock: Clock
    sealer: Sealer

    async def find(self, tenant: Tenant) -> Installation | None:
        """Return a tenant's installation; KeyLost where no key opens its tokens.

        What an older key sealed is sealed anew with the first one.
        """
        async with self.store.read() as tx:
            kept = await tx.installations.find(tenant)
        if kept is None:
            return None
        found = replace(kept, secret=self.sealer.open(kept.secret))
        if not self.sealer.is_fresh(kept.secret):
            await self._reseal(kept, found)
        return found

    async def _reseal(self, kept: Installation, found: Installation) -> None:
        sealed = replace(found, secret=self.sealer.seal(found.secret))
        async with self.store.write() as tx:
            now = await tx.installations.find(found.tenant)
            # Its tokens may have changed, or gone, since it was read.
            if now is not None and now.secret == kept.secret:
                await tx.installations.keep(sealed, found.at or self.clock.now())

    async def keep(self, installation: Installation) -> None:
        """Keep an installation, sealed; BadSetting without a key."""
        sealed = replace(installation, secret=self.sealer.seal(installation.secret))
        async with self.store.write() as tx:
            await tx.installations.keep(sealed, self.clock.now())

    async def remove(self, tenant: Tenant) -> None:
        """Forget a tenant's tokens."""
        async with self.store.write() as tx:
            await tx.installations.remove(tenant)


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of the sealed tokens: how many the first key seals now, whose no key opens."""

    anew: int
    already: int
    lost: tuple[Installation, ...]


async def reseal(store: Store, clock: Clock, sealer: Sealer, platforms: Iterable[str]) -> Resealed:
    """Seal all tokens with the first key: then the others may go. BadSetting without a key.

    One at a time: what changes meanwhile is sealed with the first key by whoever changes it.
    """
    sealer.seal("")
    installations = SealedInstallations(store, clock, sealer)
    anew, already, lost = 0, 0, list[Installation]()
    for kept in await _all(store, platforms):
        if sealer.is_fresh(kept.secret):
            already += 1
            continue
        try:
            anew += await installations.find(kept.tenant) is not None
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
