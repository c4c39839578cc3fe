"""Discord's markdown: outside text made harmless, neutral lines written down, and read again.

Rests on https://discord.com/developers/docs/reference#message-formatting and on the client's own
rule that a backslash takes the meaning from any character but letters, digits and spaces.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import cycle
from urllib.parse import quote

from hypecurve.domain.message import Bars, Inline, Line, Link, Moment, Place, Role, Style, Text
from hypecurve.wording.cut import ELLIPSIS, clean, cut, length

RUN = 300
"""UTF-16 units kept of one run of text, cleaned and not yet escaped."""

GAP = "\u200b"
"""Draws nothing; keeps two marks apart that would mean something else together."""

_MARKS = re.compile(r"[\\*_~`|<>\[\]:]")
_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_FORMS = {"time": "t", "date": "D", "datetime": "f"}
_TIMES = {"t": "%H:%M UTC", "D": "%d %B %Y", "f": "%d %B %Y %H:%M UTC"}


def escape(text: str) -> str:
    """Return outside text so that it shows as it is: no mark-up, link, mention or new line.

    White space at its ends stays, as one space.
    """
    flat = _flat(text)
    # A backslash does not keep Discord's servers from seeing @everyone; a gap does.
    return _MARKS.sub(r"\\\g<0>", flat).replace("@", "@" + GAP)


def written(line: Line, limit: int) -> str:
    """Write one neutral line as markdown of at most `limit` UTF-16 units, without a line break."""
    done = ""
    for inline in line:
        piece = _written(inline)
        if done and piece and done[-1] == piece[0] and piece[0] in "*`":
            piece = GAP + piece
        if length(done + piece, utf16=True) > limit - 1:
            done += ELLIPSIS
            break
        done += piece
    return at_start(done.strip(" "))


def at_start(line: str) -> str:
    """Return a written line that cannot turn into a heading, a list, small print or a quote."""
    if line[:1] in {"#", "-", "+"}:
        return "\\" + line
    return _NUMBERED.sub(r"\1\\\2", line)


def shown(markdown: str, strong: tuple[str, str] = ("", "")) -> str:
    """Return what a reader sees of one line that `written` made; times in UTC.

    `strong`: what stands before and after bold text.
    """
    marks = cycle(strong)

    def read(found: re.Match[str]) -> str:
        return next(marks) if found[0] == "**" else _read(found)

    return _READ.sub(read, markdown).replace(GAP, "")


def heard(line: Line) -> str:
    """Return a neutral line as bare words: no mark-up, no curve."""
    parts = [_words(inline) for inline in line]
    return clean("".join(parts))


def _flat(text: str) -> str:
    kept = clean(text)
    if not kept:
        return " " if text[:1].isspace() else ""
    return " " * text[:1].isspace() + kept.strip(" ") + " " * text[-1:].isspace()


def _written(inline: Inline) -> str:
    match inline:
        case Moment(at, _, form):
            return f"<t:{int(at.timestamp())}:{_FORMS[form]}>"
        case Place(channel):
            is_here = channel.tenant.platform == "discord" and _SNOWFLAKE.fullmatch(channel.id)
            return f"<#{channel.id}>" if is_here else escape(channel.id)
        case Role(role_id):
            return f"<@&{role_id}>" if _SNOWFLAKE.fullmatch(role_id) else escape(role_id)
        case Bars(text) | Text(text, Style.CODE):
            return _code(text)
        case Text(text, style):
            return _styled(escape(cut(_flat(text), RUN, utf16=True)), style)
        case Link(text, url, style):
            return _styled(_link(cut(_flat(text), RUN, utf16=True), url), style)


def _styled(markdown: str, style: Style) -> str:
    bare = markdown.strip(" ")
    if style is Style.PLAIN or not bare:
        return markdown
    # "** bold**" is not bold everywhere: the spaces stay outside.
    before, after = markdown[: len(markdown) - len(markdown.lstrip(" "))], ""
    if markdown.endswith(" "):
        after = " "
    return f"{before}**{bare}**{after}"


def _code(text: str) -> str:
    # Nothing can be escaped inside code, so what would end it is replaced.
    kept = cut(_flat(text).strip(" "), RUN, utf16=True).replace("`", "\u02cb")
    return f"`{kept.replace('@', '@' + GAP)}`" if kept else ""


def _link(text: str, url: str) -> str:
    # A bracket in the label ends the link early in some clients, escaped or not.
    label = escape(text.replace("[", "(").replace("]", ")"))
    target = safe_url(url)
    return f"[{label.strip(' ')}]({target})" if target and label.strip(" " + GAP) else label


def safe_url(url: str) -> str:
    """Return a web address that ends where it should inside a link; "" for anything else."""
    if not url.startswith(("https://", "http://")):
        return ""
    return quote(url.encode("utf-8", "ignore"), safe=":/?#@!$&'*+,;=%~-._")


def _words(inline: Inline) -> str:
    match inline:
        case Bars():
            return ""
        case Moment(_, fallback, _):
            return fallback
        case Place() | Role() | Text() | Link():
            return inline.text


_READ = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|\[(?P<label>(?:\\.|[^\]\\])*)\]\(\S+?\)"
    r"|<t:(?P<time>\d+):(?P<form>[tDf])>"
    r"|<(?P<place>#\d+|@&\d+)>"
    r"|`(?P<code>[^`]*)`"
    r"|\*\*"
)


def _read(found: re.Match[str]) -> str:
    if found["label"] is not None:
        return shown(found["label"])
    if found["time"]:
        return datetime.fromtimestamp(int(found["time"]), UTC).strftime(_TIMES[found["form"]])
    return found["escaped"] or found["place"] or found["code"] or ""
