"""Installing: the tokens of tenants, sealed where they are kept, open only in our hands."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
