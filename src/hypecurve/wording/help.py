"""What can be asked, from the table of commands."""

from __future__ import annotations

from hypecurve.domain.message import (
    Entry,
    Line,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.wording.commands import COMMANDS, GROUPS, CommandSpec
from hypecurve.wording.texts import Texts, texts


def help_message(topic: str | None, locale: str, platform: str = "") -> Message:
    """Return the help on a command, or on a group of them; on all where `topic` is neither.

    `platform`: where it is read, so that it tells of what there is; "" of everything.
    """
    said = texts(locale)
    offered = [spec for spec in COMMANDS if spec.is_for(platform)]
    one = next((spec for spec in offered if spec.name == topic), None)
    if one is not None:
        return _of_one(one, said)
    title, example = said.say("What you can ask"), "/hype help subscribe"
    if topic in GROUPS:
        title, offered = said.say(GROUPS[topic]), [each for each in offered if each.group == topic]
        example = f"/hype help {offered[0].path}"
    more = said.say_line("More on one of them: {example}", example=Text(example, Style.CODE))
    return Message(
        kind=MessageKind.HELP,
        notification=title,
        title=title,
        sections=(Section(SectionKind.PLAIN, "", tuple(_short(spec, said) for spec in offered)),),
        footer=(more,),
        locale=said.name,
    )


def _short(spec: CommandSpec, said: Texts) -> Entry:
    what = said.say(spec.help)
    usage = f"/hype {spec.path} {spec.usage}".rstrip()
    return Entry(
        ((Text(usage, Style.CODE),), (Text(what),)),
        spoken=said.say("{option}: {what}", option=spec.path, what=what),
    )


def _of_one(spec: CommandSpec, said: Texts) -> Message:
    usage = f"/hype {spec.path} {spec.usage}".rstrip()
    lines: list[Line] = [(Text(usage, Style.CODE),)]
    lines += [
        said.say_line(
            "{option}: {what}", option=Text(option.name, Style.STRONG), what=said.say(option.help)
        )
        for option in spec.options
    ]
    if spec.example != spec.path:
        example = Text(f"/hype {spec.example}", Style.CODE)
        lines.append(said.say_line("For example: {example}", example=example))
    what = said.say(spec.help)
    return Message(
        kind=MessageKind.HELP,
        notification=what,
        title=what,
        sections=(Section(SectionKind.PLAIN, "", (Entry(tuple(lines)),)),),
        locale=said.name,
    )
