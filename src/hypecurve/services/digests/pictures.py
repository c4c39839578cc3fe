"""Pictures: the curve of what rises most, for digests and alerts that show one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import structlog

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.chart import Curve, Picture
from hypecurve.domain.digest import Digest
from hypecurve.domain.message import Message
from hypecurve.ports.store import Transaction
from hypecurve.services.answers.curves import curve_of
from hypecurve.services.digests.news import News
from hypecurve.wording.pictures import pictured

_log = structlog.get_logger(__name__)
_OUR_MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""Of calculating. What a database says breaks its transaction, and all that the others wrote."""
_POINTS = 60
"""Of a curve: it is kept with the message of each channel, and looked at on a phone."""


async def look_up(
    tx: Transaction, news: News, entries: Iterable[CatalogueEntry], now: datetime
) -> None:
    """Know the curves of repos, each read once for all channels that are told the same news."""
    for entry in {entry.repo.id: entry for entry in entries}.values():
        if entry.repo.id not in news.curves:
            news.curves[entry.repo.id] = await _curve(tx, entry, now)


def shown_with(news: News, digest: Digest, message: Message) -> Message:
    """Return a digest's message with the picture of what rises most, as far as it is known."""
    entry = None if digest.riser is None else digest.riser.entry
    curve = None if entry is None else news.curves.get(entry.repo.id)
    if entry is None or curve is None:
        return message
    locale = message.locale
    picture = news.once(("picture", entry.repo.id, locale), lambda: pictured(curve, locale))
    return replace(message, picture=picture)


async def picture_of(tx: Transaction, digest: Digest, now: datetime, locale: str) -> Picture | None:
    """Return the picture of what rises most in one digest; None where nothing does."""
    if digest.riser is None:
        return None
    return await curve_picture(tx, digest.riser.entry, now, locale)


async def curve_picture(
    tx: Transaction, entry: CatalogueEntry, now: datetime, locale: str
) -> Picture | None:
    """Return the picture of one repo's curve; None where there is none to speak of."""
    curve = await _curve(tx, entry, now)
    return None if curve is None else pictured(curve, locale)


async def _curve(tx: Transaction, entry: CatalogueEntry, now: datetime) -> Curve | None:
    """Return a repo's curve as a message keeps it; None where there is none to speak of."""
    try:
        curve = await curve_of(tx, entry, now, most=_POINTS)
    except _OUR_MISTAKES as error:
        _log.error("news goes without its curve", repo=str(entry.repo.name), reason=str(error))
        return None
    return curve if len(curve.line.points) > 1 else None
