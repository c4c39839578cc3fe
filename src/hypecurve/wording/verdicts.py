"""The verdict on a repo in one sentence: what it does, and what it takes for it to be told."""

from __future__ import annotations

from collections.abc import Callable

from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.reasons import RiseReasons, Short
from hypecurve.domain.why import Explanation, Verdict
from hypecurve.wording.cut import cut
from hypecurve.wording.facts import usual
from hypecurve.wording.happened import gone_why
from hypecurve.wording.places import place_reason
from hypecurve.wording.teller import Teller
from hypecurve.wording.texts import Texts, to_say

_REASON = 120
_WEEKS_UP_TO = 12
_WEEKS_A_MONTH = 365.25 / 12 / 7


def verdict(explanation: Explanation, teller: Teller) -> str:
    """Return the verdict in words."""
    return _VERDICTS[explanation.verdict](explanation, teller)


def away(weeks: float, said: Texts) -> str:
    """`about 10 weeks away`, in months from three months on: no more precision than there is."""
    if weeks <= 1:
        return said.say("about a week away")
    if weeks <= _WEEKS_UP_TO:
        number = round(weeks)
        return said.say_count("about {n} week away", "about {n} weeks away", number)
    months = round(weeks / _WEEKS_A_MONTH)
    return said.say_count("about {n} month away", "about {n} months away", months)


def _pair(rise: RiseReasons | None, said: Texts) -> str:
    """`+63 in 7 days, usually 45`; "" where the gain is not known."""
    if rise is None or rise.gain_7d is None:
        return ""
    gain = said.gain(rise.gain_7d)
    if rise.usual_7d is None:
        return said.say("{gain} in 7 days", gain=gain)
    return said.say(
        "{gain} in 7 days, usually {usual}", gain=gain, usual=usual(rise.usual_7d, said)
    )


def _gone(explanation: Explanation, teller: Teller) -> str:
    said = teller.texts
    since = next((fact for fact in explanation.facts if fact.kind is FactKind.GONE), None)
    gone = said.say("Gone from GitHub")
    if since is not None:
        gone = said.say("Gone from GitHub since {day}", day=teller.day(since.at))
    why = gone_why(explanation.entry.gone_why, said)
    return said.say("{gone}: {why}", gone=gone, why=why) if why else gone


def _not_ai(explanation: Explanation, teller: Teller) -> str:
    said = teller.texts
    reason = cut(place_reason(explanation.entry.place, said), _REASON)
    if not reason:
        return said.say("Not about AI: it is counted and never announced")
    return said.say("Not about AI ({reason}): it is counted and never announced", reason=reason)


def _fork(_: Explanation, teller: Teller) -> str:
    return teller.texts.say("A fork: only the operator can let it in")


def _under_bar(explanation: Explanation, teller: Teller) -> str:
    said = teller.texts
    counted = said.say_count("{n} star", "{n} stars", explanation.count)
    bar, weeks = said.exact(explanation.bar), explanation.weeks_to_bar
    if not weeks:
        return said.say("{stars}, listed at {bar}", stars=counted, bar=bar)
    return said.say(
        "{stars}, listed at {bar}, {away}", stars=counted, bar=bar, away=away(weeks, said)
    )


def _not_listed(explanation: Explanation, teller: Teller) -> str:
    said = teller.texts
    counted = said.say_count("{n} star", "{n} stars", explanation.count)
    bar = said.exact(explanation.bar)
    return said.say(
        "{stars}, over the bar of {bar}: the next look lists it", stars=counted, bar=bar
    )


def _uncounted(_: Explanation, teller: Teller) -> str:
    return teller.texts.say("Not judged yet: the next look counts it")


def _archived(_: Explanation, teller: Teller) -> str:
    return teller.texts.say("Archived by its owner")


def _rising(explanation: Explanation, teller: Teller) -> str:
    said, spoken = teller.texts, explanation.announced
    day = "" if spoken is None else teller.day(spoken.at)
    pair, times = _pair(explanation.rise, said), explanation.multiple
    again = explanation.verdict is Verdict.ACCELERATING
    if times is None:
        form = to_say("Rising, announced {day}: {pair}")
        if again:
            form = to_say("Still accelerating, announced again {day}: {pair}")
        return said.say(form, day=day, pair=pair)
    form = to_say("Rising at {times} its pace, announced {day}: {pair}")
    if again:
        form = to_say("Still accelerating at {times} its pace, announced again {day}: {pair}")
    return said.say(form, day=day, pair=pair, times=said.multiple(times))


def _old_rise(explanation: Explanation, teller: Teller) -> str:
    said = teller.texts
    return said.say(
        "Rising, and not announced, for it rose before anybody here could judge it: {pair}",
        pair=_pair(explanation.rise, said),
    )


def _cooling_down(explanation: Explanation, teller: Teller) -> str:
    said, rise = teller.texts, explanation.rise
    pair = _pair(rise, said)
    if rise is None or rise.rests_until is None or rise.again_3d is None:
        return said.say("Cooling down after its rise: {pair}", pair=pair)
    return said.say(
        "Cooling down after its rise: {pair}; until {day} it speaks only at {gain} in 3 days",
        pair=pair,
        day=teller.day(rise.rests_until),
        gain=said.gain(rise.again_3d),
    )


def _stalled(explanation: Explanation, teller: Teller) -> str:
    said, quiet = teller.texts, explanation.quiet
    if quiet is None or quiet.gain_28d is None or quiet.best_28d is None:
        return said.say("Stalled")
    return said.say(
        "Stalled: {gain} in 28 days, best was {best}",
        gain=said.exact(quiet.gain_28d),
        best=said.exact(quiet.best_28d),
    )


def _maintained(explanation: Explanation, teller: Teller) -> str:
    said, quiet = teller.texts, explanation.quiet
    pushed = explanation.entry.repo.pushed_at
    if quiet is None or quiet.gain_28d is None or pushed is None:
        return said.say("Quiet but maintained")
    return said.say(
        "Quiet but maintained: {gain} in 28 days, last push {ago}",
        gain=said.exact(quiet.gain_28d),
        ago=said.ago(pushed, teller.now),
    )


def _unknown_pace(explanation: Explanation, teller: Teller) -> str:
    said, rise = teller.texts, explanation.rise
    if rise is None or rise.gain_7d is None:
        return said.say("Nothing can be said of its pace: its last 7 days are not known")
    return said.say(
        "Nothing can be said of its pace: {gain} in 7 days, and what is usual is not known",
        gain=said.gain(rise.gain_7d),
    )


def _not_rising(explanation: Explanation, teller: Teller) -> str:
    said, rise = teller.texts, explanation.rise
    pair = _pair(rise, said)
    if rise is None or not rise.short:
        return said.say("Above its pace: {pair}", pair=pair)
    if {Short.LIFT, Short.FLOOR} & {*rise.short}:
        gain = said.gain(rise.speaks_from or 0)
        return said.say("Not rising: {pair}; it speaks from about {gain}", pair=pair, gain=gain)
    if Short.STILL in rise.short:
        return said.say(
            "Not rising any more: {pair}, but only {gain} in the last 2 days; "
            "it speaks from about {least}",
            pair=pair,
            gain=said.gain(rise.gain_2d or 0),
            least=said.gain(rise.least_2d or 0),
        )
    return said.say(
        "Fading already: {pair}, but only {gain} in the last 24 h; it speaks from about {least}",
        pair=pair,
        gain=said.gain(rise.gain_1d or 0),
        least=said.gain(rise.least_1d or 0),
    )


_VERDICTS: dict[Verdict, Callable[[Explanation, Teller], str]] = {
    Verdict.GONE: _gone,
    Verdict.NOT_AI: _not_ai,
    Verdict.FORK: _fork,
    Verdict.UNDER_BAR: _under_bar,
    Verdict.NOT_LISTED: _not_listed,
    Verdict.UNCOUNTED: _uncounted,
    Verdict.ARCHIVED: _archived,
    Verdict.RISING: _rising,
    Verdict.ACCELERATING: _rising,
    Verdict.OLD_RISE: _old_rise,
    Verdict.COOLING_DOWN: _cooling_down,
    Verdict.STALLED: _stalled,
    Verdict.MAINTAINED: _maintained,
    Verdict.UNKNOWN_PACE: _unknown_pace,
    Verdict.NOT_RISING: _not_rising,
}
