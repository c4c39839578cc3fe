"""What is kept, as small protocols; a transaction is a unit of work over all of it."""

from hypecurve.ports.store.catalogue import (
    Catalogue,
    Fact,
    Found,
    Measured,
    Roster,
    Source,
    Sources,
    Watched,
)
from hypecurve.ports.store.channels import Leases, Listener, Outbox, Released, Subscriptions
from hypecurve.ports.store.signals import SignalLog
from hypecurve.ports.store.stars import Packed, StarLog, Sweep
from hypecurve.ports.store.transaction import Store, Transaction

__all__ = [
    "Catalogue",
    "Fact",
    "Found",
    "Leases",
    "Listener",
    "Measured",
    "Outbox",
    "Packed",
    "Released",
    "Roster",
    "SignalLog",
    "Source",
    "Sources",
    "StarLog",
    "Store",
    "Subscriptions",
    "Sweep",
    "Transaction",
    "Watched",
]
