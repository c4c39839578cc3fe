"""The form modal at work: opened at once, filled when it was read, sent in, previewed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from hypecurve.chat.forms import ANOTHER
from hypecurve.domain.asking import Answer, Asker, Filled
from hypecurve.domain.errors import HypecurveError
from hypecurve.ports import Forms
from hypecurve.wording.fields import NEW
from hypecurve.wording.lines import sorry
from hypecurve.wording.notices import error_message
from hypecurve.wording.texts import texts
from hypecurve_slack.answering.asked import Asked, asker_of, of_interaction
from hypecurve_slack.answering.commands import Ack, Commands
from hypecurve_slack.answering.people import People
from hypecurve_slack.answering.replying import Replies
from hypecurve_slack.screens.filled import Wrong, blocks_of, field_of, filled_in
from hypecurve_slack.screens.formview import form_view, loading_view
from hypecurve_slack.screens.meta import Meta, meta_of
from hypecurve_slack.screens.state import State, refilled
from hypecurve_slack.screens.views import (
    busy_view,
    error_view,
    message_view,
    open_view,
    update_view,
    with_line,
)
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.workspace import Workspace

ACK_PATIENCE = 1.5
"""Seconds of the 3 in which Slack wants to know whether what was sent in is taken."""
Told = Callable[[Asked, Meta, str], Awaitable[None]]
"""Shows the Home anew after a change in it, with a line of what was done."""
May = Callable[[Asked, Meta], Awaitable[None]]
"""Raises a HypecurveError where who asks from the Home may not change that channel."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Modals:
    """The form, from its opening to its end."""

    forms: Forms
    commands: Commands
    replies: Replies
    people: People
    under_way: UnderWay
    told: Told
    may: May
    patience: float = ACK_PATIENCE

    async def open(self, asked: Asked, meta: Meta, *, command: str = "subscriptions") -> None:
        """Open the form; where Slack opens none any more, the command is answered instead."""
        workspace = asked.workspace
        locale = self.people.known(workspace, asked.user_id).locale
        view_id = await open_view(workspace, asked.trigger_id, loading_view(locale), on_top=False)
        if view_id:
            await self._show(asked, meta, view_id)
        elif meta.home:
            late = texts(locale).say("That took too long. Please press it again.")
            await self.told(asked, meta, late)
        else:
            self.commands.ask(asked, command)

    def pressed(self, body: Mapping[str, Any], workspace: Workspace, which: str) -> None:
        """Answer a control in the form itself: the choice of a subscription, else the preview."""
        view = body.get("view") or {}
        meta = meta_of(view)
        asked = asked_by(body, workspace, meta)
        if which:
            work = self._choose(asked, meta, str(view.get("id")), which)
        else:
            work = self._preview(asked, meta, State.of(view, meta.shown))
        self.under_way.start(work)

    async def sent_in(self, ack: Ack, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Let the channel hear what was filled in; what is wrong is said at its field."""
        view = body.get("view") or {}
        meta = meta_of(view)
        asked = asked_by(body, workspace, meta)
        work = asyncio.ensure_future(self._fill(asked, meta, State.of(view, meta.shown)))
        await asyncio.wait({work}, timeout=self.patience)
        if not work.done():
            await ack(response_action="update", view=busy_view(meta.locale))
            self.under_way.start(self._late(asked, meta, view, work))
            return
        outcome = work.result()
        if isinstance(outcome, Wrong):
            await ack(response_action="errors", errors=blocks_of(view, outcome.fields))
        elif isinstance(outcome, str):
            await ack(response_action="update", view=with_line(view, outcome))
        else:
            await ack()
            self.under_way.start(self._done(asked, meta, outcome))

    async def _show(self, asked: Asked, meta: Meta, view_id: str, *, fresh: bool = False) -> None:
        """Read the form and show it in a view that is open; `fresh`: a new subscription."""
        asker = None
        try:
            asker = await asker_of(asked, self.people)
            await self.may(asked, meta)
            form = await self.forms.form(asker, ANOTHER if fresh else meta.subscription_id or None)
            view = form_view(form, meta)
        except Exception as error:  # noqa: BLE001  # the view says so
            view = error_view(_logged(error, asked), asker.locale if asker else meta.locale)
        await update_view(asked.workspace, view_id, view)

    async def _choose(self, asked: Asked, meta: Meta, view_id: str, value: str) -> None:
        fresh = value == NEW
        number = int(value) if value.isascii() and value.isdigit() else 0
        if fresh or number:
            meta = replace(meta, subscription_id=number)
            await self._show(asked, meta, view_id, fresh=fresh)

    async def _preview(self, asked: Asked, meta: Meta, state: State) -> None:
        workspace = asked.workspace
        view_id = await open_view(
            workspace, asked.trigger_id, loading_view(meta.locale), on_top=True
        )
        if not view_id:
            return
        try:
            asker, filled = await self._read(asked, meta, state)
            message = await self.forms.preview(asker, filled)
            picture = await self.replies.picture(workspace, message)
            title = texts(meta.locale).say("Preview")
            view = message_view(message, title, picture)
        except Wrong as wrong:
            view = error_view(HypecurveError(" ".join(wrong.fields.values())), meta.locale)
        except Exception as error:  # noqa: BLE001  # the view says so
            view = error_view(_logged(error, asked), meta.locale)
        await update_view(workspace, view_id, view)

    async def _fill(self, asked: Asked, meta: Meta, state: State) -> Answer | Wrong | str:
        """Return the answer, what is wrong at which field, or what is wrong with all of it."""
        try:
            asker, filled = await self._read(asked, meta, state)
            return await self.forms.fill(asker, filled)
        except Wrong as wrong:
            return wrong
        except HypecurveError as error:
            text = error_message(error, meta.locale).notification
            name = field_of(error)
            return Wrong(**{name: text}) if name in state.held else text
        except Exception as error:  # noqa: BLE001  # the view says so
            _logged(error, asked)
            return sorry(meta.locale).notification

    async def _read(self, asked: Asked, meta: Meta, state: State) -> tuple[Asker, Filled]:
        asker = await asker_of(asked, self.people)
        await self.may(asked, meta)
        number = meta.subscription_id or None
        base = (await self.forms.form(asker, number or ANOTHER)).filled
        return asker, filled_in(state, base, number, meta.locale)

    async def _late(
        self,
        asked: Asked,
        meta: Meta,
        view: Mapping[str, Any],
        work: asyncio.Future[Answer | Wrong | str],
    ) -> None:
        """Show in the view what came of it after all."""
        try:
            outcome = await work
        finally:
            work.cancel()
        if isinstance(outcome, Wrong):
            shown = with_line(refilled(view), " ".join(outcome.fields.values()))
        elif isinstance(outcome, str):
            shown = with_line(refilled(view), outcome)
        else:
            shown = message_view(outcome.message)
        await update_view(asked.workspace, str(view.get("id")), shown)
        if isinstance(outcome, Answer):
            await self._done(asked, meta, outcome)

    async def _done(self, asked: Asked, meta: Meta, answer: Answer) -> None:
        """Say what was done: in the channel, and in the Home where that was the place."""
        if meta.home:
            await self.told(asked, meta, answer.message.notification)
            if not answer.public:
                if answer.announcement is not None:
                    await self.replies.announce(asked.place, answer.announcement)
                return
        picture = await self.replies.picture(asked.workspace, answer.message)
        await self.replies.say(asked.place, answer, picture)


def asked_by(body: Mapping[str, Any], workspace: Workspace, meta: Meta) -> Asked:
    """Return the request of a view: the channel as the view remembers it, all else as it comes."""
    asked = of_interaction(body, workspace)
    at = asked.at(meta.channel_id, meta.channel_name, meta.response_url)
    return replace(at, place=replace(at.place, thread_ts=meta.thread_ts))


def _logged(error: Exception, asked: Asked) -> Exception:
    if not isinstance(error, HypecurveError):
        _log.error(
            "form failed",
            channel=asked.place.channel_id,
            exc_info=error,
        )
    return error
