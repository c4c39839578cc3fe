"""Pictures as files of Slack's, so that no public address is needed to show them.

A file is handed over in three calls, and then stands in an image block by its id. It is shared to
no channel: of its own accord nobody finds it, and who sees the message sees it there.
https://docs.slack.dev/reference/methods/files.getUploadURLExternal
https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object: "the user posting
these blocks must have access to this file", so that each workspace gets its own, by its own token.

Slack goes on with a file after it took it, for about a second: until then a message that shows it
is refused with `invalid_blocks`, and so is one that shows a file somebody deleted
(github.com/slackapi/python-slack-sdk issues 1521 and 1658). files.info would tell when it is
ready, but wants the scope files:read, which reads everybody's files. What was refused was not
posted: the message is simply sent again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.chart import Picture
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendUnclear,
)
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Charts
from hypecurve_slack.kept import Kept
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.web import web_session

WAITS = (0.0, 1.0, 2.0)
"""Seconds before each try to show a file that Slack has just taken."""
_FRESH = 24 * 3600.0
"""Seconds for which a file is shown again; then it is uploaded anew."""
_MOST = 5_000
"""Files that are known."""
_YOUNG = 30.0
"""Seconds after which Slack is through with a file for sure."""
_WITHOUT = 600.0
"""Seconds for which a workspace that takes no files, or does not show them, goes without."""
_PATIENCE = 10.0
"""Seconds for the three calls together: the text waits for them."""
_NAMED = 512
_TITLE = 150
_NAME = "chart.png"
_NONE_NOW = to_say("This workspace shows no pictures at present.")
_NOT_DRAWN = to_say("The picture cannot be drawn.")
_NOT_TAKEN = to_say("Slack does not take pictures of ours ({word}).")
_LOST = to_say("The picture was lost on its way to Slack.")
_log = structlog.get_logger(__name__)
_Key = tuple[Tenant, str]


class Uploads:
    """Uploads each picture once a day for each workspace, also where many ask for it at once."""

    def __init__(
        self, charts: Charts, waits: Sequence[float] = WAITS, longest: float = 10.0
    ) -> None:
        """Take who draws; `waits`: seconds before each try to show what is new.

        `longest`: seconds for which a text waits for the drawing of its picture.
        """
        self._charts = charts
        self._longest = longest
        self._waits = waits
        self._names = Kept(_name, _NAMED)
        self._files: OrderedDict[_Key, tuple[str, float]] = OrderedDict()
        """File id and when Slack took it."""
        self._under_way: dict[_Key, asyncio.Task[str]] = {}
        self._without: dict[Tenant, float] = {}
        """Until when workspaces go without pictures."""

    async def image(
        self, client: AsyncWebClient, tenant: Tenant, picture: Picture, locale: str
    ) -> str | None:
        """Return the id of the file; None where the message goes without it. Never raises.

        `client` has the tenant's token. What is new is not shown at once: see `tries`.
        """
        try:
            return await self.file(client, tenant, picture, locale)
        except SendError as error:
            _log.warning("a picture is left out", tenant=str(tenant), code=error.code)
        except Exception:  # noqa: BLE001 - whatever it was, the text is worth more
            _log.exception("a picture is left out", tenant=str(tenant))
        return None

    async def file(
        self, client: AsyncWebClient, tenant: Tenant, picture: Picture, locale: str
    ) -> str:
        """Return the id of the file that shows a picture, uploaded where it is not there yet.

        Raises a SendError, but never SendUnclear: a file that nobody shows does no harm.
        MessageRefused: there is no use in trying again.
        """
        key = tenant, self._names.of(picture, locale)
        file_id, at = self._files.get(key, ("", 0.0))
        if file_id and _now() - at < _FRESH:
            return file_id
        if self._goes_without(tenant):
            raise MessageRefused(_NONE_NOW, code="no_pictures")
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._upload(client, key, picture, locale))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    async def tries(
        self,
        client: AsyncWebClient,
        tenant: Tenant,
        picture: Picture,
        locale: str,
        first: str = "",
    ) -> AsyncGenerator[str, None]:
        """Yield what to show, each where Slack refused the one before: file ids, and "" at last.

        It waits in between, as a new file takes its time; one that was there before may have been
        deleted, and is uploaded anew once. `first`: the file that was uploaded for it already.
        """
        key = tenant, self._names.of(picture, locale)
        file_id: str | None = first
        if not self._goes_without(tenant):
            file_id = first or await self.image(client, tenant, picture, locale)
        if file_id and not self._is_young(key, file_id):
            yield file_id
            self._forget(key, file_id)
            file_id = await self.image(client, tenant, picture, locale)
        for wait in self._waits if file_id else ():
            await asyncio.sleep(wait)
            yield file_id or ""
        if file_id:
            _log.warning("slack does not show a file that it took", tenant=str(tenant))
            self._without[tenant] = _now() + _WITHOUT
        yield ""

    async def _upload(
        self, client: AsyncWebClient, key: _Key, picture: Picture, locale: str
    ) -> str:
        try:
            async with asyncio.timeout(self._longest):
                content = await self._charts.draw(picture.chart, locale)
        except TimeoutError as error:
            _log.error("a picture takes too long", title=picture.title, seconds=self._longest)
            raise MessageRefused(_NOT_DRAWN, code="not_drawn") from error
        except Exception as error:
            _log.exception("a picture cannot be drawn", title=picture.title)
            raise MessageRefused(_NOT_DRAWN, code="not_drawn") from error
        try:
            async with asyncio.timeout(_PATIENCE):
                file_id = await _hand_over(client, content, picture.title or _NAME)
        except NETWORK as error:
            found = _meaning(error)
            if isinstance(found, MessageRefused):
                self._without[key[0]] = _now() + _WITHOUT
            raise found from error
        self._files[key] = file_id, _now()
        self._files.move_to_end(key)
        if len(self._files) > _MOST:
            self._files.popitem(last=False)
        return file_id

    def _end(self, key: _Key, done: asyncio.Task[str]) -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # whoever waited for it may have been called off

    def _goes_without(self, tenant: Tenant) -> bool:
        return _now() < self._without.get(tenant, 0.0)

    def _is_young(self, key: _Key, file_id: str) -> bool:
        known, at = self._files.get(key, ("", 0.0))
        return known == file_id and _now() - at < _YOUNG

    def _forget(self, key: _Key, file_id: str) -> None:
        """Forget a file that is not shown any more; another one may have been uploaded since."""
        if self._files.get(key, ("", 0.0))[0] == file_id:
            del self._files[key]


def about_the_file(error: SendError) -> bool:
    """Whether a message was refused for the file that it shows, as far as Slack says why."""
    if error.code != "invalid_blocks":
        return False
    cause = error.__cause__
    data = getattr(cause.response, "data", None) if isinstance(cause, SlackApiError) else None
    said = json.dumps(data) if isinstance(data, dict) else ""
    return "[json-pointer" not in said or "slack_file" in said


async def _hand_over(client: AsyncWebClient, content: bytes, title: str) -> str:
    """Make the three calls and return the file's id.

    Not slack_sdk's files_upload_v2: that raises the same for a lost line and for a refusal, with
    the address in its text, to which anybody may upload.
    """
    length = len(content)
    answer = await client.api_call(
        "files.getUploadURLExternal", params={"filename": _NAME, "length": length}
    )
    file_id = str(answer.get("file_id"))
    session = client.session
    if session is None:
        async with web_session() as session:
            await _send(session, str(answer.get("upload_url")), content)
    else:
        await _send(session, str(answer.get("upload_url")), content)
    files = json.dumps([{"id": file_id, "title": title[:_TITLE]}])
    await client.api_call("files.completeUploadExternal", params={"files": files})
    return file_id


async def _send(session: aiohttp.ClientSession, address: str, content: bytes) -> None:
    async with session.post(address, data=content) as response:
        response.raise_for_status()


def _meaning(error: BaseException) -> SendError:
    """Return what it means that an upload failed; nothing was posted by it in any case."""
    found = trouble(error)
    if isinstance(found, SendUnclear):
        return SendFailed(_LOST, code=found.code)
    own = isinstance(found, ChannelRefused | SendFailed) and isinstance(error, SlackApiError)
    return MessageRefused(_NOT_TAKEN, code=found.code, word=found.code) if own else found


def _name(picture: Picture, locale: str) -> str:
    """Return what tells apart what is drawn."""
    drawn = f"{locale} {picture.chart!r}".encode("utf-8", "backslashreplace")
    return hashlib.blake2b(drawn, digest_size=16).hexdigest()


def _now() -> float:
    return asyncio.get_running_loop().time()
