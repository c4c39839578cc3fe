"""Repos side by side, one repo's curve, and what rises as bars: each with its picture."""

from __future__ import annotations

from collections.abc import Sequence

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import Comparison, Curve, Risers
from hypecurve.domain.message import (
    Action,
    Choice,
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
from hypecurve.wording.asked import asked
from hypecurve.wording.card import STATES, growth_line, growth_multiple
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.pictures import heading, pictured
from hypecurve.wording.teller import (
    LONGEST_NAME,
    Teller,
    joined,
    moment,
    name_of,
    open_repo,
    scope,
    words_of,
)
from hypecurve.wording.texts import texts


def comparison_message(
    entries: Sequence[CatalogueEntry],
    chart: Comparison,
    taxonomy: Taxonomy,
    locale: str,
    zone: str,
) -> Message:
    """Return two to five repos side by side, in the order given; its times are those of `zone`."""
    said = texts(locale)
    read = max(entry.seen_at for entry in entries)
    teller = Teller(said, taxonomy, parse_zone(zone), read)
    names = [_name(entry) for entry in entries]
    repos = tuple(entry.repo for entry in entries)
    again = f"compare{' {}' * len(repos)}"
    by_age = chart.by == "age"
    other = (
        Control(Action.DO, said.say("By date"), value=asked(again, *repos))
        if by_age
        else Control(Action.DO, said.say("By age"), value=asked(f"{again} age", *repos))
    )
    shared = asked(f"share {again}{' age' if by_age else ''}", *repos)
    return Message(
        kind=MessageKind.CARD,
        notification=said.say(
            "Compared: {repos}",
            repos=said.listing(
                said.say("{name} {stars}", name=name, stars=said.short(entry.repo.stars))
                for name, entry in zip(names, entries, strict=True)
            ),
        ),
        title=said.listing(names),
        subtitle=(said.say_line("counts as of {time}", time=moment(read, teller)),),
        sections=(Section(SectionKind.PLAIN, "", tuple(_side(each, teller) for each in entries)),),
        controls=(
            *open_repo(entries, said),
            other,
            Control(Action.SHARE, said.say("Share"), value=shared),
        ),
        locale=said.name,
        picture=pictured(chart, locale),
    )


def rivals_message(entry: CatalogueEntry, others: Sequence[CatalogueEntry], locale: str) -> Message:
    """Ask with which other repo one is to be compared; `others`: the likeliest first."""
    said, name = texts(locale), str(entry.repo.name)
    title = said.say("Compare {name} with…", name=_name(entry))
    example = str(others[0].repo.name) if others else "nori/voicebox"
    hint = said.say("Name two to five repos: /hype {example}", example=f"compare {name} {example}")
    choices = tuple(
        Choice(
            _name(each),
            asked("compare {} {}", entry.repo, each.repo),
            said.short(each.repo.stars),
        )
        for each in others
    )
    return Message(
        kind=MessageKind.NOTICE,
        notification=title,
        title=title,
        sections=(Section(SectionKind.PLAIN, "", (Entry(((Text(hint),),), spoken=hint),)),),
        controls=(Control(Action.COMPARE, said.say("Another repo"), choices=choices),)
        if choices
        else (),
        locale=said.name,
    )


def curve_message(entry: CatalogueEntry, chart: Curve, locale: str) -> Message:
    """Return a repo's star curve."""
    said, name = texts(locale), _name(entry)
    picture = pictured(chart, locale)
    line: Line = (name_of(entry.repo), Text(" "), Text(heading(chart, said)))
    repo = entry.repo
    return Message(
        kind=MessageKind.CARD,
        notification=picture.title or name,
        sections=(
            Section(
                SectionKind.PLAIN,
                "",
                (Entry((line,), repo.id, str(repo.name), spoken=picture.alt),),
            ),
        ),
        controls=(
            Control(Action.DO, said.say("Card"), value=asked("repo {}", repo)),
            Control(Action.WHY, said.say("Why"), value=asked("why {}", repo)),
            Control(Action.COMPARE, said.say("Compare…"), value=asked("compare {}", repo)),
            Control(Action.SHARE, said.say("Share"), value=asked("share curve {}", repo)),
        ),
        locale=said.name,
        picture=picture,
    )


def risers_message(
    entries: Sequence[CatalogueEntry],
    chart: Risers,
    category: str | None,
    taxonomy: Taxonomy,
    locale: str,
) -> Message:
    """Return what rises as bars. `category`: a category's or a layer's slug, None all."""
    said = texts(locale)
    slugs = () if category is None else (category,)
    title = said.say("Rising · {what}", what=scope(said, taxonomy, slugs))
    if not chart.bars:
        nothing = said.say("Nothing rose above its usual pace in that time.")
        section = Section(SectionKind.RISING, "", (Entry(((Text(nothing),),), spoken=nothing),))
        return Message(MessageKind.LIST, nothing, title, sections=(section,), locale=said.name)
    picture = pictured(chart, locale)
    line: Line = (Text(picture.title),)
    again = "chart" if category is None else f'chart "{category}"'
    return Message(
        kind=MessageKind.LIST,
        notification=picture.title,
        title=title,
        sections=(Section(SectionKind.RISING, "", (Entry((line,), spoken=picture.alt),)),),
        controls=(
            *open_repo(entries, said),
            Control(Action.SHARE, said.say("Share"), value=f"share {again}"),
        ),
        locale=said.name,
        picture=picture,
    )


def _side(entry: CatalogueEntry, teller: Teller) -> Entry:
    said, repo = teller.texts, entry.repo
    multiple = growth_multiple(entry)
    times: Line = () if multiple is None else (Text(said.multiple(multiple), Style.STRONG),)
    stars = said.say_count("{n} star", "{n} stars", repo.stars)
    head: Line = (
        name_of(repo),
        Text(" "),
        *joined(((Text(stars),), (Text(said.say(STATES[entry.state])),), times)),
    )
    lines = (
        head,
        growth_line(entry, said),
        joined(((Text(teller.place(entry)),), *_age(entry, teller))),
    )
    shown = tuple(line for line in lines if line)
    return Entry(shown, repo.id, str(repo.name), "\n".join(words_of(line) for line in shown))


def _age(entry: CatalogueEntry, teller: Teller) -> tuple[Line, ...]:
    created = entry.repo.created_at
    if created is None or created > entry.seen_at:
        return ()
    month = teller.texts.month(created.astimezone(teller.zone).date())
    return ((Text(teller.texts.say("created {month}", month=month)),),)


def _name(entry: CatalogueEntry) -> str:
    return cut(clean(str(entry.repo.name)), LONGEST_NAME)
