"""Pauses of channels that refuse what is posted, and who is told of them: once for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypecurve.domain.errors import SendError
from hypecurve.domain.retrying import until_probe
from hypecurve.domain.subscription import Channel
from hypecurve.ports import DELETED, REMOVED
from hypecurve.ports.store import Pause, Transaction
from hypecurve.wording import reach as words

_ENDS = {REMOVED: words.Ends.BY_INVITATION, DELETED: words.Ends.NEVER}
FOR_GOOD = frozenset(_ENDS)
"""Codes of what no waiting ends."""
_OPERATOR = frozenset({"", "operator"})
"""Who set up what nobody of a chat did."""


async def pause(
    tx: Transaction, channel: Channel, error: SendError, now: datetime, operator: Channel | None
) -> None:
    """Pause a channel that refused a message, or go on with its pause.

    Who set it up is told once for each pause; of a pause of one person's own channel, or of the
    operator's, nobody.
    """
    before = (await tx.reach.paused(channel.tenant)).get(channel)
    refusals = 1 if before is None else before.refusals + 1
    since = now if before is None else before.since
    found = Pause(since, error.code, str(error), now + until_probe(refusals), refusals)
    await tx.reach.pause(channel, found)
    if before is None:
        await _tell_pause(tx, channel, found, operator)


async def close_down(
    tx: Transaction,
    channel: Channel,
    why: tuple[str, str],
    now: datetime,
    operator: Channel | None,
) -> None:
    """Pause a channel of which the platform says that it is closed: `why`, code and reason.

    Who set it up is told once for each pause, and once more where it is for good after all.
    """
    code, reason = why
    before = (await tx.reach.paused(channel.tenant)).get(channel)
    if before is not None and before.probe_at is None and code not in FOR_GOOD:
        return  # What is for good stays so, whatever else happens to it.
    found = Pause(now, code, reason, now + until_probe(1))
    if before is not None:
        found = replace(found, since=before.since, refusals=before.refusals)
        found = replace(found, probe_at=before.probe_at or found.probe_at)
    if code in FOR_GOOD:
        found = replace(found, probe_at=None)
    await tx.reach.pause(channel, found)
    if before is None or (before.probe_at is not None and found.probe_at is None):
        await _tell_pause(tx, channel, found, operator)


async def _tell_pause(
    tx: Transaction, channel: Channel, found: Pause, operator: Channel | None
) -> None:
    if channel.person or channel == operator:
        return
    listener = await tx.subscriptions.listener(channel)
    first = (
        min(listener.subscriptions, key=lambda each: each.id or 0)
        if (listener is not None and listener.subscriptions)
        else None
    )
    by = "" if first is None else first.created_by
    hearer = operator if by in _OPERATOR else Channel.of_person(channel.tenant, by)
    if hearer is None:
        return
    locale = "en" if first is None or hearer == operator else first.locale
    key = f"paused {channel} {found.since:%Y-%m-%dT%H:%M:%S}"
    if found.probe_at is None:
        key = f"{key} for good"
    message = words.paused(
        channel,
        found.reason,
        locale,
        from_outside=hearer == operator,
        ends=_ENDS.get(found.code, words.Ends.BY_ITSELF),
    )
    await tx.digests.notify(hearer, key, message, found.since)
