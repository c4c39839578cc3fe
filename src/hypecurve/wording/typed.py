"""What commands, their options and choices are called where people pick them from a menu.

A chat that lists commands (Discord) shows each reader words of their own language, and sends on the
English ones: the grammar reads no others. They are short, in lower case and without spaces, so they
stand in the catalogues apart from all other texts, with a context: "command", "option", "choice".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from hypecurve.wording.texts import SOURCE_LOCALE, texts
from hypecurve.wording.tongues import TONGUES, own_name

Sort = Literal["command", "option"]

TRANSLATED = tuple(locale for locale in TONGUES if locale != SOURCE_LOCALE)
"""The languages that have names of their own, as Babel calls them."""
LISTING = frozenset({"discord"})
"""Platforms that list commands in the reader's language."""
_NAME = re.compile(r"[-_'\w]{1,32}")
"""What a name may be: https://discord.com/developers/docs/interactions/application-commands"""


def to_name(context: str, word: str) -> str:
    """Mark a word for the catalogues where it stands; `context` tells it from its like."""
    del context
    return word


COMMAND_WORDS = (
    to_name("command", "subscribe"),
    to_name("command", "unsubscribe"),
    to_name("command", "subscriptions"),
    to_name("command", "schedule"),
    to_name("command", "preview"),
    to_name("command", "set"),
    to_name("command", "filter"),
    to_name("command", "alerts"),
    to_name("command", "language"),
    to_name("command", "ping"),
    to_name("command", "pause"),
    to_name("command", "resume"),
    to_name("command", "status"),
    to_name("command", "new"),
    to_name("command", "rising"),
    to_name("command", "stalled"),
    to_name("command", "top"),
    to_name("command", "repo"),
    to_name("command", "search"),
    to_name("command", "compare"),
    to_name("command", "why"),
    to_name("command", "follow"),
    to_name("command", "unfollow"),
    to_name("command", "mute"),
    to_name("command", "unmute"),
    to_name("command", "pick"),
    to_name("command", "submit"),
    to_name("command", "categories"),
    to_name("command", "help"),
)
"""Names of commands, and of their groups."""
OPTION_WORDS = (
    to_name("option", "categories"),
    to_name("option", "category"),
    to_name("option", "kinds"),
    to_name("option", "min"),
    to_name("option", "without"),
    to_name("option", "quiet"),
    to_name("option", "at"),
    to_name("option", "zone"),
    to_name("option", "days"),
    to_name("option", "all"),
    to_name("option", "most"),
    to_name("option", "turn"),
    to_name("option", "for"),
    to_name("option", "window"),
    to_name("option", "repo"),
    to_name("option", "text"),
    to_name("option", "with"),
    to_name("option", "third"),
    to_name("option", "fourth"),
    to_name("option", "fifth"),
    to_name("option", "by"),
    to_name("option", "why"),
    to_name("option", "language"),
    to_name("option", "role"),
    to_name("option", "command"),
)
"""Names of options."""
CHOICE_WORDS: Mapping[str, str] = {
    "24h": to_name("choice", "24 hours"),
    "7d": to_name("choice", "7 days"),
    "30d": to_name("choice", "30 days"),
    "say": to_name("choice", "say so in a line"),
    "skip": to_name("choice", "skip it"),
    "on": to_name("choice", "on"),
    "off": to_name("choice", "off"),
    "date": to_name("choice", "by date"),
    "age": to_name("choice", "by age"),
    "new": to_name("choice", "newly listed"),
    "rising": to_name("choice", "rising"),
    "stalled": to_name("choice", "stalled"),
    "awake": to_name("choice", "awake again"),
    "daily": to_name("choice", "every day"),
    "weekdays": to_name("choice", "Monday to Friday"),
    "mon": to_name("choice", "Monday"),
    "tue": to_name("choice", "Tuesday"),
    "wed": to_name("choice", "Wednesday"),
    "thu": to_name("choice", "Thursday"),
    "fri": to_name("choice", "Friday"),
    "sat": to_name("choice", "Saturday"),
    "sun": to_name("choice", "Sunday"),
    "all": to_name("choice", "everything"),
    "nothing": to_name("choice", "nothing is left out"),
    **{locale: own_name(locale) for locale in TONGUES},
}
"""What people read for a word of the grammar that they choose."""


def named(sort: Sort, word: str, locale: str) -> str:
    """Return a command's or an option's name in a language; as it is where none fits there."""
    name = texts(locale).catalogue.pgettext(sort, word)
    return name if _NAME.fullmatch(name) and name == name.lower() else word


def chosen(word: str, locale: str) -> str:
    """Return what people read for a word of the grammar; itself where it stands for itself."""
    label = CHOICE_WORDS.get(word, word)
    return texts(locale).catalogue.pgettext("choice", label)


def listed(sort: Sort, path: str, locale: str, platform: str) -> str:
    """Return what a platform lists a command or an option as; "" where that is its own name.

    `path`: a name, or a group's word and a name, like `set language`.
    """
    if platform not in LISTING:
        return ""
    name = " ".join(named(sort, word, locale) for word in path.split())
    return "" if name == path else name
