"""Units of work: everything in one happens, or nothing does.

    async with store.write() as tx:      commits when the block ends without an error
        await tx.catalogue.upsert(repos, at)

No network call belongs inside one. All times are aware UTC.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from hypecurve.ports.store.catalogue import Catalogue, Sources
from hypecurve.ports.store.channels import Leases, Subscriptions
from hypecurve.ports.store.digests import Digests
from hypecurve.ports.store.forgetting import Forgetting
from hypecurve.ports.store.installations import InstallationLog, Picks
from hypecurve.ports.store.outbox import Outbox
from hypecurve.ports.store.past import PastLog
from hypecurve.ports.store.reach import Reach
from hypecurve.ports.store.signals import SignalLog
from hypecurve.ports.store.stars import StarLog
from hypecurve.ports.store.submissions import Submissions


class Transaction(Protocol):
    """One unit of work over everything that is kept."""

    @property
    def catalogue(self) -> Catalogue:
        """The repos."""
        ...

    @property
    def sources(self) -> Sources:
        """What brings them."""
        ...

    @property
    def stars(self) -> StarLog:
        """Their counts."""
        ...

    @property
    def past(self) -> PastLog:
        """What GitHub tells of the time before us."""
        ...

    @property
    def signals(self) -> SignalLog:
        """What changed."""
        ...

    @property
    def subscriptions(self) -> Subscriptions:
        """Who wants to hear it."""
        ...

    @property
    def submissions(self) -> Submissions:
        """What readers wish for."""
        ...

    @property
    def digests(self) -> Digests:
        """What they were told."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What is on its way."""
        ...

    @property
    def reach(self) -> Reach:
        """Whether they can be reached."""
        ...

    @property
    def installations(self) -> InstallationLog:
        """Who let us in."""
        ...

    @property
    def picks(self) -> Picks:
        """What people want their channel to see."""
        ...

    @property
    def forgetting(self) -> Forgetting:
        """What is not kept any longer."""
        ...

    @property
    def leases(self) -> Leases:
        """Who does what."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a consistent view; nothing it does is kept."""
        ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work that is committed when the block ends without an error."""
        ...

    async def wipe(self) -> bool:
        """Let nothing that was deleted be left in the files, where the store sees to that itself.

        False where somebody reads or writes just now: then it is left until a later time.
        """
        ...
