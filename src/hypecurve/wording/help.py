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
from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve.wording.texts import Texts, texts
from hypecurve.wording.typed import listed


def help_message(topic: str | None, locale: str, platform: str = "") -> Message:
    """Return the help on a command, or on a group of them; on all where `topic` is neither.

    `platform`: where it is read, so that it tells of what there is; "" of everything.
    """
    said = texts(locale)
    offered = [spec for spec in COMMANDS if spec.is_for(platform)]
    one = next((spec for spec in offered if spec.name == topic), None)
    if one is not None:
        return _of_one(one, said, platform)
    title, example = said.say("What you can ask"), "/hype help subscribe"
    if topic in GROUPS:
        title, offered = said.say(GROUPS[topic]), [each for each in offered if each.group == topic]
        example = f"/hype help {offered[0].path}"
    more = said.say_line("More on one of them: {example}", example=Text(example, Style.CODE))
    return Message(
        kind=MessageKind.HELP,
        notification=title,
        title=title,
        sections=(
            Section(SectionKind.PLAIN, "", tuple(_short(spec, said, platform) for spec in offered)),
        ),
        footer=(more,),
        locale=said.name,
    )


def _short(spec: CommandSpec, said: Texts, platform: str) -> Entry:
    what = said.say(spec.help)
    name = listed("command", spec.path, said.name, platform)
    usage = f"/hype {spec.path} {spec.usage}".rstrip()
    return Entry(
        ((Text(usage, Style.CODE),), (Text(f"{name} · {what}" if name else what),)),
        spoken=said.say("{option}: {what}", option=spec.path, what=what),
    )


def _of_one(spec: CommandSpec, said: Texts, platform: str) -> Message:
    usage = f"/hype {spec.path} {spec.usage}".rstrip()
    lines: list[Line] = [(Text(usage, Style.CODE),)]
    name = listed("command", spec.path, said.name, platform)
    lines += [(Text(f"/hype {name}", Style.CODE),)] if name else []
    lines += [
        said.say_line(
            "{option}: {what}", option=_option(option, said, platform), what=said.say(option.help)
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


def _option(option: OptionSpec, said: Texts, platform: str) -> Text:
    name = listed("option", option.name, said.name, platform)
    return Text(" · ".join(filter(None, (option.name, name))), Style.STRONG)
