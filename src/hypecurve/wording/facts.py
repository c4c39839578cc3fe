"""What is said of one repo: the change, its evidence and the total, as a line and in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypecurve.domain.catalogue import CatalogueEntry, ListedReason
from hypecurve.domain.digest import Item
from hypecurve.domain.message import Bars, Entry, Line, Style, Text
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.wording.bars import bars
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.happened import HAPPENED
from hypecurve.wording.teller import LONGEST_NAME, Teller, about, joined, name_of, words_of
from hypecurve.wording.texts import Texts

_WITH_CURVE = frozenset({SignalKind.RISING, SignalKind.STALLED, SignalKind.AWAKE})
_WITH_DETAIL = frozenset({SignalKind.RISING, SignalKind.NEW})


def told(item: Item, teller: Teller, *, brief: bool = False) -> Entry:
    """Return an item as an entry; `brief`: the head line alone."""
    signal, repo = item.signal, item.entry.repo
    facts = [line for line in _facts(item, teller) if line]
    total = teller.texts.short(_total(item))
    curve = bars(signal.evidence.weeks) if signal.kind in _WITH_CURVE else ""
    head: Line = (
        *((Text(teller.texts.say("small: ")),) if item.reserved else ()),
        name_of(repo),
        Text(" "),
        *((Bars(curve), Text(" ")) if curve else ()),
        *joined(
            [facts[0], *([] if signal.kind is SignalKind.STALLED else [(Text(total),)]), *facts[1:]]
        ),
    )
    detail = about(repo) if signal.kind in _WITH_DETAIL and not brief else ""
    return Entry(
        lines=(head, (Text(detail),)) if detail else (head,),
        repo_id=repo.id,
        repo_name=str(repo.name),
        spoken=spoken_of(item, teller),
    )


def spoken_of(item: Item, teller: Teller) -> str:
    """Return an item in words: `acme/flashkv at 8.6x its pace, +1,940 in 7 days`."""
    name = cut(clean(str(item.entry.repo.name)), LONGEST_NAME)
    signal, texts = item.signal, teller.texts
    if signal.kind is SignalKind.RISING and signal.evidence.gain_7d is not None:
        return _spoken_rise(name, signal, texts)
    facts = texts.clauses(words_of(line) for line in _facts(item, teller) if line)
    return texts.say("{name} {facts}", name=name, facts=facts)


def _facts(item: Item, teller: Teller) -> list[Line]:
    """The change first, then what goes behind the total."""
    facts = _FACTS[item.signal.kind](item.signal, item.entry, teller)
    if item.submitted_here:
        return [*facts, (Text(teller.texts.say("submitted here")),)]
    if item.signal.kind is SignalKind.NEW and item.entry.listed_reason is ListedReason.SUBMITTED:
        return [*facts, (Text(teller.texts.say("submitted by a reader")),)]
    return facts


def _spoken_rise(name: str, signal: Signal, texts: Texts) -> str:
    evidence = signal.evidence
    gain = texts.gain(evidence.gain_7d or 0)
    multiple = evidence.shown_multiple
    if multiple is None:
        if signal.step > 1:
            return texts.say("{name} still accelerating, {gain} in 7 days", name=name, gain=gain)
        return texts.say("{name} rising, {gain} in 7 days", name=name, gain=gain)
    times = texts.multiple(multiple)
    if signal.step > 1:
        return texts.say(
            "{name} still accelerating at {times} its pace, {gain} in 7 days",
            name=name,
            times=times,
            gain=gain,
        )
    return texts.say(
        "{name} at {times} its pace, {gain} in 7 days", name=name, times=times, gain=gain
    )


def usual(per_week: float, texts: Texts) -> str:
    """`226`, `under 1`."""
    return texts.exact(round(per_week)) if per_week >= 1 else texts.say("under 1")


def _total(item: Item) -> int:
    # The count the other figures of the line were measured with.
    stars = item.signal.evidence.stars
    return item.entry.repo.stars if stars is None else stars


def _rising(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, evidence = teller.texts, signal.evidence
    multiple = evidence.shown_multiple
    strong = [texts.multiple(multiple)] if multiple is not None else []
    if signal.step > 1:
        strong.append(texts.say("still accelerating"))
    lead: Line = (Text(texts.clauses(strong), Style.STRONG), Text(" ")) if strong else ()
    if evidence.gain_7d is None:
        return [lead[:1] or (Text(texts.say("rising")),)]
    return [(*lead, Text(_week_pair(evidence.gain_7d, evidence.usual_7d, texts)))]


def _week_pair(gain: int, usual_week: float | None, texts: Texts) -> str:
    if usual_week is None:
        return texts.say("{gain} in 7 days", gain=texts.gain(gain))
    return texts.say(
        "{gain} in 7 days (usually {usual})", gain=texts.gain(gain), usual=usual(usual_week, texts)
    )


def _new(signal: Signal, entry: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, bar, day = teller.texts, signal.evidence.after, teller.day(signal.at)
    passed = bar is not None and bar.isdecimal() and not _stood_over(int(bar), signal, entry)
    age = _age(signal, entry, texts)
    if passed and age:
        how = texts.say(
            "passed {bar} {day}, {age} old", bar=texts.exact(int(bar or 0)), day=day, age=age
        )
    elif passed:
        how = texts.say("passed {bar} {day}", bar=texts.exact(int(bar or 0)), day=day)
    elif age:
        how = texts.say("listed {day}, {age} old", day=day, age=age)
    else:
        how = texts.say("listed {day}", day=day)
    return [(Text(how),), (Text(teller.place(entry)),)]


def _stood_over(bar: int, signal: Signal, entry: CatalogueEntry) -> bool:
    """Whether a repo was over the bar long before somebody submitted it: it passed nothing."""
    stars, gain = signal.evidence.stars, signal.evidence.gain_7d
    submitted = entry.listed_reason is ListedReason.SUBMITTED
    return submitted and stars is not None and gain is not None and stars - gain >= bar


def _age(signal: Signal, entry: CatalogueEntry, texts: Texts) -> str:
    if signal.evidence.age_days is not None:
        return texts.span(timedelta(days=signal.evidence.age_days))
    created = entry.repo.created_at
    return "" if created is None else texts.span(max(signal.at - created, timedelta(0)))


def _stalled(signal: Signal, entry: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, evidence = teller.texts, signal.evidence
    if evidence.gain_28d is None:
        what = texts.say("stalled")
    elif evidence.best_28d is None:
        what = texts.say("stalled: {gain} in 28 days", gain=texts.exact(evidence.gain_28d))
    else:
        what = texts.say(
            "stalled: {gain} in 28 days, best was {best}",
            gain=texts.exact(evidence.gain_28d),
            best=texts.exact(evidence.best_28d),
        )
    return [(Text(what),), last_push(evidence.last_push or entry.repo.pushed_at, teller)]


def last_push(at: datetime | None, teller: Teller) -> Line:
    """`last push 5 months ago`; empty where it is not known."""
    if at is None:
        return ()
    return (Text(teller.texts.say("last push {ago}", ago=teller.texts.ago(at, teller.now))),)


def _awake(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, evidence = teller.texts, signal.evidence
    if evidence.gain_7d is not None:
        pair = _week_pair(evidence.gain_7d, evidence.usual_7d, texts)
        return [(Text(texts.say("woke up: {what}", what=pair)),)]
    if evidence.gain_28d is not None:
        month = texts.say("{gain} in 28 days", gain=texts.gain(evidence.gain_28d))
        return [(Text(texts.say("woke up: {what}", what=month)),)]
    return [(Text(texts.say("woke up")),)]


_FACTS: dict[SignalKind, Callable[[Signal, CatalogueEntry, Teller], list[Line]]] = {
    SignalKind.RISING: _rising,
    SignalKind.NEW: _new,
    SignalKind.STALLED: _stalled,
    SignalKind.AWAKE: _awake,
    **HAPPENED,
}
"""What each kind says: the change first, what goes behind the total after it."""
