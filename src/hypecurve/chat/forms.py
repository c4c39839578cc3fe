"""What people fill in: a form over what a channel hears, and how a tenant's channels fare."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import time

from hypecurve.chat.changes import check_changer, check_member, check_reach, witnessed
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.filling import checked
from hypecurve.chat.finder import clock_zone
from hypecurve.chat.patience import done_within, within
from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.digest import Welcome
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import WORKDAYS, Channel, Schedule, Subscription, Wants
from hypecurve.ports.store import Store
from hypecurve.services.answers.forms import Sheet, fill, previewed
from hypecurve.services.answers.home import tenant_overview
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.announcements import led
from hypecurve.wording.forms import hears_now, layers_to_choose
from hypecurve.wording.home import home_channel, home_head
from hypecurve.wording.welcome import welcome_message

ANOTHER = 0
"""Instead of a subscription's id: a new one beside those that are there."""
_NINE = time(9)


@dataclass(frozen=True, slots=True)
class ServiceForms:
    """`ports.Forms` over the services, with what the desk has."""

    desk: ServiceDesk

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        """Return what a channel hears, to be changed: the one asked for, or else its first.

        A channel that hears nothing yet: what suits the asker. BadCommand where they may not
        change it, or nothing new can come there; StoreUnavailable where the database is away or
        slow.
        """
        return await within(self.desk.patience, self._form(asker, subscription_id))

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        """Let the channel hear just that.

        BadField names what cannot be; NotFound where the subscription is gone meanwhile; else as
        `form`.
        """
        desk = self.desk
        return await done_within(
            desk.patience,
            desk.store,
            lambda store: ServiceForms(replace(desk, store=store)).carry_out(asker, filled),
        )

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        """Return the digest as it would be sent now to who had filled it in so; as `fill`."""
        return await within(self.desk.patience, self._preview(asker, filled))

    async def home(self, asker: Asker, channels: Collection[Channel] | None = None) -> Home:
        """Return how the tenant's channels fare, in the asker's own language.

        What somebody may do there is for the bot to see to; buttons that change something are left
        out where changes are for admins, but not of what is the asker's alone. BadCommand for a
        guest.
        """
        return await within(self.desk.patience, self._home(asker, channels))

    async def _form(self, asker: Asker, subscription_id: int | None) -> Form:
        check_changer(asker, self.desk.changes)
        asker = await self.desk.spoken_to(asker)
        had = tuple(await subscriptions_of(self.desk.store, asker.channel))
        wanted = next((each for each in had if each.id == subscription_id), None)
        if wanted is None and had and subscription_id != ANOTHER:
            wanted = had[0]
        if wanted is None:
            check_reach(asker)  # before they fill it in for nothing
        filled = _suits(asker, had) if wanted is None else _of(wanted)
        layers = layers_to_choose(self.desk.taxonomy, asker.locale)
        return Form(filled, layers, had, asker.locale)

    async def carry_out(self, asker: Asker, filled: Filled) -> Answer:
        """As `fill`, however long it takes."""
        desk = self.desk
        check_changer(asker, desk.changes)
        asker = await desk.spoken_to(asker)

        async def filling(store: Store, asker: Asker) -> Answer:
            wish = await self._checked(store, asker, filled)
            if wish.subscription_id is None:
                check_reach(asker)
            sheet = Sheet(asker.channel, wish, asker.locale, asker.user_id, desk.histories_an_hour)
            found = await fill(store, desk.clock, desk.taxonomy, sheet)
            if isinstance(found, Welcome):
                message = welcome_message(found, desk.taxonomy, asker.locale)
                return Answer(message if asker.is_alone else led(message, asker.name), public=True)
            return Answer(hears_now(found, desk.taxonomy, asker.locale, desk.clock.now()))

        return await witnessed(desk.store, desk.clock, desk.taxonomy, asker, filling)

    async def _preview(self, asker: Asker, filled: Filled) -> Message:
        desk = self.desk
        asker = await desk.spoken_to(asker)
        filled = await self._checked(desk.store, asker, filled)
        digest = await previewed(desk.store, desk.clock, desk.taxonomy, asker.channel, filled)
        return await desk.shown(asker, digest, asker.locale)

    async def _home(self, asker: Asker, channels: Collection[Channel] | None) -> Home:
        desk = self.desk
        check_member(asker)
        found = await tenant_overview(desk.store, desk.clock, asker.channel.tenant, channels)
        all_of_them = desk.changes == "members" or asker.is_admin
        all_of_them = all_of_them and asker.barred is None
        head = home_head(
            desk.taxonomy,
            asker.locale,
            clock_zone(asker),
            now=found.at,
            channels=len(found.channels),
            watched=found.watched,
            counts_at=found.sweep.at if found.sweep else None,
            troubles=found.troubles,
        )
        return Home(
            head,
            tuple(
                (
                    each.channel,
                    home_channel(
                        each,
                        desk.taxonomy,
                        asker.locale,
                        changes=all_of_them or each.channel.person == asker.user_id,
                    ),
                )
                for each in found.channels
            ),
        )

    async def _checked(self, store: Store, asker: Asker, filled: Filled) -> Filled:
        """What was filled in, held against what the channel has."""
        had = await subscriptions_of(store, asker.channel)
        same = next((each for each in had if each.id == filled.subscription_id), None)
        if filled.subscription_id == ANOTHER:
            filled = replace(filled, subscription_id=None)
        return checked(filled, self.desk.taxonomy, same.wants if same else None)


def _of(item: Subscription) -> Filled:
    return Filled(item.wants, item.schedule, item.id, item.speaks_when_quiet, item.alerts)


def _suits(asker: Asker, had: Sequence[Subscription]) -> Filled:
    """What is filled in for a new subscription; what holds for the whole channel is as it is."""
    if had:
        first = had[0]
        return replace(
            _of(first), wants=replace(first.wants, categories=frozenset()), subscription_id=None
        )
    return Filled(Wants(), Schedule(_NINE, clock_zone(asker), WORKDAYS))
