"""What a channel wishes beside categories and times, in words: what is left out, alerts, pauses."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from hypecurve.domain.errors import BadTime
from hypecurve.domain.message import Line
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.subscription import UNTIL_RESUMED, Alerts, Wants
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.languages import language
from hypecurve.wording.teller import LONGEST_NAME, Teller, moment
from hypecurve.wording.texts import Texts

_NAMED = 12
"""Languages and owners that are named; of more only their number is said."""


def zone_of(name: str) -> tzinfo:
    """Return a zone to show times in; UTC where the time zone database knows it no more."""
    try:
        return parse_zone(name)
    except BadTime:
        return UTC


def left_out(wants: Wants, said: Texts) -> str:
    """Return `under 1,000 stars, Rust, and @acme`; "" where nothing is left out."""
    names = [language(each) for each in sorted(wants.without_languages)]
    names += [f"@{each}" for each in sorted(wants.without_owners)]
    shown = [cut(clean(each), LONGEST_NAME) for each in names[:_NAMED]]
    if len(names) > len(shown):
        more = len(names) - len(shown)
        shown.append(said.say_count("{n} more", "{n} more", more))
    if wants.least_stars:
        stars = wants.least_stars
        shown.insert(0, said.say_count("under {n} star", "under {n} stars", stars))
    return said.listing(shown) if shown else ""


def alerts_words(alerts: Alerts, said: Texts) -> str:
    """Return `at most 3 a day, none from 22:00 to 08:00`."""
    most = said.say_count("at most {n} a day", "at most {n} a day", alerts.a_day)
    if alerts.quiet_from is None or alerts.quiet_until is None:
        return most
    return said.say(
        "{most}, none from {begin} to {end}",
        most=most,
        begin=f"{alerts.quiet_from:%H:%M}",
        end=f"{alerts.quiet_until:%H:%M}",
    )


def paused_line(until: datetime, teller: Teller) -> Line:
    """Return `paused until Tue 24 Nov 09:00`, or until somebody resumes it."""
    if until >= UNTIL_RESUMED:
        return teller.texts.say_line("paused until /hype resume")
    return teller.texts.say_line("paused until {time}", time=moment(until, teller))
