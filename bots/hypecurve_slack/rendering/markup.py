"""Lines of a message as Slack's rich text, and as mrkdwn where only mrkdwn is taken.

Rich text elements are literal: `<!channel>`, `*bold*` and `<https://evil|x>` in them are shown
as they are written, so that nothing from outside has to be altered. mrkdwn has no escape for its
own marks; there `&`, `<` and `>` become entities and the marks look-alikes
(docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from hypecurve.domain.message import Bars, Inline, Line, Link, Moment, Place, Style, Text
from hypecurve.wording.cut import clean, cut

Json = dict[str, Any]
INLINE_LIMIT = 400
"""Characters of one run of text; a description of 10,000 is not worth a reader's screen."""
_URL_LIMIT = 3_000
_KEPT_TEXTS = 2_048
"""Digests of one morning are made of the same names and words."""
_FORMS = {
    "time": "{time}",
    "date": "{date_short_pretty}",
    "datetime": "{date_short_pretty} {time}",
}
_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})  # noqa: RUF001  # alike on purpose
# An underscore between letters formats nothing and stays: flash_kv.
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_STYLES: dict[Style, Json] = {Style.STRONG: {"bold": True}, Style.CODE: {"code": True}}


def tidy(text: str, limit: int = INLINE_LIMIT) -> str:
    """Return a run of text without what cannot be seen; a space at either end stays."""
    # Only as much is looked at as could be shown; few characters draw nothing.
    return _tidied(text[: 4 * limit], limit)


@lru_cache(_KEPT_TEXTS)
def _tidied(text: str, limit: int) -> str:
    core = clean(text)
    if not core:
        return " " if text else ""
    before = " " if text[0].isspace() else ""
    after = " " if text[-1].isspace() else ""
    return cut(f"{before}{core}{after}", limit)


def escape(text: str) -> str:
    """Replace the three characters with which Slack's control sequences begin and end."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo `escape`: a command's text comes escaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def literal(text: str) -> str:
    """Return a text that mrkdwn shows as it is, its marks replaced by look-alikes."""
    plain = _EDGE_UNDERSCORE.sub("ˍ", tidy(text).translate(_LOOKALIKES))
    if plain.lstrip().startswith(">"):
        plain = plain.replace(">", "›", 1)  # noqa: RUF001  # else it is a quotation
    return escape(plain)


def safe_url(url: str) -> str:
    """Return an address that may be linked to; "" where it is none."""
    usable = url.startswith(("https://", "http://")) and len(url) <= _URL_LIMIT
    return url if usable and not re.search(r"[\s<>|\"\\]", url) else ""


def rich(line: Line) -> list[Json]:
    """Return a line as rich text leaves, neighbours of one style joined."""
    leaves: list[Json] = []
    for part in line:
        leaf = _leaf(part)
        if leaf is None:
            continue
        last = leaves[-1] if leaves else {}
        if leaf["type"] == last.get("type") == "text" and leaf.get("style") == last.get("style"):
            last["text"] += leaf["text"]
        else:
            leaves.append(leaf)
    return leaves


def _leaf(part: Inline) -> Json | None:
    """Return one leaf; None where there is nothing to show."""
    if isinstance(part, Moment):
        fallback = tidy(part.fallback) or part.at.isoformat()
        return {
            "type": "date",
            "timestamp": _seconds(part.at),
            "format": _FORMS[part.form],
            "fallback": fallback,
        }
    if isinstance(part, Place) and _is_here(part):
        return {"type": "channel", "channel_id": part.channel.id}
    text = tidy(part.text)
    if not text:
        return None
    style = {"code": True} if isinstance(part, Bars) else _STYLES.get(part.style)
    leaf: Json = {"type": "text", "text": text}
    if isinstance(part, Link) and safe_url(part.url):
        leaf = {"type": "link", "url": part.url, "text": text.strip() or part.url}
    return leaf | ({"style": dict(style)} if style else {})


def is_plain(line: Line) -> bool:
    """Whether a line needs no markup at all."""
    return all(isinstance(part, Text) and part.style is Style.PLAIN for part in line)


def plain(line: Line) -> str:
    """Return the text of a line that is plain."""
    return "".join(tidy(part.text) for part in line if isinstance(part, Text)).strip()


def mrkdwn(line: Line, limit: int) -> str:
    """Return a line as mrkdwn of at most `limit` characters, cut between its parts."""
    kept = ""
    for piece in _pieces(line):
        if len(kept) + len(piece) >= limit:
            return f"{kept}…"
        kept += piece
    return kept.strip()


def _pieces(line: Line) -> Iterator[str]:
    for part in line:
        if isinstance(part, Moment):
            fallback = escape(tidy(part.fallback).replace("|", " ")) or part.at.isoformat()
            yield f"<!date^{_seconds(part.at)}^{_FORMS[part.form]}|{fallback}>"
        elif isinstance(part, Place) and _is_here(part):
            yield f"<#{part.channel.id}>"
        elif isinstance(part, Bars):
            yield f"`{literal(part.text)}`"
        elif isinstance(part, Link) and safe_url(part.url):
            yield f"<{escape(part.url)}|{literal(part.text).strip() or escape(part.url)}>"
        else:
            yield _styled(literal(part.text), part.style)


def _is_here(place: Place) -> bool:
    """Whether it is a channel that Slack can show by its name."""
    return place.channel.tenant.platform == "slack" and bool(_CHANNEL.fullmatch(place.channel.id))


def _styled(text: str, style: Style) -> str:
    """Set a text's style; spaces at its ends would undo the mark and go outside."""
    mark = {Style.STRONG: "*", Style.CODE: "`"}.get(style, "")
    core = text.strip()
    if not mark or not core:
        return text
    before, _, after = text.partition(core)
    return f"{before}{mark}{core}{mark}{after}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
