"""Manners: whoever asks too much at once waits their turn, and nobody else waits with them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from hypecurve.chat.gate import Gate
from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.errors import BadCommand
from hypecurve.domain.message import Choice, Message
from hypecurve.domain.submission import person_of
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Desk, Forms, Suggestible
from hypecurve.wording.notices import error_message
from hypecurve.wording.texts import to_say

AT_ONCE = 2
"""Answers that one person has under way, forms and looks at the Home among them."""
WAITING = 10
"""What else of theirs waits behind those."""
_TYPING = 5
"""Suggestions that one person has under way: the letters that come meanwhile get none."""
_T = TypeVar("_T")


@dataclass(slots=True)
class _Turns:
    """What one person asked that is not answered yet."""

    under_way: int = 0
    typing: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    told: bool = False
    """They know that they ask too much; until all they asked is answered."""


class Manners:
    """`ports.Desk` and `ports.Forms` around others; what one person asks of both waits together.

    It remembers only who has something under way: what is kept does not grow with who ever asked.
    """

    def __init__(
        self,
        desk: Desk,
        forms: Forms,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        gate: Gate | None = None,
    ) -> None:
        """Take who answers; `at_once` and `waiting`: of one person, `gate`: before all.

        The forms must not ask through us in their turn: they would wait for themselves.
        """
        self._desk, self._forms = desk, forms
        self._at_once, self._waiting = at_once, waiting
        self._gate = gate or Gate()
        self._turns: dict[str, _Turns] = {}

    def __len__(self) -> int:
        """How many people have something under way."""
        return len(self._turns)

    async def answer(self, asker: Asker, text: str) -> Answer:
        """Answer when it is their turn; who has too much waiting is told once, and not answered.

        The desk and its database hear nothing of what is too much.
        """
        turns = self._turns_of(asker)
        if len(turns.waiting) >= self._waiting:
            told, turns.told = turns.told, True
            return Answer(error_message(_too_much(), asker.locale), silent=told)
        return await self._in_turn(asker, turns, partial(self._desk.answer, asker, text))

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        """As the forms do when it is their turn; BadCommand for who has too much waiting."""
        return await self._if_not_too_much(asker, partial(self._forms.form, asker, subscription_id))

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        """As `form`; what is too much is not carried out."""
        return await self._if_not_too_much(asker, partial(self._forms.fill, asker, filled))

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        """As `form`."""
        return await self._if_not_too_much(asker, partial(self._forms.preview, asker, filled))

    async def home(self, asker: Asker, channels: Collection[Channel] | None = None) -> Home:
        """As `form`."""
        return await self._if_not_too_much(asker, partial(self._forms.home, asker, channels))

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        """Suggest at once, or nothing where many suggestions are under way."""
        turns = self._turns_of(asker)
        if turns.typing >= _TYPING:
            return ()
        turns.typing += 1
        try:
            return await self._desk.suggest(asker, kind, typed)
        finally:
            turns.typing -= 1
            self._forget(asker, turns)

    async def spoken_to(self, asker: Asker) -> Asker:
        """As the desk does, at once."""
        return await self._desk.spoken_to(asker)

    async def _if_not_too_much(self, asker: Asker, asking: Callable[[], Awaitable[_T]]) -> _T:
        """Ask when it is their turn; each refusal is said, for it stands where they look."""
        turns = self._turns_of(asker)
        if len(turns.waiting) >= self._waiting:
            raise _too_much()
        return await self._in_turn(asker, turns, asking)

    async def _in_turn(
        self, asker: Asker, turns: _Turns, asking: Callable[[], Awaitable[_T]]
    ) -> _T:
        try:
            await self._turn(turns)
            try:
                async with self._gate.place():
                    return await asking()
            finally:
                turns.under_way -= 1
                _next(turns)
        finally:
            self._forget(asker, turns)

    async def _turn(self, turns: _Turns) -> None:
        """Wait until fewer are under way, the first that came first."""
        if turns.under_way < self._at_once:
            turns.under_way += 1
            return
        mine = asyncio.get_running_loop().create_future()
        turns.waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine in turns.waiting:
                turns.waiting.remove(mine)
            elif mine.done() and not mine.cancelled():
                turns.under_way -= 1  # it was given the turn at this very moment: the next has it
                _next(turns)
            raise

    def _turns_of(self, asker: Asker) -> _Turns:
        return self._turns.setdefault(_person(asker), _Turns())

    def _forget(self, asker: Asker, turns: _Turns) -> None:
        if not (turns.under_way or turns.typing or turns.waiting):
            self._turns.pop(_person(asker), None)


def _person(asker: Asker) -> str:
    """Return who asks: on Discord the same person in all servers."""
    return person_of(f"{asker.channel.tenant}/{asker.user_id}")


def _next(turns: _Turns) -> None:
    """Give the turn on to who waits longest."""
    while turns.waiting:
        first = turns.waiting.popleft()
        if not first.done():
            turns.under_way += 1
            first.set_result(None)
            return


def _too_much() -> BadCommand:
    return BadCommand(
        to_say(
            "That is a lot at once: some of it is left unanswered. Wait for the answers that "
            "are on their way, then ask again."
        )
    )
