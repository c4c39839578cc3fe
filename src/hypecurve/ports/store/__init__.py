"""What is kept, as small protocols; a transaction is a unit of work over all of it."""

from hypecurve.ports.store.catalogue import (
    Catalogue,
    Found,
    Measured,
    Roster,
    Source,
    Sources,
    Watched,
)
from hypecurve.ports.store.channels import Leases, Listener, Outbox, Released, Subscriptions
from hypecurve.ports.store.past import Filled, PastLog
from hypecurve.ports.store.signals import SignalLog
from hypecurve.ports.store.stars import Packed, StarLog, Sweep
from hypecurve.ports.store.submissions import Submissions
from hypecurve.ports.store.transaction import Store, Transaction

__all__ = [
    "Catalogue",
    "Filled",
    "Found",
    "Leases",
    "Listener",
    "Measured",
    "Outbox",
    "Packed",
    "PastLog",
    "Released",
    "Roster",
    "SignalLog",
    "Source",
    "Sources",
    "StarLog",
    "Store",
    "Submissions",
    "Subscriptions",
    "Sweep",
    "Transaction",
    "Watched",
]
