"""The desk's part for what tunes a channel: one service call, one answer."""

from __future__ import annotations

from dataclasses import replace

from hypecurve.chat.filters import EVERYBODY
from hypecurve.chat.tuning import (
    Filter,
    Mute,
    Pause,
    Resume,
    SetAlerts,
    SetPing,
    Tuning,
    Unmute,
)
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand
from hypecurve.domain.subscription import Alerts, Channel, Subscription
from hypecurve.ports import Clock
from hypecurve.ports.store import Store
from hypecurve.services.answers import subscribe
from hypecurve.services.answers.speaking import call
from hypecurve.services.answers.trying import try_again
from hypecurve.wording import tuned
from hypecurve.wording.texts import to_say


async def tune(
    store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker, command: Tuning
) -> Answer:
    """Change how a channel is spoken to; NotFound where it has no subscription."""
    match command:
        case Pause():
            found = await subscribe.pause(store, clock, asker.channel, command.span)
            message = tuned.paused(found, taxonomy, asker.locale, clock.now())
        case Resume():
            return await _resume(store, clock, taxonomy, asker)
        case Filter():
            found = await refine(store, asker.channel, command)
            message = tuned.refined(found, asker.locale)
        case SetAlerts():
            had = await subscribe.subscriptions_of(store, asker.channel)
            before = next((each.alerts for each in had if each.alerts), None)
            wish = wished(command, before)
            found = await subscribe.alerts(store, asker.channel, wish)
            message = tuned.alerted(wish, found[0].schedule.zone, asker.locale)
        case SetPing(role):
            check_callable(asker, role)
            kept = await call(store, asker.channel, role)
            message = tuned.pings(kept.calls, asker.locale, hears=bool(kept.subscriptions))
        case Mute() | Unmute():
            on = isinstance(command, Mute)
            entry = await subscribe.mute(store, asker.channel, command.name, on=on)
            tell = tuned.muted if on else tuned.unmuted
            message = tell(entry.repo, asker.locale)
    return Answer(message)


def check_callable(asker: Asker, role: str = "") -> None:
    """Raise BadCommand where nobody could be called, and for the role that everybody has."""
    if asker.is_alone:
        raise BadCommand(to_say("Nobody else reads here, so that there is nobody to ping."))
    if role == asker.channel.tenant.id:  # Discord's @everyone has the number of its server
        raise BadCommand(EVERYBODY)


async def refine(store: Store, channel: Channel, wish: Filter) -> tuple[Subscription, ...]:
    """Change what all that a channel hears leaves out; return it."""
    return await subscribe.refine(
        store,
        channel,
        least_stars=wish.least_stars,
        without_languages=wish.languages,
        without_owners=wish.owners,
        speaks_when_quiet=wish.speaks_when_quiet,
    )


def wished(command: SetAlerts, before: Alerts | None) -> Alerts | None:
    """Return the alerts that a command asks for; what it leaves unsaid is as `before`."""
    if not command.on:
        return None
    wish = before or Alerts()
    if command.a_day is not None:
        wish = replace(wish, a_day=command.a_day)
    if command.quiet == "off":
        return replace(wish, quiet_from=None, quiet_until=None)
    if command.quiet is not None:
        begin, end = command.quiet
        wish = replace(wish, quiet_from=begin, quiet_until=end)
    return wish


async def _resume(store: Store, clock: Clock, taxonomy: Taxonomy, asker: Asker) -> Answer:
    """End the pause of a person, and try at once whether that of the platform is over."""
    now = clock.now()
    tried = await try_again(store, clock, asker.channel)
    had = await subscribe.subscriptions_of(store, asker.channel)
    paused = any(each.paused_until and each.paused_until > now for each in had)
    found = await subscribe.resume(store, clock, asker.channel)
    message = tuned.resumed(
        found, taxonomy, asker.locale, now, was_paused=paused, tried_again=tried
    )
    return Answer(message)
