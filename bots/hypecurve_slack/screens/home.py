"""The app's Home at work: shown when it is opened and after each change made in it.

Nobody sees more of it than they see of Slack (`rooms`), and whoever presses a button is looked up
once more: what is shown may be old. Which tenant's channels they are is the request's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from hypecurve.domain.asking import Home
from hypecurve.domain.errors import BadChannel, HypecurveError
from hypecurve.domain.message import Action
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Desk, Forms
from hypecurve.wording.lines import sorry
from hypecurve.wording.notices import error_message
from hypecurve.wording.texts import texts
from hypecurve_slack.answering.asked import Asked, asker_of, of_event, of_interaction
from hypecurve_slack.answering.people import People
from hypecurve_slack.answering.replying import Replies
from hypecurve_slack.rendering.controls import action_of
from hypecurve_slack.screens.formview import loading_view
from hypecurve_slack.screens.homeview import ANOTHER, OF_CHANNEL, PAGE, home_view
from hypecurve_slack.screens.meta import Meta, meta_of
from hypecurve_slack.screens.rooms import Rooms
from hypecurve_slack.screens.views import (
    error_view,
    message_view,
    open_view,
    publish_home,
    update_view,
)
from hypecurve_slack.workspace import Workspace

FOREIGN = to_say(
    "Only members of a channel may change what it hears. Join it first; "
    "to a private one the app must be invited too: /invite @Hypecurve"
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Homes:
    """The Homes of all people, none of which is remembered."""

    desk: Desk
    forms: Forms
    replies: Replies
    people: People
    rooms: Rooms
    _turns: dict[tuple[Tenant, str], object] = field(default_factory=dict)
    """Which look at a Home that is under way is the last: one that comes late shows nothing older.
    """

    async def opened(self, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Show the Home to who opened it."""
        asked = of_event(body, workspace)
        view = (body.get("event") or {}).get("view") or {}
        await self.show(asked, Meta(home=True), view_hash=str(view.get("hash") or ""))

    async def show(self, asked: Asked, meta: Meta, line: str = "", *, view_hash: str = "") -> None:
        """Publish somebody's Home, with a line of what was just done."""
        workspace = asked.workspace
        key = (workspace.tenant, asked.user_id)
        turn = self._turns[key] = object()
        view = await self._view(asked, meta, line)
        if self._turns.get(key) is not turn:
            return  # a later look is on its way
        del self._turns[key]
        if not await publish_home(workspace, asked.user_id, view, view_hash):
            # Another service has shown something since: what is true now goes on top of it.
            await publish_home(workspace, asked.user_id, await self._view(asked, meta, line))

    async def pressed(
        self, body: Mapping[str, Any], workspace: Workspace
    ) -> tuple[Asked, Meta] | None:
        """Answer a control of the Home; return what the form is to be opened for, if anything."""
        meta = replace(meta_of(body.get("view") or {}), home=True)
        asked = of_interaction(body, workspace)
        pressed = (body.get("actions") or [{}])[0]
        action_id = str(pressed.get("action_id") or "")
        value = str(pressed.get("value") or "")
        if action_id.startswith(PAGE):
            page = int(value) if value.isascii() and value.isdigit() else 0
            await self.show(asked, replace(meta, page=page))
            return None
        if action_id == ANOTHER:
            channel = str(pressed.get("selected_conversation") or "")
            return _form(asked.at(channel), meta) if channel else None
        channel = str(pressed.get("block_id") or "").removeprefix(OF_CHANNEL)
        asked = asked.at(channel)
        action = action_of(action_id)
        if action in {Action.TUNE, Action.SUBSCRIBE}:
            return _form(asked, meta)
        if action in {Action.PREVIEW, Action.SHOW}:
            await self._look(asked, meta, value or "preview", is_preview=action is Action.PREVIEW)
        elif value:
            await self._do(asked, meta, value)
        return None

    async def may(self, asked: Asked, meta: Meta) -> None:
        """Raise where who asks is not in the channel; outside the Home Slack has seen to it."""
        if not meta.home:
            return
        channel, workspace, user = asked.place.channel_id, asked.workspace, asked.user_id
        if not await self.rooms.may_change(workspace, user, channel, asked.team):
            raise BadChannel(FOREIGN)

    async def _do(self, asked: Asked, meta: Meta, command: str) -> None:
        """Carry out a button's command; the channel hears of it, the Home shows what became."""
        locale = self.people.known(asked.workspace, asked.user_id).locale
        try:
            asker = await asker_of(asked, self.people)
            locale = asker.locale
            await self.may(asked, meta)
            answer = await self.desk.answer(asker, command)
            line = answer.message.notification
            if answer.announcement is not None:
                await self.replies.announce(asked.place, answer.announcement)
        except HypecurveError as error:
            line = error_message(error, locale).notification
        except Exception:  # noqa: BLE001  # whatever it was, the person hears something
            _log.exception("home failed", tenant=str(asked.workspace.tenant))
            line = sorry(locale).notification
        await self.show(asked, meta, line)

    async def _look(self, asked: Asked, meta: Meta, command: str, *, is_preview: bool) -> None:
        """Show a digest in a modal: as it would be now, or as it was once."""
        workspace = asked.workspace
        locale = self.people.known(workspace, asked.user_id).locale
        view_id = await open_view(workspace, asked.trigger_id, loading_view(locale), on_top=False)
        if not view_id:
            return
        try:
            asker = await asker_of(asked, self.people)
            await self.may(asked, meta)
            message = (await self.desk.answer(asker, command)).message
            picture = await self.replies.picture(workspace, message)
            title = texts(asker.locale).say("Preview") if is_preview else ""
            view = message_view(message, title, picture)
        except Exception as error:  # noqa: BLE001  # the view says so
            if not isinstance(error, HypecurveError):
                _log.exception("look failed", tenant=str(asked.workspace.tenant))
            view = error_view(error, locale)
        await update_view(workspace, view_id, view)

    async def _view(self, asked: Asked, meta: Meta, line: str) -> dict[str, Any]:
        locale = self.people.known(asked.workspace, asked.user_id).locale
        try:
            asker = await asker_of(asked, self.people)
            locale = asker.locale
            home = await self.forms.home(asker)
            seen, members, hint = await self._seen(home, asked)
            if len(seen) < len(home.channels):
                # What is hidden is not counted in the head either.
                home = await self.forms.home(asker, seen)
            return home_view(home, members, meta, line or hint)
        except HypecurveError as error:
            message = error_message(error, locale)
        except Exception:  # noqa: BLE001  # whatever it was, the person sees something
            _log.exception("home failed", tenant=str(asked.workspace.tenant))
            message = sorry(locale)
        return home_view(Home(message), (), meta, line)

    async def _seen(
        self, home: Home, asked: Asked
    ) -> tuple[frozenset[Channel], frozenset[str], str]:
        """Return what of a Home somebody may see, where they may change something, and a hint."""
        workspace, user = asked.workspace, asked.user_id
        ids = {channel.id for channel, _ in home.channels if channel.tenant == workspace.tenant}
        joined = await self.rooms.joined(workspace, user, asked.team) if ids else frozenset()
        members = (joined or frozenset()) | {f"@{user}"}
        # Of those they are in too: what one person's look found out serves the next one's.
        places = [each for each in ids if each[:1] in {"C", "G"}]
        public, whole = await self.rooms.public(workspace, places, asked.team)
        seen = (ids & members) | public
        hint = ""
        if not whole:
            said = texts(home.head.locale)
            hint = said.say("Slack has not told of all channels yet. Open this again in a minute.")
        if joined is None:
            said = texts(home.head.locale)
            hint = said.say("Slack does not tell at present which channels you are in.")
        return frozenset(Channel(workspace.tenant, each) for each in seen), members, hint


def _form(asked: Asked, meta: Meta) -> tuple[Asked, Meta]:
    """Return what the form of a channel is opened for."""
    return asked, replace(meta, channel_id=asked.place.channel_id, subscription_id=0)
