"""The desk: a command's text becomes one service call and one answer, the same for every bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypecurve.chat import command as said
from hypecurve.chat.changes import Changers, check, witnessed
from hypecurve.chat.changing import change
from hypecurve.chat.finder import clock_zone, find, named_fully, teller_of
from hypecurve.chat.finding import Misplaced, Search
from hypecurve.chat.grammar import NO_DIGEST, parse
from hypecurve.chat.patience import PATIENCE, SOON, done_within, within
from hypecurve.chat.picker import shareable, shared, take_word
from hypecurve.chat.suggesting import Offered, suggest
from hypecurve.chat.tuning import Show, Status
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest
from hypecurve.domain.errors import BadCommand, HypecurveError
from hypecurve.domain.message import Choice, Message
from hypecurve.domain.repo import PUBLIC_SITE
from hypecurve.domain.submission import Outcome
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, GitHubSource, Suggestible
from hypecurve.ports.store import Store
from hypecurve.services.answers import lookup
from hypecurve.services.answers.outlook import Outlooks
from hypecurve.services.answers.overview import channel_overview
from hypecurve.services.answers.submit import Questions, Wish, submit
from hypecurve.services.answers.why import why
from hypecurve.services.digests.drafting import preview
from hypecurve.services.digests.pictures import curve_picture, picture_of
from hypecurve.wording import notices
from hypecurve.wording.card import card_message, with_curve
from hypecurve.wording.digest import digest_message
from hypecurve.wording.help import help_message
from hypecurve.wording.lists import categories_message, list_message
from hypecurve.wording.outlook import headed, seen_by
from hypecurve.wording.status import status_message
from hypecurve.wording.submissions import submitted_message
from hypecurve.wording.texts import to_say
from hypecurve.wording.why import why_message

_HEARD = frozenset({Outcome.WATCHED, Outcome.PASSES, Outcome.SUBMITTED})
"""After these the channel hears more of the repo: everybody in it may know why."""


@dataclass(frozen=True, slots=True)
class ServiceDesk:
    """`ports.Desk` over the services."""

    store: Store
    clock: Clock
    taxonomy: Taxonomy
    bar: int = 500
    """Stars from which a repo is listed."""
    site: str = PUBLIC_SITE
    """Where people look at the repos; links to it are understood."""
    github: GitHubSource | None = None
    """Whom to ask for what is submitted; None: nothing can be."""
    submissions_per_day: int | None = 5
    """How many a user may submit within 24 hours; None: any number."""
    questions: Questions = field(default_factory=Questions)
    """What users made us ask GitHub today."""
    operator: Channel | None = None
    """Who is told of what wants the operator's word; None: nobody."""
    offered: Offered = field(default_factory=Offered)
    """What was offered to those who type."""
    histories_an_hour: int = 0
    """Repos whose past is asked in an hour, to say how long that still takes; 0: not said."""
    outlooks: Outlooks = field(default_factory=Outlooks)
    """How much has been seen yet, as it was counted last."""
    changes: Changers = "members"
    """Who may change what a channel hears."""
    patience: float = PATIENCE
    """Seconds after which an answer is given up."""
    soon: float = SOON
    """And what only helps: a language, suggestions."""
    pictured: frozenset[str] = frozenset()
    """The platforms whose digests show the curve of what rises most, and cards their own."""

    async def answer(self, asker: Asker, text: str) -> Answer:
        """Answer one command, written as after `/hype`; a mistake gets a line that mends it."""
        asker = await self.spoken_to(asker)
        try:
            return await done_within(
                self.patience,
                self.store,
                lambda store: replace(self, store=store).carry_out(asker, text),
            )
        except HypecurveError as error:
            return Answer(notices.error_message(error, asker.locale))

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        """Return at most 25 choices that fit what was typed so far; none where none can be found.

        Whoever types needs them at once: late ones are left out.
        """
        now = self.clock.now()
        try:
            asking = suggest(self.store, self.offered, self.taxonomy, now, asker, kind, typed)
            return await within(self.soon, asking)
        except HypecurveError:
            return ()

    async def spoken_to(self, asker: Asker) -> Asker:
        """Return the asker as they are spoken to here: in the channel's language, else their own.

        A channel's is the one chosen for it, else that of its digests, else that of who installed
        the app.
        """
        try:
            locale = await within(self.soon, self._spoken(asker))
        except HypecurveError:
            return asker  # the database is away: that can be said in their own language
        return replace(asker, locale=locale) if locale else asker

    async def carry_out(self, asker: Asker, text: str) -> Answer:
        """The same, but a mistake is raised: for a caller that shows errors its own way."""
        platform = asker.channel.tenant.platform
        parsed = parse(text, self.taxonomy, self.site, platform)
        command = await named_fully(self.store, self.clock, self.taxonomy, asker, parsed, self.site)
        if isinstance(command, Message):
            return Answer(command)
        check(asker, command, self.changes)
        if isinstance(command, said.Change):
            return await self._change(asker, command)
        if isinstance(command, said.Submit):
            return await self._submit(asker, command)
        if isinstance(command, Misplaced):
            return await take_word(
                self.store,
                self.clock,
                self.taxonomy,
                asker,
                command,
                per_day=self.submissions_per_day,
                operator=self.operator,
            )
        if isinstance(command, said.Share):
            return shared(await self._tell(asker, command.question), asker)
        return Answer(await self._tell(asker, command))

    async def _change(self, asker: Asker, command: said.Change) -> Answer:
        """Change what a channel hears, and say so to the others there."""

        async def changing(store: Store, asker: Asker) -> Answer:
            return await change(
                store, self.clock, self.taxonomy, asker, command, self.histories_an_hour
            )

        return await witnessed(self.store, self.clock, self.taxonomy, asker, changing)

    async def _spoken(self, asker: Asker) -> str:
        async with self.store.read() as tx:
            return await tx.subscriptions.spoken(asker.channel)

    async def _tell(self, asker: Asker, command: said.Question) -> Message:
        """Answer a question; where little has been seen yet, with a line that says so."""
        if not isinstance(command, said.ListNow | said.Preview | said.ShowRepo | Search):
            return await self._told(asker, command)
        outlook = await self.outlooks.now(self.store, self.clock, self.histories_an_hour)
        line = seen_by(outlook, teller_of(asker, self.taxonomy, self.clock.now()))
        if outlook.is_first and isinstance(command, said.ListNow | said.Preview):
            return notices.notice(line, asker.locale)
        message = await self._told(asker, command)
        rises = isinstance(command, said.Preview) or (
            isinstance(command, said.ListNow) and command.kind == "rising"
        )
        return headed(message, line) if outlook.is_first or rises else message

    async def _told(self, asker: Asker, command: said.Question) -> Message:
        match command:
            case said.Subscriptions():
                message = await self._subscriptions(asker)
            case Status():
                found = await channel_overview(self.store, self.clock, asker.channel)
                seen = await self.outlooks.now(self.store, self.clock, self.histories_an_hour)
                message = status_message(
                    found, self.taxonomy, asker.locale, rights=asker.rights, outlook=seen
                )
            case Show():
                message = await self._show(asker, command)
            case said.ListNow():
                message = await self._list(asker, command)
            case said.ShowRepo():
                message = await self._card(asker, command)
            case said.Why():
                message = await self._why(asker, command)
            case said.Categories():
                counts = await lookup.sizes(self.store)
                message = categories_message(self.taxonomy, counts, asker.locale)
            case said.Preview():
                message = await self._preview(asker)
            case said.Help():
                platform = asker.channel.tenant.platform
                message = help_message(command.topic, asker.locale, platform)
            case _:
                message = await find(self.store, self.clock, self.taxonomy, asker, command)
        return shareable(message, command, asker.locale)

    async def _submit(self, asker: Asker, command: said.Submit) -> Answer:
        if self.github is None:
            raise BadCommand(to_say("Nothing can be submitted here: GITHUB_TOKEN is not set."))
        user = f"{asker.channel.tenant}/{asker.user_id}"
        submitted = await submit(
            self.store,
            self.github,
            self.clock,
            self.taxonomy,
            Wish(command.name, command.category, asker.channel, user),
            bar=self.bar,
            per_day=self.submissions_per_day,
            questions=self.questions,
        )
        message = submitted_message(submitted, self.taxonomy, asker.locale)
        return Answer(message, public=submitted.outcome in _HEARD)

    async def _subscriptions(self, asker: Asker) -> Message:
        found = await channel_overview(self.store, self.clock, asker.channel)
        return notices.subscriptions_message(
            found.subscriptions,
            self.taxonomy,
            asker.locale,
            now=found.at,
            followed=found.followed,
            muted=found.muted,
            calls=found.calls,
        )

    async def _show(self, asker: Asker, command: Show) -> Message:
        message = await lookup.shown_again(self.store, asker.channel, command.digest_id)
        if message is None:
            raise BadCommand(NO_DIGEST)
        return message

    async def _list(self, asker: Asker, command: said.ListNow) -> Message:
        found = await lookup.listing(
            self.store,
            self.clock,
            self.taxonomy,
            command.kind,
            command.category,
            command.window,
            page=command.page,
        )
        return list_message(
            command.kind,
            command.window,
            command.category,
            found.entries,
            self.taxonomy,
            locale=asker.locale,
            zone=clock_zone(asker),
            now=self.clock.now(),
            page=found.page,
        )

    async def _card(self, asker: Asker, command: said.ShowRepo) -> Message:
        which = command.name if command.name is not None else command.id
        assert which is not None  # noqa: S101 - the grammar gives one of the two
        now = self.clock.now()
        card = await lookup.card(self.store, which, now, here=asker.channel)
        message = card_message(card, self.taxonomy, asker.locale, clock_zone(asker))
        if asker.channel.tenant.platform not in self.pictured:
            return message
        async with self.store.read() as tx:
            picture = await curve_picture(tx, card.entry, now, message.locale)
        return message if picture is None else with_curve(message, picture)

    async def _why(self, asker: Asker, command: said.Why) -> Message:
        explanation = await why(self.store, self.clock, command.name, bar=self.bar)
        zone = clock_zone(asker)
        return why_message(explanation, self.taxonomy, asker.locale, zone)

    async def _preview(self, asker: Asker) -> Message:
        async with self.store.read() as tx:
            listener = await tx.subscriptions.listener(asker.channel)
            if listener is None or not listener.subscriptions:
                return notices.subscriptions_message(
                    (), self.taxonomy, asker.locale, now=self.clock.now()
                )
            draft = await preview(tx, listener, self.clock.now(), self.taxonomy)
        return await self.shown(asker, draft.digest, listener.subscriptions[0].locale)

    async def shown(self, asker: Asker, digest: Digest, locale: str) -> Message:
        """Return a digest as the asker's channel would see it."""
        message = digest_message(digest, self.taxonomy, locale)
        if asker.channel.tenant.platform not in self.pictured:
            return message
        async with self.store.read() as tx:
            picture = await picture_of(tx, digest, self.clock.now(), locale)
        return replace(message, picture=picture)
