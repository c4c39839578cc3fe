"""Answers on their way: to the asker alone, to the channel, with a picture, in time.

A `response_url` serves five replies in half an hour and works wherever somebody may ask
(docs.slack.dev/interactivity/handling-user-interaction). Where it serves no more, or where there
is none, the Web API is the way out: chat.postEphemeral, and chat.postMessage for all to see; the
first works only where the app is a member, so that who asks is written to alone in the end. So
is who asked what all should read, where the channel takes nothing of us.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import aiohttp
import structlog

from hypecurve.domain.asking import Answer
from hypecurve.domain.errors import ChannelRefused, MessageRefused, SendError
from hypecurve.domain.message import Message, MessageKind
from hypecurve.wording.lines import line, sorry
from hypecurve.wording.texts import texts
from hypecurve_slack.posting.uploading import Uploads
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.rendering.blocks import fallback, reply
from hypecurve_slack.rendering.markup import Json
from hypecurve_slack.web import proxy_to
from hypecurve_slack.workspace import Workspace

_log = structlog.get_logger(__name__)
_OK = 200
_NOT_THERE = frozenset({404, 410})
_SPENT = ("used_url", "expired_url")
_SLACK = (".slack.com", ".slack-gov.com")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes. `response_url` and `thread_ts` are "" where there is none.

    `turns`: who asks turns the pages of a list that only they see; the page takes its place.
    """

    workspace: Workspace
    channel_id: str
    user_id: str
    response_url: str = ""
    thread_ts: str = ""
    turns: bool = False


class Replies:
    """Says answers; whatever goes wrong on the way is logged and never raised."""

    def __init__(self, session: aiohttp.ClientSession, uploads: Uploads) -> None:
        """Take the session for response URLs, which belongs to the caller."""
        self._session = session
        self._uploads = uploads

    async def picture(self, workspace: Workspace, message: Message) -> str:
        """Return the id of the file that a message's picture is now; "" where it has none."""
        if message.picture is None:
            return ""
        client, tenant = workspace.client, workspace.tenant
        found = await self._uploads.image(client, tenant, message.picture, message.locale)
        return found or ""

    async def say(
        self, place: Place, answer: Answer, picture: str = "", *, asks_how: bool = False
    ) -> None:
        """Say an answer and its announcement; nothing to who was told just that already.

        Who subscribed, or asks how the channel fares, hears where no digest can come to it.
        """
        if answer.silent:
            return
        await self.tell(place, answer.message, public=answer.public, picture=picture)
        is_first = answer.message.kind is MessageKind.FIRST
        if (is_first or asks_how) and not await _reaches(place):
            said = texts(answer.message.locale)
            text = said.say(
                "This channel is private and Hypecurve is not in it, so that no digest can come "
                "here: invite it with /invite @hypecurve."
            )
            await self.tell(place, line(text, said.name))
        if answer.announcement is not None:
            await self.announce(place, answer.announcement)

    async def announce(self, place: Place, message: Message) -> None:
        """Say to all in a channel what somebody did there, or to nobody.

        Not into the thread where a button was pressed, nor to that person in the channel's stead.
        """
        await self.tell(replace(place, thread_ts="", user_id=""), message, public=True)

    async def tell(
        self, place: Place, message: Message, *, public: bool = False, picture: str = ""
    ) -> None:
        """Say each part of a message; where Slack refuses its blocks, its plain form once."""
        plain: Sequence[Json] = ()
        try:
            bodies = reply(message)
        except Exception:  # noqa: BLE001  # the person hears something
            _log.exception("answer not laid out", channel=place.channel_id)
            message = sorry(message.locale)
            bodies = reply(message)
        for part, body in enumerate(bodies):
            # What is said instead of a page, or behind it, leaves the list where it is.
            if part or public or message.kind is not MessageKind.LIST:
                place = replace(place, turns=False)
            refused = "picture"
            if part == 0 and picture:
                refused = await self._with_picture(place, message, picture, public=public)
            if refused:
                refused = await self._post(place, body, public=public)
            if refused:
                _log.error("slack refused a reply", channel=place.channel_id, code=refused)
                plain = plain or fallback(message)
                await self._post(place, plain[part], public=public)

    async def _with_picture(
        self, place: Place, message: Message, first: str, *, public: bool
    ) -> str:
        """Post the first part with its picture; return why that cannot be, "" where it was.

        A file that is new, or was deleted, is refused at first (`Uploads.tries`).
        """
        if message.picture is None:
            return "no picture"
        client, tenant = place.workspace.client, place.workspace.tenant
        tries = self._uploads.tries(client, tenant, message.picture, message.locale, first)
        async with aclosing(tries) as files:
            async for file_id in files:
                if not file_id:
                    break
                body = reply(message, file_id)[0]
                refused = await self._post(place, body, public=public)
                if not refused or "invalid_blocks" not in refused:
                    return refused
        return "invalid_blocks"

    async def _post(self, place: Place, body: Json, *, public: bool) -> str:
        """Post one part; return why Slack refuses its content, "" where it does not."""
        if usable(place):
            try:
                refused = await self._respond(place, body, public=public)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                # Not sent again: it may have arrived. The person can ask again.
                _log.warning("reply lost", channel=place.channel_id, error=type(error).__name__)
                return ""
            if not any(code in refused for code in _SPENT):
                return refused
        return await self._call(place, body, public=public)

    async def _respond(self, place: Place, body: Json, *, public: bool) -> str:
        """Post to the response_url and return why Slack refused, "" where it did not."""
        whole = {
            **body,
            "response_type": "in_channel" if public else "ephemeral",
            "replace_original": place.turns,
        }
        if place.thread_ts:
            whole["thread_ts"] = place.thread_ts
        url = place.response_url
        async with self._session.post(url, json=whole, proxy=proxy_to(url)) as response:
            told = (await response.text())[:200]
        if response.status == _OK and '"ok":false' not in told.replace(" ", ""):
            return ""
        return "expired_url" if response.status in _NOT_THERE else told or str(response.status)

    async def _call(self, place: Place, body: Json, *, public: bool) -> str:
        where = {"channel": place.channel_id.removeprefix("@")}
        if place.thread_ts:
            where["thread_ts"] = place.thread_ts
        ways = [("chat.postMessage", where)]
        if place.user_id and not place.channel_id.startswith("@"):
            ways = [
                *(ways if public else ()),
                ("chat.postEphemeral", where | {"user": place.user_id}),
                ("chat.postMessage", {"channel": place.user_id}),
            ]
        code = ""
        for method, args in ways:
            try:
                await place.workspace.client.api_call(method, json={**body, **args})
            except NETWORK as error:
                found: SendError = trouble(error)
                if isinstance(found, MessageRefused):
                    return found.code
                code = found.code
                if args is where and not isinstance(found, ChannelRefused):
                    break  # it may have been posted, or may be later: not to be said elsewhere
            else:
                return ""
        _log.warning("reply not taken", channel=place.channel_id, public=public, code=code)
        return ""


async def _reaches(place: Place) -> bool:
    """Whether digests can come to a channel: to a private one only where the app is in it."""
    if place.channel_id[:1] not in {"C", "G"}:
        return True
    try:
        answer = await place.workspace.client.api_call(
            "conversations.info", http_verb="GET", params={"channel": place.channel_id}
        )
    except NETWORK as error:
        return trouble(error).code != "channel_not_found"
    told = answer.get("channel") or {}
    return not told.get("is_private") or told.get("is_member") is not False


def usable(place: Place) -> bool:
    """Whether there is a response_url, and it leads to where the workspace's Slack is."""
    try:
        parts = urlsplit(place.response_url)
        ours = urlsplit(place.workspace.client.base_url)
    except ValueError:
        return False
    host = parts.hostname or ""
    if host == ours.hostname and parts.scheme == ours.scheme:
        return True
    return parts.scheme == "https" and host.endswith(_SLACK)
