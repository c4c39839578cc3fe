"""What is said where a digest cannot be put together as it was wished for."""

from __future__ import annotations

from hypecurve.domain.message import Message, Text
from hypecurve.domain.subscription import Channel
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.notices import notice
from hypecurve.wording.texts import SOURCE_LOCALE, texts

_LONGEST = 300
"""Characters of a reason."""


def zone_unknown(zone: str, locale: str) -> Message:
    """Say to a channel that its time zone is known no more, and how to mend it."""
    said = texts(locale)
    return notice(
        said.say("The time zone {zone} is known no more.", zone=cut(clean(zone), _LONGEST)),
        locale,
        (
            Text(
                said.say(
                    "Digests go on at the hour of the last one, with times in UTC. "
                    "Name another zone: /hype schedule 09:00 Europe/Paris"
                )
            ),
        ),
    )


def not_composed(channel: Channel, reason: str, locale: str = SOURCE_LOCALE) -> Message:
    """Say to the operator that a channel's digest cannot be put together."""
    said = texts(locale)
    return notice(
        said.say(
            "The digest of {channel} cannot be put together: {reason}",
            channel=str(channel),
            reason=cut(clean(said.retell(reason)), _LONGEST),
        ),
        locale,
        (
            Text(
                said.say(
                    "It is a fault of this program: please report it. It is tried again by "
                    "itself, and nothing of it is lost for 7 days."
                )
            ),
        ),
    )
