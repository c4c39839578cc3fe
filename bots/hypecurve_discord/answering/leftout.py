"""What found no room in a post, told to who asks: the post's own select names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.message import Entry, Line, Link, Message, MessageKind, Section, SectionKind
from hypecurve.domain.message import Text as Words
from hypecurve.domain.repo import RepoName
from hypecurve.wording.texts import texts
from hypecurve_discord.answering.asked import Interaction
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.ids import LeftOut, encode


def left_out(interaction: Interaction, pressed: LeftOut, locale: str) -> Message:
    """Return the repos that found no room in the post whose button was pressed."""
    said = texts(locale)
    components = interaction.message.components if interaction.message else []
    options = list(_options(components))
    wanted = [o for i, o in enumerate(options) if pressed.mask >> i & 1]
    entries = [_repo_entry(option.label, option.description or "") for option in wanted]
    # A number that the post itself does not tell is made up.
    total = pressed.total if encode(pressed) in _ids(components) else len(wanted)
    rest = total - len(wanted)
    footer: tuple[Line, ...] = ()
    if rest > 0 or not wanted:
        more = said.say_count(
            "and {n} more: /hype rising, /hype new", "and {n} more: /hype rising, /hype new", rest
        )
        footer = ((Words(more),),)
    title = said.say_count("{n} more", "{n} more", total)
    section = Section(SectionKind.PLAIN, "", tuple(entries))
    return Message(
        MessageKind.LIST, title, title, sections=(section,), footer=footer, locale=said.name
    )


def _repo_entry(label: str, detail: str) -> Entry:
    try:
        name = str(RepoName.parse(label))
    except BadRepoName:
        name = ""
    head: Line = (Link(label, f"https://github.com/{name}"),) if name else (Words(label),)
    return Entry((head, (Words(detail),)) if detail else (head,), repo_name=name, spoken=label)


def _options(components: Iterable[Any]) -> Iterator[discord.SelectOption]:
    for component in components:
        if isinstance(component, discord.SelectMenu):
            yield from component.options
        yield from _options(getattr(component, "children", ()))


def _ids(components: Iterable[Any]) -> Iterator[str]:
    for component in components:
        yield getattr(component, "custom_id", None) or ""
        yield from _ids(getattr(component, "children", ()))
