"""The desk's part for what changes a channel: one service call, one answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from hypecurve.chat import command as said
from hypecurve.chat.changes import check_reach
from hypecurve.chat.finding import PickRepo, Speak
from hypecurve.chat.picker import take_language, take_pick
from hypecurve.chat.tuner import refine, tune
from hypecurve.chat.tuning import Filter
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import Line
from hypecurve.domain.subscription import Schedule, Subscription, Wants
from hypecurve.ports import Clock
from hypecurve.ports.store import Store
from hypecurve.services.answers import subscribe
from hypecurve.services.digests.timing import knows
from hypecurve.wording import notices
from hypecurve.wording.announcements import led
from hypecurve.wording.welcome import welcome_message


async def change(
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    asker: Asker,
    command: said.Change,
    histories_an_hour: int = 0,
) -> Answer:
    """Change what a channel hears; a HypecurveError says why it cannot be.

    `histories_an_hour`: repos whose past is asked in an hour, 0: how long it takes is not said.
    """
    match command:
        case said.Subscribe():
            answer = await _subscribe(store, clock, taxonomy, asker, command, histories_an_hour)
        case said.Unsubscribe():
            answer = await _unsubscribe(store, clock, taxonomy, asker, command)
        case said.Schedule():
            answer = await _schedule(store, clock, taxonomy, asker, command)
        case said.Follow() | said.Unfollow():
            answer = await _follow(store, asker, command)
        case PickRepo():
            answer = await take_pick(store, clock, taxonomy, asker, command)
        case Speak():
            answer = await take_language(store, asker, command)
        case _:
            answer = await tune(store, clock, taxonomy, asker, command)
    return answer


async def _subscribe(  # what a first message takes
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    asker: Asker,
    command: said.Subscribe,
    histories_an_hour: int,
) -> Answer:
    check_reach(asker)
    had = await subscribe.subscriptions_of(store, asker.channel)
    said_more = command.filter != Filter()
    if had and said_more:
        # What is left out holds for all that a channel hears.
        had = await refine(store, asker.channel, command.filter)
    # The first subscription of a channel takes the zone of who makes it.
    own = asker.zone if asker.zone and knows(asker.zone) else None
    zone = command.zone or (None if had else own)
    welcome = await subscribe.subscribe(
        store,
        clock,
        taxonomy,
        subscribe.Wish(
            channel=asker.channel,
            wants=_wants(command, had),
            when=subscribe.When(command.at, zone, command.weekdays),
            locale=asker.locale,
            by=asker.user_id,
            histories_an_hour=histories_an_hour,
        ),
    )
    if said_more and not had:
        await refine(store, asker.channel, command.filter)
    at = welcome.next_due.time()
    hint = _zone_hint(asker, command.zone, welcome.zone, at)
    message = welcome_message(welcome, taxonomy, asker.locale, hint)
    return Answer(message if asker.is_alone else led(message, asker.name), public=True)


async def _unsubscribe(
    store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker, command: said.Unsubscribe
) -> Answer:
    changed = await subscribe.unsubscribe(store, clock, taxonomy, asker.channel, command.categories)
    tell = notices.unsubscribed if changed else notices.not_subscribed
    message = tell(command.categories, taxonomy, asker.locale)
    return Answer(message)


async def _schedule(
    store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker, command: said.Schedule
) -> Answer:
    when = subscribe.When(command.at, command.zone, command.weekdays)
    moved = await subscribe.schedule(store, clock, asker.channel, when)
    now = moved[0].schedule
    hint = _zone_hint(asker, command.zone, now.zone, now.at)
    return Answer(notices.scheduled(moved[0], taxonomy, asker.locale, hint))


def _zone_hint(asker: Asker, zone: str | None, taken: str, at: time) -> Line:
    """Say that a time is UTC's where neither the platform nor anybody said a zone."""
    if asker.zone is not None or zone is not None or taken != Schedule().zone:
        return ()
    return notices.zone_hint(at, asker.channel.tenant.platform, asker.locale)


async def _follow(store: Store, asker: Asker, command: said.Follow | said.Unfollow) -> Answer:
    on = isinstance(command, said.Follow)
    entry, heard = await subscribe.follow(store, asker.channel, command.name, on=on)
    tell = notices.unfollowed
    if on:
        tell = notices.followed if heard else notices.followed_unheard
    return Answer(tell(entry.repo, asker.locale))


def _wants(command: said.Subscribe, had: Sequence[Subscription]) -> Wants:
    """What is asked for; what is not said of what is left out is as the channel has it."""
    before, wish = (had[0].wants if had else Wants()), command.filter
    return Wants(
        command.categories,
        command.kinds,
        before.least_stars if wish.least_stars is None else wish.least_stars,
        before.without_languages if wish.languages is None else wish.languages,
        before.without_owners if wish.owners is None else wish.owners,
    )
