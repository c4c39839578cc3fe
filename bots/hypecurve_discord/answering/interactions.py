"""One interaction: acknowledged within three seconds, asked of the desk, answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.message import Entry, Line, Link, Message, MessageKind, Section, SectionKind
from hypecurve.domain.message import Text as Words
from hypecurve.domain.repo import RepoName
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Desk
from hypecurve.wording.texts import Texts, texts
from hypecurve_discord.library import discord
from hypecurve_discord.offering.options import manages, suggestions, text_of
from hypecurve_discord.rendering.components import DO, MORE, REPO, body, plain_body

_log = structlog.get_logger(__name__)

DESK_PATIENCE = 600.0
"""Seconds the desk may take: an interaction can be answered for 15 minutes."""

_TOO_LATE = frozenset({10062, 40060, 10015})
"""Unknown interaction, already acknowledged, unknown webhook: somebody waited too long."""

Interaction = discord.Interaction[Any]


async def answer(interaction: Interaction, desk: Desk) -> None:
    """Answer an interaction. Nothing is raised: what goes wrong is logged and told kindly."""
    kind = interaction.type
    try:
        if kind is discord.InteractionType.autocomplete:
            await _complete(interaction)
        elif kind in {
            discord.InteractionType.application_command,
            discord.InteractionType.component,
        }:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await _reply(interaction, await _asked(interaction, desk))
    except discord.HTTPException as error:
        if error.code in _TOO_LATE:
            _log.info("discord interaction too late", code=error.code)
        else:
            _log.exception("discord interaction not answered", code=error.code)
    except Exception:  # noqa: BLE001 - an interaction goes wrong alone, whatever it is
        _log.exception("discord interaction not answered")


async def _complete(interaction: Interaction) -> None:
    choices = [
        discord.app_commands.Choice(name=name, value=value)
        for name, value in suggestions(_data(interaction))
    ]
    await interaction.response.autocomplete(choices)


async def _asked(interaction: Interaction, desk: Desk) -> Answer:
    """Return what the desk says, or a kind line where it cannot be asked."""
    said = texts(locale_of(str(interaction.locale)))
    custom_id = str(_data(interaction).get("custom_id", ""))
    try:
        if custom_id.startswith(MORE):
            return Answer(_left_out(interaction, custom_id, said))
        text = _wanted(interaction, custom_id)
        if (refusal := _refused(interaction, text, said)) is not None:
            return Answer(_notice(refusal, said))
        async with asyncio.timeout(DESK_PATIENCE):
            return await desk.answer(asker_of(interaction), text)
    except Exception:  # noqa: BLE001 - the person hears a kind line, the log the rest
        _log.exception("discord command failed", custom_id=custom_id)
        sorry = said.say("Something went wrong on our side. Please try again in a minute.")
        return Answer(_notice(sorry, said))


def _wanted(interaction: Interaction, custom_id: str) -> str:
    """Return the command that was typed, or that a control stands for."""
    if custom_id == REPO:
        return f"repo {next(iter(_data(interaction).get('values') or []), '')}"
    if custom_id.startswith(DO):
        return custom_id.removeprefix(DO)
    # A control of a version to come, or to be forgotten: the help is never wrong.
    return "help" if custom_id else text_of(_data(interaction))


def _refused(interaction: Interaction, text: str, said: Texts) -> str | None:
    """Return why this person or this channel may not do that; None if they may.

    Discord knows permissions for whole commands only, so subcommands are checked here.
    """
    if interaction.guild_id is None or not manages(text):
        return None
    if not interaction.permissions.manage_channels:
        return said.say(
            "Changing what this channel hears takes the permission Manage Channels. "
            "Everything else in /hype is for everybody."
        )
    ours = interaction.app_permissions
    thread = isinstance(interaction.channel, discord.Thread)
    may_write = ours.send_messages_in_threads if thread else ours.send_messages
    if text.startswith("subscribe") and not (ours.view_channel and may_write):
        return said.say(
            "Hypecurve cannot write here yet: give it View Channel and Send Messages "
            "in this channel, then try again."
        )
    return None


def asker_of(interaction: Interaction) -> Asker:
    """Return who asks and where; in direct messages the tenant is the person, as `@42`.

    LookupError where Discord names a channel of a kind that is not known yet.
    """
    if interaction.channel_id is None:
        message = "a command from a kind of channel that this version does not know"
        raise LookupError(message)
    user = str(interaction.user.id)
    guild = interaction.guild_id
    tenant = Tenant("discord", f"@{user}" if guild is None else str(guild))
    channel = Channel(tenant, str(interaction.channel_id))
    name = getattr(interaction.channel, "name", None) or ""
    return Asker(
        channel,
        user,
        locale_of(str(interaction.locale)),
        channel_name=name,
        name=interaction.user.display_name,
        is_admin=interaction.permissions.manage_channels,
        is_alone=guild is None,
    )


def locale_of(discord_locale: str) -> str:
    """Return Babel's name of one of Discord's locales: `en` for en-US, `zh_CN` for zh-CN."""
    language = discord_locale.partition("-")[0]
    return "en" if language == "en" else discord_locale.replace("-", "_")


# -- replies -----------------------------------------------------------------------------------


async def _reply(interaction: Interaction, given: Answer) -> None:
    """Show the answer to the asker, or to everybody, and everybody what was changed.

    The placeholder is private, and Discord lets the first answer only take its place; so what is
    public comes as a second message, and the placeholder says where it went.
    """
    if not given.public:
        await _edit(interaction, given.message)
        if given.announcement is not None:
            await _announce(interaction, given.announcement)
        return
    said = texts(given.message.locale)
    await _edit(interaction, _notice(said.say("Everybody here can see the answer."), said))
    try:
        await _send(interaction, "POST", "", given.message)
    except discord.HTTPException as error:
        _log.warning("discord answer stays private", code=error.code)
        await _edit(interaction, given.message)


async def _announce(interaction: Interaction, line: Message) -> None:
    """Say in the channel who changed what; where that cannot be, the change stands all the same."""
    try:
        await _send(interaction, "POST", "", line)
    except discord.HTTPException as error:
        _log.warning("discord change not announced", code=error.code)


async def _edit(interaction: Interaction, message: Message) -> None:
    await _send(interaction, "PATCH", "/messages/@original", message)


async def _send(interaction: Interaction, method: str, path: str, message: Message) -> None:
    """Send as it was rendered; as plain text where Discord refuses that (our mistake)."""
    route = discord.http.Route(
        method,
        "/webhooks/{webhook_id}/{webhook_token}" + path,
        webhook_id=interaction.application_id,
        webhook_token=interaction.token,
    )
    http = interaction.client.http
    try:
        await http.request(route, json=body(message))
    except discord.HTTPException as error:
        if error.status != 400:  # noqa: PLR2004  # Bad Request
            raise
        _log.exception("discord answer refused", code=error.code)
        await http.request(route, json=plain_body(message))


def _notice(text: str, said: Texts) -> Message:
    entry = Entry(((Words(text),),), spoken=text)
    section = Section(SectionKind.PLAIN, "", (entry,))
    return Message(MessageKind.NOTICE, text, sections=(section,), locale=said.name)


def _left_out(interaction: Interaction, custom_id: str, said: Texts) -> Message:
    """Return the repos that found no room in a post, as its own select tells them."""
    mask, _, total = custom_id.removeprefix(MORE).partition(":")
    options = list(_options(interaction.message.components if interaction.message else []))
    wanted = [o for i, o in enumerate(options) if int(mask, 16) >> i & 1]
    entries = [_repo_entry(option.label, option.description or "") for option in wanted]
    rest = int(total) - len(wanted)
    footer: tuple[Line, ...] = ()
    if rest > 0 or not wanted:
        more = said.say_count(
            "and {n} more: /hype rising, /hype new", "and {n} more: /hype rising, /hype new", rest
        )
        footer = ((Words(more),),)
    title = said.say_count("{n} more", "{n} more", int(total))
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


def _data(interaction: Interaction) -> Mapping[str, Any]:
    # discord.py types each kind of interaction's data apart; here they are read as plain JSON.
    data: Any = interaction.data
    return data or {}
