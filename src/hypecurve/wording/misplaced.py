"""A repo in the wrong category: where else it may belong, and what becomes of the word."""

from __future__ import annotations

from collections.abc import Sequence

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import (
    Action,
    Choice,
    Control,
    Entry,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.domain.submission import Misplacing
from hypecurve.wording.asked import asked
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.notices import notice
from hypecurve.wording.teller import LONGEST_NAME, place_title
from hypecurve.wording.texts import SOURCE_LOCALE, texts, to_say

_WRITTEN = 8
"""Places that are named in the text too, for a platform that shows no list."""
_SAID = {
    Misplacing.KEPT: to_say("Thank you: the operator is asked to put {name} into {category}."),
    Misplacing.AGAIN: to_say("You said so before: {name} waits for the operator's word."),
    Misplacing.THERE: to_say("{name} is in {category} already."),
    Misplacing.BLOCKED: to_say("The operator wants no word on {name}, or none of yours."),
    Misplacing.TOO_MANY: to_say(
        "You sent the operator as many repos as a day allows. Try again tomorrow."
    ),
}


def where_else(
    entry: CatalogueEntry, likely: Sequence[str], taxonomy: Taxonomy, locale: str
) -> Message:
    """Ask where a repo belongs; `likely`: slugs, the likeliest first."""
    said, name = texts(locale), str(entry.repo.name)
    titles = {slug: place_title(taxonomy, slug, said) for slug in likely}
    title = said.say("Where does {name} belong?", name=_name(entry))
    now = said.say(
        "It is in {category} now.", category=place_title(taxonomy, entry.place.category, said)
    )
    lines = [
        (Text(now),),
        said.say_line(
            "Choose, or write the category: {command}",
            command=Text(f"/hype place {name} {next(iter(likely), 'CATEGORY')}", Style.CODE),
        ),
    ]
    shown = list(titles.items())[:_WRITTEN]
    lines += [(Text(each), Text(" ("), Text(slug, Style.CODE), Text(")")) for slug, each in shown]
    choices = tuple(
        Choice(each, asked(f"place {{}} {slug}", entry.repo)) for slug, each in titles.items()
    )
    return Message(
        kind=MessageKind.NOTICE,
        notification=title,
        title=title,
        sections=(Section(SectionKind.PLAIN, "", (Entry(tuple(lines), spoken=now),)),),
        controls=(Control(Action.MISPLACED, said.say("Category"), choices=choices),),
        locale=said.name,
    )


def misplaced_message(
    entry: CatalogueEntry, category: str, became: Misplacing, taxonomy: Taxonomy, locale: str
) -> Message:
    """Say what becomes of the word that a repo belongs in a category (a slug)."""
    said = texts(locale)
    title = place_title(taxonomy, category, said)
    return notice(said.say(_SAID[became], name=_name(entry), category=title), locale)


def told_to_operator(
    entry: CatalogueEntry, category: str, taxonomy: Taxonomy, locale: str = SOURCE_LOCALE
) -> Message:
    """Tell the operator that somebody wants a repo in another category (a slug)."""
    said, name = texts(locale), str(entry.repo.name)
    words = said.say(
        "Somebody says that {name} belongs in {category}, not in {now}.",
        name=_name(entry),
        category=place_title(taxonomy, category, said),
        now=place_title(taxonomy, entry.place.category, said),
    )
    how = said.say(
        "To move it: `hypecurve submissions approve {name} {slug}`; to leave it: "
        "`hypecurve submissions refuse {name}`.",
        name=name,
        slug=category,
    )
    return notice(words, locale, (Text(how),))


def _name(entry: CatalogueEntry) -> str:
    return cut(clean(str(entry.repo.name)), LONGEST_NAME)
