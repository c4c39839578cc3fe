"""What is left out, when alerts come, how long a pause is: the phrases of `filter` and its like."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Literal

from hypecurve.chat.tuning import Filter, Pause, SetAlerts, SetPing, ShowPing
from hypecurve.chat.words import Word
from hypecurve.domain.errors import BadCommand, BadTime
from hypecurve.domain.schedule import parse_time
from hypecurve.wording.cut import cut
from hypecurve.wording.languages import ALIASES, LANGUAGES
from hypecurve.wording.texts import to_say

MOST_STARS = 10_000_000
MOST_ALERTS = 50
"""In a day: more is a channel of its own."""
LONGEST_PAUSE = timedelta(days=365)
_SHOWN = 60
_LONGEST_NAME = 4
"""Words of a language's name."""
_MIN, _WITHOUT, _QUIET = "min", "without", "quiet"
_PHRASES = {
    **dict.fromkeys(("min", "minimum", "least"), _MIN),
    **dict.fromkeys(("without", "except"), _WITHOUT),
    "quiet": _QUIET,
}
_SAYS = {
    **dict.fromkeys(("say", "speak", "yes", "on"), True),
    **dict.fromkeys(("skip", "silent", "no", "off"), False),
}
_BETWEEN = frozenset({"and", "&", "or", "nor"})
_NOTHING = frozenset({"nothing", "none"})
_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.*'/() -]{1,40}")
_OWNER = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})")
_COUNT = re.compile(r"(\d{1,8})\+?|(\d{1,4}(?:\.\d)?)k\+?")
_THOUSANDS = re.compile(r"\d{3}\+?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,6})(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)", re.IGNORECASE)
_HOUR = r"\d{1,2}(?::\d{1,2})?"
_HOURS = re.compile(rf"({_HOUR})(?:[-\u2013\u2014]|to|until)({_HOUR})")
_ROLE = re.compile(r"<?@&([0-9]{1,20})>?")
EVERYBODY = to_say(
    "Hypecurve never pings everybody. Name a role that people choose for themselves: they asked "
    "for it."
)
_FILTER_EXAMPLE = "set filter min 1000 without rust @acme"
_ALERTS_EXAMPLE = "set alerts 5 quiet 22:00-08:00"
_NO_FILTER, _NO_ALERTS = "set filter off", "set alerts off"


def begins_phrase(word: Word) -> bool:
    """Whether a word begins one of the phrases of a filter."""
    return word.key in _PHRASES


def read_phrase(word: Word, rest: list[Word], said: Filter, ends: Callable[[Word], bool]) -> Filter:
    """Take one phrase, begun by `word`, off the words that follow; return the filter with it.

    `ends` says which words are another part of the command, so that a list of languages is over.
    """
    match _PHRASES[word.key]:
        case "min":
            return replace(said, least_stars=_stars(rest))
        case "without":
            without = (said.without or frozenset()) | _left_out(rest, ends)
            return replace(said, without=without)
        case _:
            return replace(said, speaks_when_quiet=_quiet(rest))


def read_filter(typed: Sequence[Word]) -> Filter:
    """Read what stands after `filter`; BadCommand says how to write it."""
    if [word.key for word in typed] == ["off"]:
        return Filter(least_stars=0, without=frozenset())
    said, rest = Filter(), list(typed)
    while rest:
        word = rest.pop(0)
        if _is_off(word):
            raise alone(_NO_FILTER)
        if not begins_phrase(word):
            raise _slip(word, [*_PHRASES, "off"], _FILTER_EXAMPLE)
        said = read_phrase(word, rest, said, _is_off)
    return said


def read_alerts(typed: Sequence[Word]) -> SetAlerts:
    """Read what stands after `alerts`; BadCommand and BadTime say how to write it."""
    if [word.key for word in typed] in (["off"], ["0"], ["none"]):
        return SetAlerts(on=False)
    said, rest = SetAlerts(), list(typed)
    while rest:
        word = rest.pop(0)
        if word.key == "quiet":
            said = replace(said, quiet=_hours(rest))
        elif word.key.isdecimal() and word.key.isascii():
            said = replace(said, a_day=_a_day(word))
            while rest and rest[0].key in {"a", "per", "day", "daily"}:
                rest.pop(0)
        elif _is_off(word):
            raise alone(_NO_ALERTS)
        elif word.key != "on":
            raise _slip(word, ["quiet", "off", "on"], _ALERTS_EXAMPLE)
    return said


def read_pause(typed: Sequence[Word]) -> Pause:
    """Read how long to pause; BadTime says how to write it."""
    words = [word for word in typed if word.key != "for"]
    if not words:
        return Pause()
    text = "".join(word.text for word in words)
    found = _SPAN.fullmatch(text)
    span = timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])}) if found else timedelta()
    if not timedelta() < span <= LONGEST_PAUSE:
        shown = cut(" ".join(word.text for word in typed), _SHOWN)
        form = to_say(
            "'{slip}' is not a span to pause for: write it as 12h, 2d or 3w, at most {most}d. "
            "Without it the pause lasts until /hype resume."
        )
        raise BadTime(form, slip=shown, most=LONGEST_PAUSE.days)
    return Pause(span)


def read_ping(typed: Sequence[Word]) -> SetPing | ShowPing:
    """Read which role is to be pinged, as a chat writes it; BadCommand says how to write it."""
    keys = [word.key for word in typed]
    if not keys:
        return ShowPing()
    if keys in (["off"], ["none"], ["nobody"]):
        return SetPing()
    if keys[0].removeprefix("@") in {"everyone", "here", "channel", "all"}:
        raise BadCommand(EVERYBODY)
    found = _ROLE.fullmatch(keys[0])
    if found is None or len(keys) > 1:
        raise BadCommand(
            to_say("Name one role by its mention, like {example}, or write off."),
            example="/hype set ping @readers",
        )
    return SetPing(found[1])


def _stars(rest: list[Word]) -> int:
    found = _COUNT.fullmatch(rest[0].key) if rest else None
    if found is None:
        raise BadCommand(
            to_say("Say how many stars at least: /hype {example}"), example="set filter min 1000"
        )
    digits = rest.pop(0).key
    # A comma parts words, also the one in 1,000.
    while digits.isdecimal() and len(digits) <= len("10000000") and rest:
        if not _THOUSANDS.fullmatch(rest[0].key):
            break
        digits += rest.pop(0).key
    stars = int(digits.rstrip("+")) if found[1] else round(float(found[2]) * 1000)
    if stars > MOST_STARS:
        raise BadCommand(
            to_say("No repo has so many stars. For example: /hype {example}"),
            example="set filter min 1000",
        )
    if rest and rest[0].key in {"stars", "star"}:
        rest.pop(0)
    return stars


def _left_out(rest: list[Word], ends: Callable[[Word], bool]) -> frozenset[str]:
    """Languages and owners up to the next part of the command."""
    named: set[str] = set()
    begun = len(rest)
    while rest and not begins_phrase(rest[0]):
        word = rest[0]
        if word.key in _BETWEEN:
            rest.pop(0)
            continue
        if word.key in _NOTHING:
            rest.pop(0)
            return frozenset(named)
        known, used = _language(rest)
        if known:
            named.add(known)
        elif _OWNER.fullmatch(word.key):
            named.add(word.key)
        elif ends(word):
            break
        else:
            raise _no_language(word)
        del rest[:used]
    if not named or len(rest) == begun:
        raise BadCommand(
            to_say("Say which languages or @owners are left out: /hype {example}"),
            example="set filter without rust @acme",
        )
    return frozenset(named)


def _language(rest: Sequence[Word]) -> tuple[str, int]:
    """The language that the longest run from the first word names, and its length; "" for none."""
    first = rest[0]
    if first.quoted:
        return (first.text.casefold() if _LANGUAGE.fullmatch(first.text) else ""), 1
    for used in range(min(len(rest), _LONGEST_NAME), 0, -1):
        name = " ".join(word.key for word in rest[:used])
        name = ALIASES.get(name, name)
        if name in LANGUAGES:
            return name, used
    return "", 1


def _no_language(word: Word) -> BadCommand:
    shown = cut(word.text, _SHOWN)
    if "/" in word.text:
        return BadCommand(
            to_say("'{slip}' is no language. To leave out one repo: /hype mute {slip}"), slip=shown
        )
    near = difflib.get_close_matches(word.key[:_SHOWN], [*LANGUAGES, *ALIASES], n=1, cutoff=0.7)
    if near:
        meant = LANGUAGES[ALIASES.get(near[0], near[0])]
        return BadCommand(
            to_say("There is no language '{slip}'. Did you mean {near}?"), slip=shown, near=meant
        )
    return BadCommand(
        to_say(
            "'{slip}' is not a language we know. Put it in quotes if GitHub calls it so; an owner "
            "is written @acme."
        ),
        slip=shown,
    )


def _quiet(rest: list[Word]) -> bool:
    if not rest or rest[0].key not in _SAYS:
        raise BadCommand(
            to_say("Say what a day without news does: /hype set filter quiet say, or quiet skip")
        )
    return _SAYS[rest.pop(0).key]


def _a_day(word: Word) -> int:
    number = int(word.key[:9])
    if not 1 <= number <= MOST_ALERTS:
        raise BadCommand(
            to_say("Between 1 and {most} alerts a day, please. To end them: /hype set alerts off"),
            most=str(MOST_ALERTS),
        )
    return number


def _hours(rest: list[Word]) -> tuple[time, time] | Literal["off"]:
    if rest and rest[0].key in {"off", "none"}:
        rest.pop(0)
        return "off"
    if rest and rest[0].key == "from":
        rest.pop(0)
    for used in (1, 2, 3):
        found = _HOURS.fullmatch("".join(word.key for word in rest[:used]))
        if found is not None and used <= len(rest):
            del rest[:used]
            begin, end = (
                parse_time(each if ":" in each else f"{each}:00") for each in found.groups()
            )
            if begin != end:
                return begin, end
            break
    raise BadCommand(
        to_say("Say from when to when: /hype {example}, or quiet off"), example=_ALERTS_EXAMPLE
    )


def alone(command: str) -> BadCommand:
    """Return that nothing may stand beside a command, or beside its `off`."""
    return BadCommand(to_say("{command} stands alone: write /hype {command}"), command=command)


def _is_off(word: Word) -> bool:
    """Whether a word ends all of it, so that none of the others would count."""
    return word.key == "off"


def _slip(word: Word, known: Sequence[str], example: str) -> BadCommand:
    """Say that a word has no place here, with what may have been meant."""
    shown = cut(word.text, _SHOWN)
    near = difflib.get_close_matches(word.text.casefold()[:_SHOWN], known, n=1, cutoff=0.6)
    if near:
        return BadCommand(
            to_say("'{slip}' is not clear here. Did you mean {near}?"), slip=shown, near=near[0]
        )
    return BadCommand(
        to_say("'{slip}' is not clear here. For example: /hype {example}"),
        slip=shown,
        example=example,
    )
