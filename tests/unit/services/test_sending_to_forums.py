"""A message for a forum: where it goes is written down first, and holds for every later try."""

from __future__ import annotations

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import ChannelRefused, SendError, SendFailed, SendLimited, SendUnclear
from hypecurve.services.delivery.sending import LEASE
from support.databases import NOW
from support.messengers import Killed
from support.outgoing import HOUR, SECOND, SHORT, MadeUpChat, at, put, send, state_of

S = DeliveryState
FORUM = at(1)


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def chat() -> MadeUpChat:
    return MadeUpChat(forums={FORUM})


def shown(chat: MadeUpChat) -> list[tuple[StepKind, str]]:
    """What was done, each with what it went on from."""
    return [(each.step, each.ref) for each in chat.standing]


@pytest.mark.parametrize(
    "trouble", [SendFailed("down"), SendLimited("slow down", retry_after=30.0)], ids=str
)
async def test_a_post_that_is_tried_again_goes_where_it_went_before(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, trouble: SendError
) -> None:
    await put(store, FORUM, SHORT)
    chat.fail(FORUM, None, trouble)
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [(StepKind.PLACE, ""), (StepKind.POST, "id-1")]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SendUnclear("the line was cut"), S.PENDING),
        (SendFailed("down"), S.PENDING),
        (ChannelRefused("closed", code="50013"), S.HELD),
    ],
)
async def test_nothing_is_posted_before_its_place_is_known(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: SendError, state: DeliveryState
) -> None:
    key = await put(store, FORUM, SHORT)
    chat.fail(FORUM, error)
    await send(store, clock, chat)
    assert (await state_of(store, key))[0] is state
    assert not chat.standing


async def test_a_place_that_was_not_written_down_is_found_out_anew(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, FORUM, SHORT)
    chat.fail(FORUM, Killed(), posted=True)
    with pytest.raises(Killed):
        await send(store, clock, chat)
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [(StepKind.PLACE, ""), (StepKind.PLACE, ""), (StepKind.POST, "id-2")]
