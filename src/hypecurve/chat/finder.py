"""The desk's part for questions about repos: found, compared, drawn, and named only in part."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypecurve.chat.command import Command, Loosely, Question, Whole
from hypecurve.chat.finding import (
    AskPlace,
    Compare,
    Search,
    ShowCurve,
    ShowLanguage,
    ShowRisers,
)
from hypecurve.chat.grammar import parse
from hypecurve.chat.tuner import check_callable
from hypecurve.chat.tuning import ShowPing
from hypecurve.chat.words import quoted
from hypecurve.domain.asking import Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import NotFound
from hypecurve.domain.message import Message
from hypecurve.domain.schedule import parse_zone
from hypecurve.ports import Clock
from hypecurve.ports.store import Store
from hypecurve.services.answers import comparing, curves, placing
from hypecurve.services.answers.lookup import of_id
from hypecurve.services.answers.search import meant, search
from hypecurve.services.answers.speaking import called
from hypecurve.services.digests.timing import FALLBACK, knows
from hypecurve.wording.asked import own_id
from hypecurve.wording.comparison import (
    comparison_message,
    curve_message,
    risers_message,
    rivals_message,
)
from hypecurve.wording.cut import cut
from hypecurve.wording.found import meant_message, search_message
from hypecurve.wording.misplaced import where_else
from hypecurve.wording.spoken import language_message
from hypecurve.wording.teller import Teller
from hypecurve.wording.texts import texts, to_say
from hypecurve.wording.tuned import pinging

Finding = Search | Compare | ShowCurve | ShowRisers | ShowLanguage | ShowPing | AskPlace
_SHOWN = 60


def clock_zone(asker: Asker) -> str:
    """Return the zone to show somebody times in: theirs where it is known here, else UTC."""
    return asker.zone if asker.zone and knows(asker.zone) else FALLBACK


def teller_of(asker: Asker, taxonomy: Taxonomy, now: datetime) -> Teller:
    """Return who tells somebody of repos: in their language, and their zone."""
    return Teller(texts(asker.locale), taxonomy, parse_zone(clock_zone(asker)), now)


async def find(
    store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker, command: Finding
) -> Message:
    """Answer a question about repos; NotFound where nobody knows one."""
    locale, zone = asker.locale, clock_zone(asker)
    match command:
        case Search():
            hits = await search(store, command.text, page=command.page)
            again = str(replace(command, page=1))
            message = search_message(
                command.text, hits.entries, hits.page, taxonomy, locale, again=again
            )
        case Compare(names=(name,)):
            message = rivals_message(*await comparing.rivals(store, name), locale)
        case Compare():
            found = await comparing.compare(store, clock, command.names, command.by)
            message = comparison_message(found.entries, found.chart, taxonomy, locale, zone)
        case ShowCurve():
            message = curve_message(*await curves.curve(store, command.name, clock.now()), locale)
        case ShowRisers():
            category = command.category
            entries, bars = await comparing.risers(store, clock, taxonomy, category)
            message = risers_message(entries, bars, category, taxonomy, locale)
        case ShowLanguage():
            message = language_message(locale)
        case ShowPing():
            check_callable(asker)
            message = pinging(await called(store, asker.channel), locale)
        case AskPlace():
            found_places = await placing.places_for(store, taxonomy, command.name)
            message = where_else(*found_places, taxonomy, locale)
    return message


async def named_fully(
    store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker, command: Command, site: str
) -> Whole | Message:
    """Return a command with the repos that are meant in it, or the question which they are.

    Our own controls name those with long names by their ids. A question is answered for the only
    repo that a part of a name fits; what changes something wants the whole name of a repo.
    NotFound where none fits.
    """
    while isinstance(command, Loosely):
        if (number := own_id(command.part)) is not None:
            name = str((await of_id(store, number)).repo.name)
            command = parse(command.naming(name), taxonomy, site)
            continue
        found = await meant(store, command.part)
        whole = parse(command.naming("a/b"), taxonomy, site)
        one = found.only if isinstance(whole, Question) else found.sure
        if one is None and found.likely:
            return meant_message(
                command.part,
                found.likely,
                found.total,
                taxonomy,
                asker.locale,
                now=clock.now(),
                command=command.naming,
            )
        if one is None:
            raise NotFound(
                to_say(
                    "No repo is called '{part}' or has it in its name. Look for it: "
                    "/hype search {text}"
                ),
                part=cut(command.part, _SHOWN),
                text=quoted(cut(command.part, _SHOWN)),
            )
        command = parse(command.naming(str(one.repo.name)), taxonomy, site)
    return command
