"""`subscribe`, `pause`, `filter` and their like: what the chat commands do, for operators."""

from __future__ import annotations

from typing import Annotated

import typer

from hypecurve.cli.common import no_bot, note, runs

ChannelArgument = Annotated[str, typer.Argument(help="slack:TEAM/CHANNEL or discord:SERVER/ID.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("subscribe")(runs(subscribe))
    app.command("unsubscribe")(runs(unsubscribe))
    app.command("follow")(runs(follow))
    app.command("unfollow")(runs(unfollow))
    app.command("pause")(runs(pause))
    app.command("resume")(runs(resume))
    app.command("mute")(runs(mute))
    app.command("unmute")(runs(unmute))
    app.command("filter")(runs(filter_news))
    app.command("alerts")(runs(alerts))
    app.command("pick")(runs(pick))
    app.command("language")(runs(language))


async def subscribe(
    channel: ChannelArgument,
    what: Annotated[
        list[str],
        typer.Argument(
            help="Categories, kinds (new rising stalled awake), all; min 1000, without rust @acme."
        ),
    ],
    at: Annotated[str | None, typer.Option("--at", help="Local time, like 09:00.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="Like Europe/Paris.")] = None,
    weekdays: Annotated[bool, typer.Option("--weekdays", help="Monday to Friday.")] = False,
) -> None:
    """Let a channel hear categories; prints its first message, and posts nothing now."""
    from hypecurve.domain.schedule import parse_time, parse_zone

    # Among the words a wrong time or zone would be taken for a slip of another kind.
    if at:
        parse_time(at)
    if zone:
        parse_zone(zone)
    when = [
        *(["at", at] if at else []),
        *([zone] if zone else []),
        *(["weekdays"] if weekdays else []),
    ]
    await _ask(channel, "subscribe", *_quoted(what), *when, made=True)


async def unsubscribe(
    channel: ChannelArgument,
    what: Annotated[list[str], typer.Argument(help="Categories, or all.")],
) -> None:
    """Let a channel no longer hear categories."""
    await _ask(channel, "unsubscribe", *_quoted(what))


async def follow(channel: ChannelArgument, name: str) -> None:
    """Let a channel hear about one repo."""
    await _ask(channel, "follow", name)


async def unfollow(channel: ChannelArgument, name: str) -> None:
    """Let a channel no longer hear about one repo."""
    await _ask(channel, "unfollow", name)


async def pause(
    channel: ChannelArgument,
    span: Annotated[
        list[str] | None, typer.Argument(help="How long, like 12h or 2d; open-ended without.")
    ] = None,
) -> None:
    """Send a channel nothing for a while."""
    await _ask(channel, "pause", *(span or ()))


async def resume(channel: ChannelArgument) -> None:
    """End a channel's pause, and try at once whether it takes messages again."""
    await _ask(channel, "resume")


async def mute(channel: ChannelArgument, name: str) -> None:
    """Never speak of one repo in a channel."""
    await _ask(channel, "mute", name)


async def unmute(channel: ChannelArgument, name: str) -> None:
    """Speak of a muted repo again."""
    await _ask(channel, "unmute", name)


async def filter_news(
    channel: ChannelArgument,
    words: Annotated[
        list[str] | None, typer.Argument(help="min 1000, without rust @acme, quiet say; or off.")
    ] = None,
) -> None:
    """Leave out small repos, languages or owners; without words it shows what a channel hears."""
    await _ask(channel, "filter", *_quoted(words or []))


async def alerts(
    channel: ChannelArgument,
    words: Annotated[list[str] | None, typer.Argument(help="5, quiet 22:00-08:00; or off.")] = None,
) -> None:
    """Let a channel hear of surges at once, beside its digest."""
    await _ask(channel, "alerts", *(words or ()))


async def pick(
    channel: ChannelArgument,
    name: str,
    why: Annotated[list[str], typer.Argument(help="Why the others should look at it.")],
) -> None:
    """Show a repo in a channel's next digest, with a word why."""
    from hypecurve.chat.words import quoted

    await _ask(channel, "pick", name, quoted(" ".join(why)))


async def language(
    channel: ChannelArgument,
    name: Annotated[list[str] | None, typer.Argument(help="English, Chinese or Russian.")] = None,
) -> None:
    """Choose the language of a channel; without a name it shows which it is."""
    await _ask(channel, "language", *(name or ()))


def _quoted(words: list[str]) -> list[str]:
    """Words the shell kept together stay together."""
    return [f'"{word}"' if " " in word else word for word in words]


def _check_platform(platform: str) -> None:
    from hypecurve.bootstrap import load_bots
    from hypecurve.domain.errors import BadChannel

    known = sorted(load_bots())
    if platform not in known:
        message = f"There is no bot for '{platform}': it is {' or '.join(known)}."
        raise BadChannel(message)


async def _ask(channel: str, *words: str, made: bool = False) -> None:
    """Put a command to the desk as that channel would; a mistake is an error here.

    `made`: where there is no database yet, it is made.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, live_store, load_taxonomy, site_of
    from hypecurve.chat.command import Loosely
    from hypecurve.chat.desk import ServiceDesk
    from hypecurve.chat.grammar import parse
    from hypecurve.config import load_settings
    from hypecurve.domain.asking import Asker
    from hypecurve.domain.repo import RepoName
    from hypecurve.domain.subscription import Channel
    from hypecurve.wording.plain import plain
    from hypecurve.wording.status import in_words

    asker = Asker(Channel.parse(channel), user_id="operator", name="Operator", is_alone=True)
    if words[0] in {"subscribe", "follow", "pick", "language"}:
        # What is left of a bot that is no longer installed may still be ended.
        _check_platform(asker.channel.tenant.platform)
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    clock = SystemClock()
    text = " ".join(words)
    site = site_of(settings)
    command = parse(text, taxonomy, site)  # a slip must not leave a new, empty database behind
    if isinstance(command, Loosely):
        RepoName.parse(command.part)  # nobody could be asked here which one is meant
    opened = live_store(settings, clock) if made else any_store(settings, clock, "live")
    async with opened as store:
        desk = ServiceDesk(
            store,
            clock,
            taxonomy,
            bar=settings.min_stars,
            site=site,
            histories_an_hour=settings.backfill_per_hour,
        )
        answer = await desk.carry_out(asker, text)
        async with store.read() as tx:
            lacking = await no_bot(tx, asker.channel)
            listener = await tx.subscriptions.listener(asker.channel)
    typer.echo(plain(answer.message))
    if words[0] == "subscribe" and listener and listener.subscriptions:
        zone = listener.subscriptions[0].schedule.zone
        note(f"Printed here, with times of {zone}; nothing is posted now.")
    if lacking is not None and made:
        note(in_words(lacking, taxonomy, clock.now()))
