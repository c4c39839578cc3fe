"""What GitHub tells of a repo in words: archived, moved, gone, its count corrected ..."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.message import Line, Text
from hypecurve.domain.repo import RepoName
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.teller import LONGEST_NAME, Teller
from hypecurve.wording.texts import Texts, to_say

_TERM = 60
_DIGITS = 12
"""More than any count of stars has."""
_GONE_WHY = {
    "deleted": to_say("deleted or made private"),
    "dmca": to_say("taken down after a copyright (DMCA) notice"),
    "tos": to_say("disabled by GitHub for breaking its terms"),
    "blocked": to_say("blocked by GitHub"),
}


def _archived(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    return [(Text(teller.texts.say("archived by its owner {day}", day=teller.day(signal.at))),)]


def _unarchived(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    return [(Text(teller.texts.say("unarchived by its owner {day}", day=teller.day(signal.at))),)]


def _renamed(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    before = cut(clean(signal.evidence.before or ""), LONGEST_NAME)
    day = teller.day(signal.at)
    if not before:
        return [(Text(teller.texts.say("renamed {day}", day=day)),)]
    return [(Text(teller.texts.say("renamed {day}, was {before}", before=before, day=day)),)]


def _moved(signal: Signal, entry: CatalogueEntry, teller: Teller) -> list[Line]:
    owner, day = owner_of(signal.evidence.after or str(entry.repo.name)), teller.day(signal.at)
    before = cut(clean(signal.evidence.before or ""), LONGEST_NAME)
    if not before:
        return [(Text(teller.texts.say("moved to {owner} {day}", owner=owner, day=day)),)]
    how = teller.texts.say(
        "moved to {owner} {day}, was {before}", owner=owner, day=day, before=before
    )
    return [(Text(how),)]


def owner_of(name: str) -> str:
    """Return the owner of an `owner/name`; what is none stands whole. Cleaned and cut."""
    try:
        owner = RepoName.parse(name).owner
    except BadRepoName:
        owner = name
    return cut(clean(owner), LONGEST_NAME)


def _name_taken(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    before = cut(clean(signal.evidence.before or ""), LONGEST_NAME)
    if not before:
        return [(Text(teller.texts.say("its old name belongs to another repo now")),)]
    how = teller.texts.say("its old name {before} belongs to another repo now", before=before)
    return [(Text(how),)]


def _relicensed(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, day = teller.texts, teller.day(signal.at)
    before, after = (
        cut(clean(term or ""), _TERM) or texts.say("none")
        for term in (signal.evidence.before, signal.evidence.after)
    )
    how = texts.say(
        "licence changed {day}: {before} to {after}", day=day, before=before, after=after
    )
    return [(Text(how),)]


def _detached(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    day = teller.day(signal.at)
    return [(Text(teller.texts.say("no longer a fork, since {day}", day=day)),)]


def _gone(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    texts = teller.texts
    since = texts.say("gone from GitHub since {day}", day=teller.day(signal.at))
    why = gone_why(signal.evidence.after, texts)
    return [(Text(texts.say("{gone}: {why}", gone=since, why=why) if why else since),)]


def gone_why(why: str | None, texts: Texts) -> str:
    """Return in words why a repo is gone, as SourceGone has it; "" where nobody can say."""
    known = _GONE_WHY.get(why or "")
    return texts.say(known) if known else ""


def _returned(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    return [(Text(teller.texts.say("back on GitHub since {day}", day=teller.day(signal.at))),)]


def _corrected(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, evidence, day = teller.texts, signal.evidence, teller.day(signal.at)
    pair = counts_of(evidence.before or "", evidence.after or "", texts)
    if pair is None:
        return [(Text(texts.say("count corrected {day}", day=day)),)]
    before, after = pair
    if int(evidence.after or 0) > int(evidence.before or 0):
        form = to_say("stars given back {day}: {before} to {after}")
    else:
        form = to_say("count corrected {day}: {before} to {after}")
    return [(Text(texts.say(form, day=day, before=before, after=after)),)]


def counts_of(before: str, after: str, texts: Texts) -> tuple[str, str] | None:
    """Return the two counts of a fact, exact; None where they are no counts."""
    if not (_is_count(before) and _is_count(after)):
        return None
    return texts.exact(int(before)), texts.exact(int(after))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS


def _milestone(signal: Signal, _: CatalogueEntry, teller: Teller) -> list[Line]:
    texts, passed = teller.texts, signal.evidence.after or ""
    if not passed.isdecimal():
        return [(Text(texts.say("passed a milestone {day}", day=teller.day(signal.at))),)]
    stars = texts.exact(int(passed))
    return [
        (Text(texts.say("passed {stars} stars {day}", stars=stars, day=teller.day(signal.at))),)
    ]


HAPPENED: Mapping[SignalKind, Callable[[Signal, CatalogueEntry, Teller], list[Line]]] = {
    SignalKind.ARCHIVED: _archived,
    SignalKind.UNARCHIVED: _unarchived,
    SignalKind.RENAMED: _renamed,
    SignalKind.MOVED: _moved,
    SignalKind.NAME_TAKEN: _name_taken,
    SignalKind.RELICENSED: _relicensed,
    SignalKind.DETACHED: _detached,
    SignalKind.GONE: _gone,
    SignalKind.RETURNED: _returned,
    SignalKind.CORRECTED: _corrected,
    SignalKind.MILESTONE: _milestone,
}
"""What each of these kinds says."""
