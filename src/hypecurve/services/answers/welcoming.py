"""Welcoming: what a channel's first message after subscribing has to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Welcome
from hypecurve.domain.schedule import next_due
from hypecurve.domain.subscription import Channel, Schedule, Wants
from hypecurve.ports.store import Found, Transaction
from hypecurve.services.answers.outlook import outlook
from hypecurve.services.digests.drafting import digest_between
from hypecurve.services.tracker.backfill import time_left

_LARGEST = 5
_YOUNGEST = 3
_LOADED_ENOUGH = 0.9
"""Share of known pasts from which "the week so far" says more than the largest and youngest."""
_WEEK = timedelta(days=7)


async def welcome(
    tx: Transaction,
    taxonomy: Taxonomy,
    channel: Channel,
    wants: Wants,
    schedule: Schedule,
    now: datetime,
    histories_an_hour: int = 0,
) -> Welcome:
    """Return what is watched for a wish, what is there already, and how far the past has come.

    `histories_an_hour`: repos whose past is asked in an hour; 0: how long it takes is not said.
    """
    found = Found(categories=taxonomy.expand(wants.categories))
    filled = await tx.past.filled(found)
    latest = await tx.stars.latest()
    week = (
        await digest_between(tx, taxonomy, wants, now - _WEEK, now, schedule.zone)
        if filled.share >= _LOADED_ENOUGH
        else None
    )
    return Welcome(
        channel=channel,
        wants=wants,
        zone=schedule.zone,
        next_due=next_due(schedule, now),
        watched=await tx.catalogue.count(found),
        history_loaded=filled.share,
        counts_at=latest.at if latest else None,
        week=week.shown if week else (),
        largest=tuple(await tx.catalogue.entries(replace(found, limit=_LARGEST))),
        youngest=tuple(
            await tx.catalogue.entries(replace(found, order="created", limit=_YOUNGEST))
        ),
        history_left=time_left(filled, histories_an_hour),
        outlook=await outlook(tx),
    )
