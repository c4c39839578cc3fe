"""What a digest says beside its news: what could not be seen, what may not have arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypecurve.domain.digest import Digest
from hypecurve.domain.health import Health
from hypecurve.domain.message import Action, Control, Line, Text
from hypecurve.wording.teller import Teller, hour
from hypecurve.wording.texts import Texts, to_say

_NAMED = 3
"""Digests that may not have arrived and are named; of more their number is told."""


def degraded_line(digest: Digest, said: Texts) -> Line:
    """Return what the last sweep lacks, in one line; empty where it lacks nothing."""
    source = digest.source
    if source is None or source.health is Health.GOOD:
        return ()
    if source.health is Health.STILL:
        return (Text(said.say("GitHub's counts stand still; rising and quiet are left out.")),)
    share = said.percent(source.seen / source.expected if source.expected else 0.0)
    form = to_say("GitHub answered for {share} of the repos; the others are left out.")
    return (Text(said.say(form, share=share)),)


def unsure_line(digest: Digest, teller: Teller) -> Line:
    """Return that digests before this one may not have arrived; empty where all did."""
    said, due = teller.texts, [each.due_at for each in digest.unsure]
    if not due:
        return ()
    if len(due) > _NAMED:
        many = said.say_count(
            "{n} digest before this one may not have arrived.",
            "{n} digests before this one may not have arrived.",
            len(due),
        )
        return (Text(many),)
    days = said.listing(_days(due, teller))
    if len(due) == 1:
        return (Text(said.say("The digest of {day} may not have arrived.", day=days)),)
    return (Text(said.say("The digests of {days} may not have arrived.", days=days)),)


def show_controls(digest: Digest, teller: Teller) -> tuple[Control, ...]:
    """Return the buttons that show, to who asks, what may not have arrived: the last ones."""
    said, last = teller.texts, digest.unsure[-_NAMED:]
    days = _days([each.due_at for each in last], teller)
    labels = [said.say("Show {day}", day=day) for day in days]
    if len(last) == 1:
        labels = [said.say("Show it")]
    return tuple(
        Control(Action.SHOW, label, value=f"show {each.digest_id}")
        for each, label in zip(last, labels, strict=True)
    )


def _days(due: Sequence[datetime], teller: Teller) -> list[str]:
    """`Mon 23 Nov`, with the hour where two are of one day."""
    days = [teller.texts.weekday_date(each.astimezone(teller.zone).date()) for each in due]
    return [
        f"{day} {hour(each, teller)}" if days.count(day) > 1 else day
        for day, each in zip(days, due, strict=True)
    ]
