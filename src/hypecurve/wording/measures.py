"""The figures behind a verdict, in a few lines; what is not known is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hypecurve.domain.message import Line, Text
from hypecurve.domain.reasons import QuietReasons, RiseReasons
from hypecurve.domain.states import Rise
from hypecurve.domain.why import Explanation, Verdict
from hypecurve.wording.facts import usual
from hypecurve.wording.teller import Teller, joined, moment
from hypecurve.wording.texts import Texts, to_say

_JUDGED = frozenset(
    {
        Verdict.RISING,
        Verdict.ACCELERATING,
        Verdict.OLD_RISE,
        Verdict.COOLING_DOWN,
        Verdict.NOT_RISING,
    }
)
"""Where the bars of the rule are of interest."""
_QUIET = frozenset({Verdict.STALLED, Verdict.MAINTAINED})


@dataclass(frozen=True, slots=True)
class _Calendar(Teller):
    """Says days by their date: this is read and quoted later, when "yesterday" is true no more."""

    def day(self, at: datetime) -> str:
        """`19 Nov`, or `19 Nov 2025` in another year."""
        day = at.astimezone(self.zone).date()
        return self.texts.date(day, year=day.year != self.now.astimezone(self.zone).year)


def calendar(teller: Teller) -> Teller:
    """Return a teller that says days by their date."""
    return _Calendar(teller.texts, teller.taxonomy, teller.zone, teller.now)


def figures(explanation: Explanation, teller: Teller) -> Iterator[Line]:
    """Yield the figures: gains, the bars of the rule, silence, and when the counts were read."""
    said, rise, quiet = teller.texts, explanation.rise, explanation.quiet
    if rise is not None:
        lines = [_gains(rise, said)]
        if explanation.verdict in _JUDGED:
            lines += [_bars(rise, said), _lately(rise, said), _from_here(rise, teller)]
        if quiet is not None and explanation.verdict in _QUIET:
            lines += [_silence(quiet, said), _waking(quiet, explanation.verdict, teller)]
        elif quiet is not None:
            lines.append(_months(quiet, said))
        yield from (line for line in lines if line)
    yield _counted(explanation, teller)


def _gains(rise: RiseReasons, said: Texts) -> Line:
    windows = (
        (to_say("24 h {gain}"), rise.gain_1d),
        (to_say("2 d {gain}"), rise.gain_2d),
        (to_say("3 d {gain}"), rise.gain_3d),
        (to_say("7 d {gain}"), rise.gain_7d),
    )
    told = [said.say(form, gain=said.gain(gain)) for form, gain in windows if gain is not None]
    if rise.usual_7d is not None:
        told.append(said.say("usually {usual} a week", usual=usual(rise.usual_7d, said)))
    return _dotted(told)


def _bars(rise: RiseReasons, said: Texts) -> Line:
    """How much above its pace it surely is, and how much it takes."""
    if rise.bound is None or rise.usual_7d is None or rise.floor is None or rise.gain_7d is None:
        return ()
    excess, least = math.floor(rise.gain_7d - rise.usual_7d), said.exact(round(rise.floor))
    if excess >= 0:
        form = to_say("{n} above it (it takes {least})")
    else:
        form = to_say("{n} below it (it takes {least} above)")
    bound = said.say(
        "surely {times} its pace (it takes {least})",
        times=surely(rise.bound, said),
        least=said.multiple(rise.least_bound),
    )
    return _dotted([bound, said.say(form, n=said.exact(abs(excess)), least=least)])


def surely(bound: float, said: Texts) -> str:
    """Return a lower bound as `1.4x`: rounded down, so that what is not enough never reads so."""
    return said.multiple(math.floor(bound * 10) / 10)


def _lately(rise: RiseReasons, said: Texts) -> Line:
    """Whether it still is, where it does not rise yet."""
    if rise.phase is not Rise.IDLE or None in {rise.gain_2d, rise.least_2d}:
        return ()
    return _dotted(
        [
            said.say(
                "last 2 days {gain} (it takes {least})",
                gain=said.gain(rise.gain_2d or 0),
                least=said.gain(rise.least_2d or 0),
            ),
            said.say(
                "last 24 h {gain} (it takes {least})",
                gain=said.gain(rise.gain_1d or 0),
                least=said.gain(rise.least_1d or 0),
            ),
        ]
    )


def _from_here(rise: RiseReasons, teller: Teller) -> Line:
    """When a rise ends, and when it speaks again."""
    said, told = teller.texts, []
    if rise.phase is Rise.UP and rise.ends_below is not None:
        least = said.gain(rise.ends_below)
        told.append(said.say("it is over below {gain} in 7 days", gain=least))
    if rise.phase is Rise.UP and rise.again_from is not None and rise.again_3d is not None:
        gain = said.gain(rise.again_3d)
        if rise.again_from > teller.now:
            day = teller.day(rise.again_from)
            told.append(
                said.say("it speaks again at {gain} in 3 days, from {day} on", gain=gain, day=day)
            )
        else:
            told.append(said.say("it speaks again at {gain} in 3 days", gain=gain))
    return _dotted(told)


def _silence(quiet: QuietReasons, said: Texts) -> Line:
    """The silence, and how little of its best it must be."""
    if quiet.gain_28d is None or quiet.best_28d is None or quiet.bound is None:
        return ()
    told = [
        said.say(
            "28 d {gain}, surely no more than {bound} (at most {most})",
            gain=said.gain(quiet.gain_28d),
            bound=said.exact(math.ceil(quiet.bound)),
            most=said.exact(math.floor(quiet.most or 0)),
        )
    ]
    if quiet.before_28d is not None:
        told.append(
            said.say(
                "the 28 before {gain} (at most {most})",
                gain=said.gain(quiet.before_28d),
                most=said.exact(math.floor(quiet.most_before or 0)),
            )
        )
    return _dotted(told)


def _waking(quiet: QuietReasons, verdict: Verdict, teller: Teller) -> Line:
    """What ends the silence, or makes a stall of it."""
    said = teller.texts
    if verdict is Verdict.MAINTAINED and quiet.cares_until is not None:
        day = teller.day(quiet.cares_until)
        return (Text(said.say("called stalled from {day} on if nobody pushes", day=day)),)
    if quiet.wakes_from is None:
        return ()
    woken = said.say(
        "awake at {gain} in 28 days, {week} of them in a week",
        gain=said.gain(quiet.wakes_from),
        week=said.exact(quiet.wakes_week),
    )
    return (Text(woken),)


def _months(quiet: QuietReasons, said: Texts) -> Line:
    told = []
    if quiet.gain_28d is not None:
        told.append(said.say("28 d {gain}", gain=said.gain(quiet.gain_28d)))
    if quiet.best_28d is not None:
        told.append(said.say("best 28 d {gain}", gain=said.gain(quiet.best_28d)))
    return _dotted(told)


def _counted(explanation: Explanation, teller: Teller) -> Line:
    said, judged_at = teller.texts, explanation.judged_at
    # What the judgement did not know was told before it, or after.
    known = explanation.stars is not None and judged_at is not None
    at = judged_at if known and judged_at is not None else explanation.entry.seen_at
    stars = said.say_count("{n} star", "{n} stars", explanation.count)
    when = said.say_line("counts as of {time}", time=moment(at, teller))
    return joined([(Text(stars),), when])


def _dotted(told: list[str]) -> Line:
    return joined((Text(each),) for each in told)
