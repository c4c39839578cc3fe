"""Lists that are longer than one answer: page by page, in one order, shared as they are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.message import Action
from hypecurve.domain.repo import RepoName
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy

ADA = Asker(CHANNEL, "U1", name="Ada")
MANY = 23
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
async def desk(store: SqlStore) -> ServiceDesk:
    await listed(
        store,
        [
            # Some are equal in stars: their order must be the same on every page.
            replace(a_repo(n, 600 + n // 4), name=RepoName("acme", f"tool-{n:02}"))
            for n in range(MANY)
        ],
    )
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy())


def _names(answer: Answer) -> list[str]:
    return [entry.repo_name for entry in answer.message.sections[0].entries]


def _buttons(answer: Answer) -> dict[str, str]:
    return {each.label: each.value for each in answer.message.controls if not each.choices}


def _said(answer: Answer) -> str:
    return plain(answer.message).splitlines()[-1]


@pytest.mark.parametrize("command", ["top 7d", 'search "tool"'])
async def test_the_pages_of_a_list_hold_each_repo_once(desk: ServiceDesk, command: str) -> None:
    first = await desk.answer(ADA, command)
    assert (len(_names(first)), _said(first)) == (10, f"1-10 of {MANY}")
    assert "Previous" not in _buttons(first)
    second = await desk.answer(ADA, _buttons(first)["Next"])
    assert _said(second) == f"11-20 of {MANY}"
    assert _buttons(second)["Previous"] == command
    last = await desk.answer(ADA, _buttons(second)["Next"])
    assert (len(_names(last)), _said(last)) == (3, f"21-23 of {MANY}")
    assert "Next" not in _buttons(last)
    seen = [*_names(first), *_names(second), *_names(last)]
    assert len(set(seen)) == len(seen) == MANY
    assert await desk.answer(ADA, _buttons(last)["Previous"]) == second


@ON_SQLITE
@pytest.mark.parametrize("command", ["top", "search tool"])
async def test_behind_the_last_page_is_the_last_page(desk: ServiceDesk, command: str) -> None:
    last = await desk.answer(ADA, f"{command} page 3")
    assert await desk.answer(ADA, f"{command} page 999999") == last
    assert _said(last) == f"21-23 of {MANY}"


@ON_SQLITE
async def test_a_page_is_shared_as_it_is_shown_and_turned_by_whoever_reads_it(
    desk: ServiceDesk,
) -> None:
    second = await desk.answer(ADA, "search tool page 2")
    assert _buttons(second)["Share"] == 'share search "tool" page 2'
    shared = await desk.answer(ADA, _buttons(second)["Share"])
    assert shared.public
    assert _names(shared) == _names(second)
    assert _buttons(shared) == {
        name: value for name, value in _buttons(second).items() if name != "Share"
    }


@ON_SQLITE
async def test_what_fits_into_one_answer_has_no_pages(desk: ServiceDesk) -> None:
    found = await desk.answer(ADA, 'search "tool-01" page 7')
    assert _names(found) == ["acme/tool-01"]
    assert " of " not in _said(found)
    assert not [each for each in found.message.controls if each.action is Action.MORE]
    nothing = await desk.answer(ADA, "search nothing-like-it page 4")
    assert "No repo is called 'nothing-like-it'" in plain(nothing.message)
