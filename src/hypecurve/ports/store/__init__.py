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
from hypecurve.ports.store.channels import Leases, Listener, Subscriptions
from hypecurve.ports.store.digests import Digests, Frozen, Notice, Outcome, Released, Told
from hypecurve.ports.store.forgetting import Forgetting, Forgotten, Purged
from hypecurve.ports.store.installations import InstallationLog, Picks
from hypecurve.ports.store.outbox import Claimed, Outbox, Record, Sending, Settled
from hypecurve.ports.store.past import Filled, PastLog
from hypecurve.ports.store.reach import Pause, Reach, Suspension
from hypecurve.ports.store.signals import SignalLog
from hypecurve.ports.store.stars import Packed, StarLog, Sweep
from hypecurve.ports.store.submissions import Submissions
from hypecurve.ports.store.transaction import Store, Transaction

__all__ = [
    "Catalogue",
    "Claimed",
    "Digests",
    "Filled",
    "Forgetting",
    "Forgotten",
    "Found",
    "Frozen",
    "InstallationLog",
    "Leases",
    "Listener",
    "Measured",
    "Notice",
    "Outbox",
    "Outcome",
    "Packed",
    "PastLog",
    "Pause",
    "Picks",
    "Purged",
    "Reach",
    "Record",
    "Released",
    "Roster",
    "Sending",
    "Settled",
    "SignalLog",
    "Source",
    "Sources",
    "StarLog",
    "Store",
    "Submissions",
    "Subscriptions",
    "Suspension",
    "Sweep",
    "Told",
    "Transaction",
    "Watched",
]
