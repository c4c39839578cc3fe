"""The desk on repos: searched, compared, named in part, picked, and put elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.chart import Comparison, Curve, Risers
from hypecurve.domain.message import Action, MessageKind
from hypecurve.domain.repo import Repo, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.submission import SubmissionState
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.vet import block, decide
from hypecurve.wording.asked import MOST
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, a_signal, entry_of, keep, listed, lose, speak, sweep
from support.databases import NOW
from support.frozen import notices_of
from support.sample_day import sample_taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
OPERATOR = Channel.parse("slack:T9/C9")
ADA = Asker(CHANNEL, "U1", name="Ada", zone="Europe/Paris")
BOB = Asker(CHANNEL, "U2", name="Bob")


def _repo(number: int, name: str, stars: int, said: str = "") -> Repo:
    created = NOW - timedelta(days=30 * number)
    named = replace(a_repo(number, stars), name=RepoName.parse(name), description=said)
    return replace(named, created_at=created)


FLASHKV = _repo(1, "acme/flashkv", 9_000, "KV-cache compression")
VOICEBOX = _repo(2, "nori/voicebox", 700, "Talk to a model")
OTHERS = (
    _repo(3, "mira/flash-one", 5_000),
    _repo(4, "hato/flash-two", 800),
    _repo(5, "kite/agent", 600),
    _repo(6, "lumo/agent", 650),
)


@pytest.fixture
async def desk(store: SqlStore) -> ServiceDesk:
    await listed(store, [FLASHKV, VOICEBOX, *OTHERS])
    for day in (2, 1, 0):
        at = NOW - timedelta(days=day)
        await sweep(store, at, {1: 9_000 - 10 * day, 2: 700 - day})
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy(), operator=OPERATOR)


def _lines(answer: Answer) -> list[str]:
    return [line for line in plain(answer.message).splitlines() if line]


def _commands(answer: Answer) -> Iterator[str]:
    for control in answer.message.controls:
        yield from (choice.value for choice in control.choices)
        if control.value:
            yield control.value


async def test_search_shows_ten_and_says_how_many_there_are(
    desk: ServiceDesk, store: SqlStore
) -> None:
    await listed(store, [_repo(20 + n, f"zeta/tool-{n}", 500 + n) for n in range(12)])
    found = await desk.answer(ADA, "search tool")
    assert _lines(found)[0] == "12 repos for 'tool'"
    assert _lines(found)[-1] == "1-10 of 12"
    assert sum("zeta/tool-" in line for line in _lines(found)) == 10
    assert "share search “tool”" not in _commands(found)
    assert 'share search "tool"' in _commands(found)
    nothing = await desk.answer(ADA, "search 100%_nothing")
    assert "No repo is called '100%_nothing'" in plain(nothing.message)


async def test_a_repo_may_be_named_without_its_owner(desk: ServiceDesk) -> None:
    assert _lines(await desk.answer(ADA, "repo FlashKV"))[0].startswith("acme/flashkv ·")
    # A part that fits one alone is enough to be told of it, and too little to change something.
    assert "nori/voicebox" in _lines(await desk.answer(ADA, "why voice"))[0]
    meant = await desk.answer(ADA, "follow voice")
    assert meant.message.title == "Did you mean nori/voicebox?"
    assert list(_commands(meant)) == ["follow nori/voicebox"]
    # So is a name that two have, and a part that several have.
    several = await desk.answer(ADA, "why agent")
    assert several.message.title == "Which 'agent' do you mean?"
    assert list(_commands(several)) == ["why lumo/agent", "why kite/agent"]
    flash = await desk.answer(ADA, "share repo flash")
    assert list(_commands(flash)) == [
        "share repo acme/flashkv",
        "share repo mira/flash-one",
        "share repo hato/flash-two",
    ]
    both = await desk.answer(ADA, "compare flashkv voicebox")
    assert both.message.title == "acme/flashkv and nori/voicebox"
    unknown = await desk.answer(ADA, "mute nothing-like-it")
    assert "/hype search" in plain(unknown.message)


async def test_who_is_only_watched_is_meant_where_nobody_listed_is_called_so(
    desk: ServiceDesk, store: SqlStore
) -> None:
    await keep(store, [_repo(8, "zeta/flashkv", 3), _repo(9, "zeta/tiny", 3)])
    assert _lines(await desk.answer(ADA, "repo flashkv"))[0].startswith("acme/flashkv")
    assert _lines(await desk.answer(ADA, "repo tiny"))[0].startswith("zeta/tiny")


async def test_compare_shows_repos_side_by_side_with_their_curves(desk: ServiceDesk) -> None:
    answer = await desk.answer(ADA, "compare acme/flashkv nori/voicebox")
    lines = _lines(answer)
    assert lines[0] == "acme/flashkv and nori/voicebox"
    assert lines[2].startswith("• acme/flashkv 9,000 stars")
    picture = answer.message.picture
    assert picture is not None
    assert isinstance(picture.chart, Comparison)
    assert [line.name for line in picture.chart.lines] == ["acme/flashkv", "nori/voicebox"]
    assert "compare acme/flashkv nori/voicebox age" in _commands(answer)
    by_age = await desk.answer(ADA, "compare acme/flashkv nori/voicebox age")
    assert by_age.message.picture is not None
    assert by_age.message.picture.chart.by == "age"  # type: ignore[union-attr]  # as above
    alone = await desk.answer(ADA, "compare acme/flashkv")
    assert next(_commands(alone)) == "compare acme/flashkv mira/flash-one"
    unknown = await desk.answer(ADA, "compare acme/flashkv acme/nothing")
    assert "acme/nothing is not watched" in plain(unknown.message)


async def test_curves_and_risers_are_pictures_with_words(
    desk: ServiceDesk, store: SqlStore
) -> None:
    curve = (await desk.answer(ADA, "curve acme/flashkv")).message
    assert curve.picture is not None
    assert isinstance(curve.picture.chart, Curve)
    assert curve.sections[0].entries[0].spoken == curve.picture.alt
    await speak(store, [a_signal(1, SignalKind.RISING)])
    bars = (await desk.answer(ADA, "chart agents")).message
    assert bars.title == "Rising · Agents"
    nothing = (await desk.answer(ADA, "chart mcp")).message
    assert nothing.picture is None
    assert bars.picture is None or isinstance(bars.picture.chart, Risers)


async def test_what_is_shared_is_for_all_and_says_by_whom(desk: ServiceDesk) -> None:
    answer = await desk.answer(ADA, "share repo acme/flashkv")
    assert answer.public
    assert _lines(answer)[1] == "Shared by Ada"
    assert Action.SHARE not in {control.action for control in answer.message.controls}
    stranger = await desk.answer(replace(ADA, is_stranger=True), "share repo acme/flashkv")
    assert not stranger.public


async def test_a_card_knows_what_its_channel_follows(desk: ServiceDesk) -> None:
    await desk.answer(ADA, "subscribe all")
    await desk.answer(ADA, "follow acme/flashkv")
    assert "unfollow acme/flashkv" in _commands(await desk.answer(ADA, "repo acme/flashkv"))
    elsewhere = replace(ADA, channel=OPERATOR)
    assert "follow acme/flashkv" in _commands(await desk.answer(elsewhere, "repo acme/flashkv"))


async def test_a_channel_chooses_its_language(desk: ServiceDesk, store: SqlStore) -> None:
    shown = await desk.answer(ADA, "language")
    assert plain(shown.message).startswith("This channel is spoken to in English.")
    assert list(_commands(shown)) == ["language zh_CN", "language ru"]
    await desk.answer(ADA, "subscribe all")
    chosen = await desk.answer(ADA, "language русский")
    assert chosen.announcement is not None
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    assert [listener.locale, listener.subscriptions[0].locale] == ["ru", "ru"]


async def test_a_pick_is_taken_only_where_it_can_be_shown(
    desk: ServiceDesk, store: SqlStore
) -> None:
    async def says(text: str) -> str:
        return plain((await desk.answer(ADA, text)).message)

    assert "there is none yet" in await says('pick acme/flashkv "fast"')
    await desk.answer(ADA, "subscribe all")
    await desk.answer(ADA, "mute kite/agent")
    await lose(store, [4])
    assert "is not watched" in await says('pick acme/nothing "fast"')
    assert "unmute kite/agent" in await says('pick kite/agent "fast"')
    assert "gone from GitHub" in await says('pick hato/flash-two "fast"')
    kept = await desk.answer(ADA, 'pick acme/flashkv "fast, small"')
    assert "is in this channel's next digest, Sun 22 Nov 09:00" in plain(kept.message)
    assert not kept.public
    assert kept.announcement is not None
    assert plain(kept.announcement) == "Ada picked acme/flashkv for the next digest: fast, small"
    await listed(store, [_repo(30 + n, f"zeta/more-{n}", 600) for n in range(10)])
    for n in range(9):
        await desk.answer(BOB, f"pick zeta/more-{n} good")
    assert "has 10 picks already" in await says("pick zeta/more-9 good")
    # Another word on one of them takes the place of the one before.
    assert "next digest" in await says("pick acme/flashkv faster still")


async def test_a_wrong_category_is_the_operators_to_mend_and_told_once(
    desk: ServiceDesk, store: SqlStore
) -> None:
    asked = await desk.answer(ADA, "place acme/flashkv")
    assert asked.message.title == "Where does acme/flashkv belong?"
    assert list(_commands(asked)) == [
        "place acme/flashkv mcp",
        "place acme/flashkv inference",
        "place acme/flashkv serving",
    ]

    async def says(asker: Asker, text: str) -> str:
        return plain((await desk.answer(asker, text)).message)

    assert "Thank you" in await says(ADA, "place acme/flashkv inference")
    assert "You said so before" in await says(ADA, "place acme/flashkv inference")
    assert "Thank you" in await says(BOB, "place acme/flashkv inference")
    assert "is in Agents already" in await says(ADA, "place acme/flashkv agents")
    assert "Thank you" in await says(ADA, "place nori/voicebox mcp")
    assert await notices_of(store, OPERATOR) == ["misplaced 1 inference", "misplaced 2 mcp"]
    # No submission: nothing is listed by it, told, or moved, before the operator says so.
    async with store.read() as tx:
        assert await tx.submissions.of(FLASHKV.id) == []
        assert await tx.submissions.suggested() == {}
        assert len(await tx.submissions.everything([SubmissionState.MISPLACED])) == 3
    moved = await decide(store, desk.taxonomy, FLASHKV.name, approve=True)
    assert (moved.place.category, moved.place.by_operator) == ("inference", True)
    left = await decide(store, desk.taxonomy, VOICEBOX.name, approve=False)
    assert left.place.category == "agents"
    assert (await entry_of(store, 2)).place.category == "agents"
    async with store.read() as tx:
        assert await tx.submissions.misplaced(FLASHKV.id) == []
        assert await tx.submissions.misplaced(VOICEBOX.id) == []


async def test_so_many_words_on_categories_as_a_day_allows(
    desk: ServiceDesk, store: SqlStore
) -> None:
    strict = replace(desk, submissions_per_day=1)
    await strict.answer(ADA, "place acme/flashkv inference")
    again = await strict.answer(ADA, "place nori/voicebox inference")
    assert "as many repos as a day allows" in plain(again.message)
    await block(store, desk.clock, f"{CHANNEL.tenant}/U2", on=True)
    blocked = await desk.answer(BOB, "place nori/voicebox inference")
    assert "wants no word" in plain(blocked.message)
    guest = await desk.answer(replace(ADA, is_stranger=True), "place nori/voicebox inference")
    assert "guest" in plain(guest.message)


@pytest.mark.parametrize(
    "asked",
    [
        *("why acme/flashkv", "categories", "status", "subscriptions", "preview", "rising"),
        *("repo acme/flashkv", "curve acme/flashkv", "compare acme/flashkv nori/voicebox"),
        *("search flash", "top"),
    ],
)
async def test_every_answer_that_concerns_others_can_be_shared(
    desk: ServiceDesk, store: SqlStore, asked: str
) -> None:
    await speak(store, [a_signal(1, SignalKind.RISING)])
    await desk.answer(ADA, "subscribe all")
    answer = await desk.answer(ADA, asked)
    (share,) = (each for each in answer.message.controls if each.action is Action.SHARE)
    shared = await desk.answer(BOB, share.value)
    assert shared.public
    assert plain(answer.message)[:10] in plain(shared.message)
    assert Action.SHARE not in {control.action for control in shared.message.controls}


LONG = tuple(_repo(31 + n, f"{'a' * 38}{n}/{'b' * 100}", 900 + n) for n in range(5))


async def test_controls_of_repos_with_long_names_do_what_those_of_others_do(
    desk: ServiceDesk, store: SqlStore
) -> None:
    await listed(store, LONG)
    await desk.answer(ADA, "subscribe all")
    names = " ".join(str(each.name) for each in LONG)
    for asked in (f"repo {LONG[0].name}", f"curve {LONG[0].name}", f"compare {names}"):
        for before in (asked, "compare #31", "place #31"):
            for value in _commands(await desk.answer(ADA, before)):
                command = f"repo {value}" if value.isdecimal() else value
                assert len(command) <= MOST
                answer = await desk.answer(ADA, command)
                assert answer.message.kind is not MessageKind.ERROR, (command, _lines(answer))
    commands = set(_commands(await desk.answer(ADA, f"compare {names}")))
    assert {"compare #31 #32 #33 #34 #35 age", "share compare #31 #32 #33 #34 #35"} <= commands
    bob = (
        "unmute #31",
        "follow #31",
        "unfollow #31",
        "why #31",
        "share why #31",
        'pick #31 "see { here"',
    )
    for command in (*bob, "place #31 inference"):
        answer = await desk.answer(BOB, command)
        assert str(LONG[0].name)[:30] in plain(answer.message), command
    assert "no longer in the catalogue" in plain((await desk.answer(BOB, "why #999")).message)
    shared = await desk.answer(BOB, "share why #31")
    assert shared.public


async def test_which_repo_is_meant_can_be_chosen_among_long_names(
    desk: ServiceDesk, store: SqlStore
) -> None:
    await listed(store, LONG)
    asked = await desk.answer(ADA, 'pick bbbb "{what} {}"')
    assert set(_commands(asked)) >= {'pick #31 "{what} {}"'}
    assert "see it" not in plain((await desk.answer(ADA, "repo bbbbb")).message)
    (first, *_) = await desk.suggest(ADA, "repo", "aaa")
    assert (first.value, first.label[:4]) == ("#35", "aaaa")
    assert str(LONG[4].name)[:30] in plain((await desk.answer(ADA, "repo #35")).message)
