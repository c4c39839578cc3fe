"""What else speaks in a `why`: guards, what happened lately, and what was announced."""

from __future__ import annotations

from collections.abc import Iterator

from hypecurve.domain.catalogue import NEWS, Fact, FactKind, ListedReason
from hypecurve.domain.reasons import NEEDED_DAYS
from hypecurve.domain.signal import Evidence, Signal, SignalKind
from hypecurve.domain.why import Explanation, Guard, GuardKind, Verdict
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.facts import usual
from hypecurve.wording.happened import HAPPENED, counts_of
from hypecurve.wording.measures import surely
from hypecurve.wording.teller import LONGEST_NAME, Teller, moment, words_of
from hypecurve.wording.texts import Texts, to_say

_SPOKEN = 3
_PLAIN = {
    GuardKind.NO_HISTORY: to_say("GitHub's own star history of it is not loaded."),
    GuardKind.ARCHIVED: to_say("It is archived: that it falls silent, or wakes, is not told."),
    GuardKind.OLD_SILENCE: to_say(
        "It had fallen silent before anybody here could judge it: that was not announced."
    ),
    GuardKind.MUTED: to_say(
        "It stalled again within 12 weeks of the last time: this time nothing is said."
    ),
}
_DATED = {
    GuardKind.UNSEEN: to_say("GitHub has not told its count since {day}."),
    GuardKind.FUTURE: to_say(
        "GitHub says it was created on {day}, in the future: its age is not known."
    ),
    GuardKind.WAITING: to_say("Submitted {day}: it waits for the operator."),
    GuardKind.REFUSED: to_say("Submitted {day}: the operator refused it."),
    GuardKind.SUBMITTED: to_say("Submitted {day}: it is counted with every look."),
}
_NO_NEWS = {
    ListedReason.BASELINE: to_say(
        "Listed {day} with the first look at what brought it: that is no news."
    ),
    ListedReason.MATCHED: to_say(
        "Listed {day}, and over the bar already when it was first met: that is no news."
    ),
}


def guards(explanation: Explanation, teller: Teller) -> Iterator[str]:
    """Yield a sentence for each guard in force."""
    for guard in explanation.guards:
        yield _guard(guard, teller)


def facts(explanation: Explanation, teller: Teller) -> Iterator[str]:
    """Yield what GitHub told of it in the last 28 days, newest first, in the digest's words."""
    for fact in explanation.told:
        known = explanation.verdict is Verdict.GONE and fact.kind is FactKind.GONE
        if (signal := _signal(fact)) is not None and not known:
            lines = HAPPENED[signal.kind](signal, explanation.entry, teller)
            yield teller.texts.clauses(words_of(line) for line in lines if line)


def announcements(explanation: Explanation, teller: Teller) -> Iterator[str]:
    """Yield the last announcements with their evidence, newest first, and a silent listing."""
    for signal in explanation.spoken[:_SPOKEN]:
        yield _announcement(signal, teller)
    entry = explanation.entry
    reason, at = entry.listed_reason, entry.listed_at
    if at is not None and reason is not None and reason not in NEWS:
        yield teller.texts.say(_NO_NEWS[reason], day=teller.day(at))


def _guard(guard: Guard, teller: Teller) -> str:
    said = teller.texts
    if guard.kind in _PLAIN:
        return said.say(_PLAIN[guard.kind])
    if guard.kind in _DATED:
        if guard.at is None:
            return said.say("GitHub has not told its count for months.")
        return said.say(_DATED[guard.kind], day=teller.day(guard.at))
    if guard.kind in {GuardKind.PARTIAL, GuardKind.STILL}:
        return _degraded(guard, teller)
    if guard.kind is GuardKind.LITTLE_HISTORY:
        return _little_history(guard, teller)
    return _doubt(guard, teller)


def _doubt(guard: Guard, teller: Teller) -> str:
    """A count that was put right, given back or not believed."""
    said, day = teller.texts, "" if guard.at is None else teller.day(guard.at)
    before, after = counts_of(guard.before, guard.after, said) or (
        cut(clean(guard.before), LONGEST_NAME),
        cut(clean(guard.after), LONGEST_NAME),
    )
    if guard.kind is GuardKind.MISREAD:
        form = to_say(
            "GitHub first said {before} stars on {day}, and {after} when asked again: "
            "the first was not believed."
        )
    elif guard.kind is GuardKind.GIVEN_BACK:
        form = to_say("Stars given back on {day}: {before} to {after}.")
    else:
        form = to_say("Count corrected on {day} from {before} to {after}.")
    told = said.say(form, day=day, before=before, after=after)
    if guard.until is None:
        return told
    until = said.say("Nothing is said of its pace until {day}.", day=teller.day(guard.until))
    return f"{told}{said.gap}{until}"


def _little_history(guard: Guard, teller: Teller) -> str:
    said = teller.texts
    told = said.say_count(
        "Too little history: {n} day is known without a gap, and a pace takes {needed}.",
        "Too little history: {n} days are known without a gap, and a pace takes {needed}.",
        guard.days,
        needed=said.exact(NEEDED_DAYS),
    )
    if guard.until is None:
        return told
    known = said.say("It is known from {day} on.", day=teller.day(guard.until))
    return f"{told}{said.gap}{known}"


def _degraded(guard: Guard, teller: Teller) -> str:
    said = teller.texts
    at = "" if guard.at is None else moment(guard.at, teller).fallback
    if guard.kind is GuardKind.STILL:
        return said.say(
            "At the last look ({time}) all counts stood still at once: it is not believed.", time=at
        )
    if guard.share is None:
        return said.say("At the last look ({time}) GitHub did not answer for all repos.", time=at)
    return said.say(
        "At the last look ({time}) GitHub answered for {share} of the repos.",
        time=at,
        share=said.percent(guard.share),
    )


def _signal(fact: Fact) -> Signal | None:
    """The signal a fact becomes, to be told in the same words."""
    kind = fact.kind.signal
    if kind is None:
        return None
    evidence = Evidence(before=fact.before or None, after=fact.after or None)
    return Signal(fact.repo_id, kind, fact.at, fact.id, 1, 0.0, None, "", evidence)


def _announcement(signal: Signal, teller: Teller) -> str:
    """`rising 19 Nov: +820 in 7 days, usually 200, surely 2.9x its pace`."""
    said, day = teller.texts, teller.day(signal.at)
    kind = {
        SignalKind.NEW: to_say("as new {day}"),
        SignalKind.RISING: to_say("as rising {day}"),
        SignalKind.STALLED: to_say("as stalled {day}"),
    }.get(signal.kind, to_say("as awake {day}"))
    if signal.step > 1:
        kind = to_say("as still accelerating {day}")
    head, evidence = said.say(kind, day=day), _evidence(signal, said)
    return said.say("{what}: {evidence}", what=head, evidence=evidence) if evidence else head


def _evidence(signal: Signal, said: Texts) -> str:
    known = signal.evidence
    if signal.kind is SignalKind.NEW:
        bars = counts_of(known.after or "", known.after or "", said)
        return said.say("passed {bar}", bar=bars[0]) if bars else ""
    if signal.kind is SignalKind.STALLED and known.gain_28d is not None:
        return said.say(
            "{gain} in 28 days, best was {best}",
            gain=said.exact(known.gain_28d),
            best=said.exact(known.best_28d or 0),
        )
    if signal.kind is SignalKind.RISING and known.gain_7d is not None:
        pace = "" if known.usual_7d is None else usual(known.usual_7d, said)
        return said.say(
            "{gain} in 7 days, usually {usual}, surely {times} its pace",
            gain=said.gain(known.gain_7d),
            usual=pace,
            times=surely(signal.score, said),
        )
    if known.gain_28d is not None:
        return said.say("{gain} in 28 days", gain=said.gain(known.gain_28d))
    return ""
