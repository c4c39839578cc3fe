"""What people ask in Slack: acknowledge at once, ask the desk, answer them alone.

Slack waits 3 s for the acknowledgement and then says that the app did not respond; so it goes out
before anything else is done, whatever the desk takes. The answer goes to the `response_url`, which
serves five replies in half an hour (docs.slack.dev/interactivity/handling-user-interaction).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Desk
from hypecurve.wording.texts import texts
from hypecurve_slack.blocks import fallback, reply
from hypecurve_slack.controls import PREFIX
from hypecurve_slack.markup import Json, unescape
from hypecurve_slack.people import People
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.workspace import Workspace

Ack = Callable[[], Awaitable[Any]]
_log = structlog.get_logger(__name__)
_NO_NAMES = frozenset({"directmessage", "privategroup", "mpdm"})
"""What Slack writes for the name of a channel whose name it does not tell."""
_OK = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, and where the answer goes. `thread_ts` is "" outside a thread."""

    text: str
    workspace: Workspace
    channel_id: str
    channel_name: str
    user_id: str
    response_url: str
    thread_ts: str = ""


class Commands:
    """Answers questions one by one, all at the same time."""

    def __init__(
        self, desk: Desk, session: aiohttp.ClientSession, people: People, under_way: UnderWay
    ) -> None:
        """Take whom to ask and how to answer; `session` belongs to the caller."""
        self._desk = desk
        self._session = session
        self._people = people
        self._under_way = under_way

    async def slash(self, ack: Ack, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Answer `/hype ...`."""
        await ack()
        name = str(body.get("channel_name", ""))
        question = Question(
            # The text of a command comes with its &, < and > as entities.
            text=unescape(str(body.get("text") or "")),
            workspace=workspace,
            channel_id=str(body.get("channel_id", "")),
            channel_name="" if name in _NO_NAMES else name,
            user_id=str(body.get("user_id", "")),
            response_url=str(body.get("response_url", "")),
        )
        self._under_way.start(self._answer(question))

    async def control(self, ack: Ack, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Answer a select or a button of ours: its value is the command."""
        await ack()
        action = (body.get("actions") or [{}])[0]
        chosen = action.get("selected_option") or action
        command = str(chosen.get("value") or "")
        if not command or not str(action.get("action_id", "")).startswith(PREFIX):
            return  # a button that opened a page, or none of ours: it only wants the ack
        channel = body.get("channel") or {}
        container = body.get("container") or {}
        name = str(channel.get("name", ""))
        question = Question(
            text=command,
            workspace=workspace,
            channel_id=str(channel.get("id") or container.get("channel_id") or ""),
            channel_name="" if name in _NO_NAMES else name,
            user_id=str((body.get("user") or {}).get("id", "")),
            response_url=str(body.get("response_url", "")),
            thread_ts=str(container.get("thread_ts") or ""),
        )
        self._under_way.start(self._answer(question))

    async def _answer(self, question: Question) -> None:
        """Ask the desk and say what it says; whatever goes wrong, say something."""
        locale = "en"
        try:
            asker = await self._asker(question)
            locale = asker.locale
            answer = await self._desk.answer(asker, question.text)
            bodies = reply(answer.message)
        except Exception:  # noqa: BLE001  # whatever it was, the person hears something
            _log.exception("command failed", channel=question.channel_id, user=question.user_id)
            answer = Answer(sorry(locale))
            bodies = reply(answer.message)
        try:
            await self._say(question, answer, bodies)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Not sent again: it may have arrived. The person can ask again.
            _log.warning("reply lost", channel=question.channel_id, error=type(error).__name__)

    async def _asker(self, question: Question) -> Asker:
        workspace = question.workspace
        person = await self._people.find(workspace, question.user_id)
        return Asker(
            channel=Channel(workspace.tenant, question.channel_id),
            user_id=question.user_id,
            locale=person.locale,
            zone=person.zone,
            channel_name=question.channel_name,
        )

    async def _say(self, question: Question, answer: Answer, bodies: Sequence[Json]) -> None:
        """Send each part; where Slack refuses its blocks, send its plain form once."""
        plain: Sequence[Json] = ()
        for place, body in enumerate(bodies):
            refused = await self._respond(question, body, public=answer.public)
            if refused:
                _log.error("slack refused a reply", channel=question.channel_id, code=refused)
                plain = plain or fallback(answer.message)
                await self._respond(question, plain[place], public=answer.public)

    async def _respond(self, question: Question, body: Json, *, public: bool) -> str:
        """Post to the response_url and return why Slack refused, "" where it did not."""
        whole = {
            **body,
            "response_type": "in_channel" if public else "ephemeral",
            "replace_original": False,
        }
        if question.thread_ts:
            whole["thread_ts"] = question.thread_ts
        async with self._session.post(question.response_url, json=whole) as response:
            told = (await response.text())[:200]
        if response.status == _OK and '"ok":false' not in told.replace(" ", ""):
            return ""
        return told or str(response.status)


def sorry(locale: str) -> Message:
    """Return the line for what should not have happened."""
    text = texts(locale).say("Something went wrong on our side. Please try again in a minute.")
    entry = Entry(((Text(text),),), spoken=text)
    section = Section(SectionKind.PLAIN, "", (entry,))
    return Message(MessageKind.ERROR, notification=text, sections=(section,), locale=locale)
