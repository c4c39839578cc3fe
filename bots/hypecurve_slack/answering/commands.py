"""What people ask in Slack: acknowledged at once, asked of the desk, answered to them alone.

Slack waits 3 s for the acknowledgement and then says that the app did not respond; so it goes out
before anything else is done, whatever the desk takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from hypecurve.domain.asking import Answer
from hypecurve.ports import Desk
from hypecurve.wording.lines import sorry, still_working
from hypecurve_slack.answering.asked import Asked, asker_of, of_command
from hypecurve_slack.answering.people import People
from hypecurve_slack.answering.replying import Replies
from hypecurve_slack.rendering.markup import unescape
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.workspace import Workspace

Ack = Callable[..., Awaitable[Any]]
PATIENCE = 4.0
"""Seconds after which who asked is told that it goes on."""
_log = structlog.get_logger(__name__)


class Commands:
    """Answers questions one by one, all at the same time."""

    def __init__(
        self,
        desk: Desk,
        replies: Replies,
        people: People,
        under_way: UnderWay,
        patience: float = PATIENCE,
    ) -> None:
        """Take whom to ask and how to answer."""
        self._desk = desk
        self._replies = replies
        self._people = people
        self._under_way = under_way
        self._patience = patience

    def slash(self, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Answer `/hype ...`."""
        # The text of a command comes with its &, < and > as entities.
        self.ask(of_command(body, workspace), unescape(str(body.get("text") or "")))

    def ask(self, asked: Asked, command: str) -> None:
        """Ask the desk a command and say what it says, by and by."""
        self._under_way.start(self._answer(asked, command))

    async def _answer(self, asked: Asked, command: str) -> None:
        """Ask the desk and say what it says; whatever goes wrong, say something."""
        work = asyncio.ensure_future(self._find(asked, command))
        try:
            await asyncio.wait({work}, timeout=self._patience)
            if not work.done():
                locale = self._people.known(asked.workspace, asked.user_id).locale
                await self._replies.tell(asked.place, still_working(locale))
            answer, picture = await work
        finally:
            work.cancel()
        asks_how = command.split()[:1] == ["status"]
        await self._replies.say(asked.place, answer, picture, asks_how=asks_how)

    async def _find(self, asked: Asked, command: str) -> tuple[Answer, str]:
        """Return the desk's answer and its picture, uploaded."""
        locale = "en"
        try:
            asker = await asker_of(asked, self._people)
            locale = asker.locale
            answer = await self._desk.answer(asker, command)
            return answer, await self._replies.picture(asked.workspace, answer.message)
        except Exception:  # noqa: BLE001  # whatever it was, the person hears something
            _log.exception("command failed", channel=asked.place.channel_id)
            return Answer(sorry(locale)), ""
