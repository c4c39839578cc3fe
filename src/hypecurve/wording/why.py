"""Why a repo was announced, or was not: a verdict first, then the figures and what guards them."""

from __future__ import annotations

from collections.abc import Iterable

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import (
    Action,
    Control,
    Entry,
    Line,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.why import Explanation, Verdict
from hypecurve.wording.asked import asked
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.grounds import announcements, facts, guards
from hypecurve.wording.measures import calendar, figures
from hypecurve.wording.teller import LONGEST_NAME, Teller, name_of, words_of
from hypecurve.wording.texts import Texts, texts
from hypecurve.wording.verdicts import verdict

_KINDS = {
    Verdict.RISING: SectionKind.RISING,
    Verdict.ACCELERATING: SectionKind.RISING,
    Verdict.OLD_RISE: SectionKind.RISING,
    Verdict.COOLING_DOWN: SectionKind.QUIET,
    Verdict.STALLED: SectionKind.QUIET,
    Verdict.MAINTAINED: SectionKind.QUIET,
    Verdict.ARCHIVED: SectionKind.QUIET,
    Verdict.GONE: SectionKind.QUIET,
}


def why_message(explanation: Explanation, taxonomy: Taxonomy, locale: str, zone: str) -> Message:
    """Return the answer to `why owner/name`; its days are those of `zone`."""
    said = texts(locale)
    teller = calendar(Teller(said, taxonomy, parse_zone(zone), explanation.asked_at))
    repo = explanation.entry.repo
    name = cut(clean(str(repo.name)), LONGEST_NAME)
    first = verdict(explanation, teller)
    lines: tuple[Line, ...] = ((Text(first, Style.STRONG),), *figures(explanation, teller))
    main = Entry(
        lines,
        repo.id,
        str(repo.name),
        spoken="\n".join(words_of(line) for line in lines),
    )
    sections = (
        Section(_KINDS.get(explanation.verdict, SectionKind.PLAIN), "", (main,)),
        *_section(said.say("To be known"), (*guards(explanation, teller),)),
        *_section(said.say("What happened"), (*facts(explanation, teller),)),
        *_section(
            said.say("Announced") if explanation.spoken else said.say("Not announced so far"),
            (*announcements(explanation, teller),),
        ),
    )
    return Message(
        kind=MessageKind.CARD,
        notification=_notification(name, first, said),
        title=name,
        sections=sections,
        controls=(
            Control(Action.OPEN_REPO, said.say("Open on GitHub"), url=name_of(repo).url),
            Control(Action.SHARE, said.say("Share"), value=asked("share why {}", repo)),
        ),
        locale=said.name,
    )


def _section(heading: str, lines: Iterable[str]) -> tuple[Section, ...]:
    entries = tuple(Entry(((Text(line),),), spoken=line) for line in lines)
    return (Section(SectionKind.PLAIN, heading, entries),) if entries else ()


def _notification(name: str, first: str, said: Texts) -> str:
    return said.say("{name}: {verdict}", name=name, verdict=first)
