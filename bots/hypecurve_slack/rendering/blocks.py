"""A message as Block Kit: pure, within every limit, cut kindly rather than refused.

One rich_text block for each heading, not a block for each entry. Slack counts a whole message in
a way it does not document and refuses near 13,200 characters; others saw 11,341 characters of
rich text refused (github.com/slackapi/bolt-js issues 2509 and 2867), so the JSON is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hypecurve.domain.chart import Picture
from hypecurve.domain.message import Entry, Line, Message, Section
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.plain import plain as plain_form
from hypecurve.wording.plain import spoken
from hypecurve.wording.texts import texts
from hypecurve_slack.rendering.controls import actions, size
from hypecurve_slack.rendering.markup import Json, escape, is_plain, mrkdwn, plain, rich, tidy

BLOCKS = 50
MESSAGE_CHARACTERS = 11_900
TEXT_CHARACTERS = 4_000
_HEADER = 150
_CONTEXT = 1_000
_ENTRY_LINES = 12
_ENTRY_CHARACTERS = 3_000
"""JSON of one entry."""
_ITEM_CHARACTERS = len('{"type":"rich_text_section","elements":[]},')
"""What an item takes beside the JSON of its leaves."""
_SPARE = 2
"""Blocks kept for "and 12 more" and the note on the thread."""
_SPARE_CHARACTERS = 400
_ALT = 2_000
_IMAGE_TITLE = 2_000


def render(message: Message, picture: str = "") -> tuple[Json, ...]:
    """Return the bodies for chat.postMessage: the post, and its thread reply for the overflow.

    `picture`: the id of the file that the message's picture was uploaded as; "": it has none.
    """
    return _bodies(message, picture, in_thread=True)


def reply(message: Message, picture: str = "") -> tuple[Json, ...]:
    """Return the bodies of an answer to a command: the overflow follows as a second answer."""
    return _bodies(message, picture, in_thread=False)


def in_view(message: Message, picture: str = "") -> list[Json]:
    """Return the blocks of a message as a modal or a Home tab shows it: no controls, no thread."""
    main, *rest = _parts(message)
    tail = [*_image(message.picture, picture), *_context(main.footer)]
    return [*_blocks(main, tail), *(block for part in rest for block in _blocks(part, []))]


def fallback(message: Message) -> tuple[Json, ...]:
    """Return the same posts without blocks, for a Slack that refuses ours."""
    return tuple(_body(part, _cut_escaped(plain_form(part)), []) for part in _parts(message))


def _bodies(message: Message, picture: str, *, in_thread: bool) -> tuple[Json, ...]:
    main, *rest = _parts(message)
    # The select names repos of the overflow too, so that it is made from the whole message.
    tail = [
        *_image(message.picture, picture),
        *_note(rest, in_thread=in_thread),
        *_context(main.footer),
        *actions(message),
    ]
    return tuple(
        _body(part, _spoken(part), _blocks(part, end))
        for part, end in zip((main, *rest), (tail, []), strict=False)
    )


def _parts(message: Message) -> list[Message]:
    """Return the message without its overflow, and the overflow as one of its own."""
    main = replace(message, overflow=())
    overflow = tuple(section for section in message.overflow if section.entries)
    if not overflow:
        return [main]
    number = _repos(overflow)
    # The select stands in the first part and offers the repos of both.
    rest = Message(
        kind=message.kind,
        notification=texts(message.locale).say_count("{n} more", "{n} more", number),
        sections=overflow,
        locale=message.locale,
    )
    return [main, rest]


def _repos(sections: Iterable[Section]) -> int:
    """Return how many entries are repos; all of them where none says so."""
    entries = [entry for section in sections for entry in section.entries]
    return sum(entry.repo_id is not None for entry in entries) or len(entries)


def _body(message: Message, text: str, blocks: Sequence[Json]) -> Json:
    body: Json = {"text": text or escape(tidy(message.notification)) or "…", "mrkdwn": False}
    if blocks:
        body["blocks"] = list(blocks)
    return body | {"unfurl_links": False, "unfurl_media": False}


def _spoken(message: Message) -> str:
    """Return the notification and the screen reader's text, the top line first."""
    return _cut_escaped(spoken(message, TEXT_CHARACTERS))


def _cut_escaped(text: str) -> str:
    """Clean and escape a text line by line, and cut it before an entity would be torn."""
    lines = text[: 2 * TEXT_CHARACTERS].splitlines()
    text = "\n".join(("  " if line.startswith("  ") else "") + clean(line) for line in lines)
    text = text.strip("\n")
    limit = TEXT_CHARACTERS
    while len(escaped := escape(cut(text, limit))) > TEXT_CHARACTERS:
        limit -= max(1, (len(escaped) - TEXT_CHARACTERS) // 5)
    return escaped


def _blocks(message: Message, tail: Sequence[Json]) -> list[Json]:
    """Return the blocks of one post, `tail` the last of them."""
    head = [*_header(message.title), *_context(message.subtitle)]
    room = MESSAGE_CHARACTERS - size([*head, *tail]) - _SPARE_CHARACTERS
    body = list(_sections(message, room, BLOCKS - len(head) - len(tail) - _SPARE))
    if not (head or body):
        body = [_rich_text([_section(rich_text(message.notification))])]
    return [*head, *body, *tail]


def _image(picture: Picture | None, file_id: str) -> Iterator[Json]:
    """Yield the picture as an uploaded file, so that nobody has to serve it."""
    if picture is None or not file_id:
        return
    alt = tidy(picture.alt, _ALT).strip() or "…"
    block: Json = {"type": "image", "slack_file": {"id": file_id}, "alt_text": alt}
    title = tidy(picture.title, _IMAGE_TITLE).strip()
    yield block | ({"title": _plain_text(title)} if title else {})


def _header(title: str) -> Iterator[Json]:
    text = tidy(title, _HEADER).strip()
    if text:
        yield {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _context(lines: Iterable[Line]) -> Iterator[Json]:
    """Yield small grey lines in one block."""
    kept = [line for line in lines if any(_shows(line))]
    if not kept:
        return
    if all(is_plain(line) for line in kept):
        text = cut("\n".join(plain(line) for line in kept), _CONTEXT)
        yield {"type": "context", "elements": [_plain_text(text)]}
        return
    each = _CONTEXT // len(kept[:10])
    text = "\n".join(mrkdwn(line, each) for line in kept[:10])
    # verbatim: Slack makes no links of its own from #names, @names and bare addresses.
    element = {"type": "mrkdwn", "text": text, "verbatim": True}
    yield {"type": "context", "elements": [element]}


def _shows(line: Line) -> Iterator[bool]:
    for leaf in rich(line):
        yield bool(str(leaf.get("text", leaf.get("fallback", ""))).strip())


def _plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _sections(message: Message, room: int, blocks: int) -> Iterator[Json]:
    """Yield a block for each section, as many entries as there is room for; say what is left."""
    left = 0
    for section in message.sections:
        heading = [leaf | {"style": {"bold": True}} for leaf in rich_text(section.heading)]
        room -= size(_rich_text([_section(heading), _list([])])) + 1
        blocks = blocks if room > 0 else 0
        kept: list[Json] = []
        for entry in section.entries:
            if left or blocks <= 0:
                left += 1
                continue
            leaves, length = _entry(entry)
            cost = _ITEM_CHARACTERS + length
            if cost > room:
                left += 1
            elif leaves:
                room -= cost
                kept.append(_section(leaves))
        alone = bool(heading) and not section.entries
        if (kept or alone) and blocks > 0:
            blocks -= 1
            yield _section_block(heading, kept)
    if left:
        more = texts(message.locale).say_count("and {n} more", "and {n} more", left)
        yield {"type": "context", "elements": [_plain_text(more)]}


def _section_block(heading: Sequence[Json], items: Sequence[Json]) -> Json:
    """Return a heading with its entries below it; a lone entry of no heading stands as a text."""
    if not heading and len(items) == 1:
        return _rich_text(items)
    above = [_section(heading)] if heading else []
    return _rich_text([*above, *([_list(items)] if items else [])])


def _entry(entry: Entry) -> tuple[list[Json], int]:
    """Return an entry's lines as the leaves of one list item, and how long their JSON is.

    Lines at the end are left out where it would be too long.
    """
    lines = [leaves for line in entry.lines[:_ENTRY_LINES] if (leaves := rich(line))]
    while True:
        leaves = _one_below_the_other(lines)
        length = size(leaves) - 2  # without their brackets
        if length <= _ENTRY_CHARACTERS - 2:
            return leaves, length
        lines.pop()


def _one_below_the_other(lines: Iterable[Sequence[Json]]) -> list[Json]:
    leaves: list[Json] = []
    for line in lines:
        if leaves:
            leaves.append({"type": "text", "text": "\n"})
        leaves += line
    return leaves


def _note(rest: Sequence[Message], *, in_thread: bool) -> list[Json]:
    """Return the line that says where the overflow is."""
    if not rest:
        return []
    words = texts(rest[0].locale)
    number = _repos(rest[0].sections)
    if in_thread:
        text = words.say_count("{n} more in the thread", "{n} more in the thread", number)
    else:
        text = words.say_count("{n} more below", "{n} more below", number)
    return [{"type": "context", "elements": [_plain_text(text)]}]


def rich_text(text: str) -> list[Json]:
    """Return one literal leaf of text, or none where there is nothing to see."""
    shown = tidy(text).strip()
    return [{"type": "text", "text": shown}] if shown else []


def _rich_text(elements: Sequence[Json]) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def _section(leaves: Sequence[Json]) -> Json:
    return {"type": "rich_text_section", "elements": list(leaves)}


def _list(items: Sequence[Json]) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(items)}
