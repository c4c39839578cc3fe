"""Which part of a list is shown, and the buttons that lead to the parts beside it."""

from __future__ import annotations

from hypecurve.domain.message import Action, Control, Line, Text
from hypecurve.domain.paging import Page, on_page
from hypecurve.wording.texts import Texts


def page_line(page: Page, said: Texts) -> tuple[Line, ...]:
    """Return `11-20 of 143` as the only line; none where all of it is shown."""
    if page.total <= page.size:
        return ()
    last = min(page.before + page.size, page.total)
    words = said.say(
        "{first}-{last} of {total}",
        first=said.exact(page.before + 1),
        last=said.exact(last),
        total=said.exact(page.total),
    )
    return ((Text(words),),)


def page_controls(page: Page, command: str, said: Texts) -> tuple[Control, ...]:
    """Return the buttons to the pages beside one; `command` asks for the first."""
    found = []
    if page.number > 1:
        value = on_page(command, page.number - 1)
        found.append(Control(Action.MORE, said.say("Previous"), value=value))
    if not page.is_last:
        value = on_page(command, page.number + 1)
        found.append(Control(Action.MORE, said.say("Next"), value=value))
    return tuple(found)
