"""What is told, in which order, and where it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.catalogue import CatalogueEntry, Place
from hypecurve.domain.digest import HEADING_OF, SHOWN, Item, choose
from hypecurve.domain.message import SectionKind
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind

K, H = SignalKind, SectionKind
AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
ORDER = (H.YOURS, H.RISING, H.NEW, H.QUIET)


def _entry(number: int, stars: int = 600) -> CatalogueEntry:
    repo = Repo(RepoId(number), f"R_{number}", RepoName("acme", f"repo-{number}"), stars)
    return CatalogueEntry(repo, Place("agents", "name"), AT, AT)


ENTRIES = {RepoId(number): _entry(number) for number in range(1, 41)}


def _signal(
    number: int,
    kind: SignalKind = K.RISING,
    *,
    hours: int = 0,
    step: int = 1,
    score: float = 2.0,
    lane: Lane = Lane.LARGE,
    multiple: float | None = None,
) -> Signal:
    evidence = Evidence(multiple=multiple)
    at = AT + timedelta(hours=hours)
    return Signal(RepoId(number), kind, at, 1, step, score, lane, "test/1", evidence)


def _ids(items: Sequence[Item]) -> list[int]:
    return [item.signal.repo_id for item in items]


SIGNALS = st.lists(
    st.builds(
        _signal,
        st.integers(1, 45),
        st.sampled_from(SignalKind),
        hours=st.integers(0, 3),
        step=st.integers(1, 3),
        score=st.floats(0, 9),
        lane=st.sampled_from(Lane),
        multiple=st.none() | st.floats(0, 9),
    ),
    max_size=60,
)
FOLLOWED = st.frozensets(st.integers(1, 45).map(RepoId), max_size=8)


@given(signals=SIGNALS, followed=FOLLOWED, limit=st.integers(1, 12))
def test_every_piece_of_news_is_told_once_and_in_order(
    signals: list[Signal], followed: frozenset[RepoId], limit: int
) -> None:
    shown, overflow = choose(signals, ENTRIES, followed, limit)
    items = (*shown, *overflow)
    expected = {
        (signal.repo_id, H.YOURS if signal.repo_id in followed else HEADING_OF[signal.kind])
        for signal in signals
        if signal.repo_id in ENTRIES and (signal.repo_id in followed or signal.kind in HEADING_OF)
    }
    # Who rises again is told of as rising alone.
    expected -= {(repo, H.QUIET) for repo, heading in expected if heading is H.RISING}
    told = [(item.signal.repo_id, item.heading) for item in items]
    assert len(told) == len(set(told))
    assert set(told) == expected
    assert len(shown) == min(limit, len(expected))
    for part in (shown, overflow):
        headings = [ORDER.index(item.heading) for item in part]
        assert headings == sorted(headings)
    assert all(item.signal in signals for item in items)


@given(signals=SIGNALS, followed=FOLLOWED)
def test_one_place_is_kept_for_a_small_repo_among_the_rising(
    signals: list[Signal], followed: frozenset[RepoId]
) -> None:
    shown, overflow = choose(signals, ENTRIES, followed)
    rising = [item for item in (*shown, *overflow) if item.heading is H.RISING]
    small = [item for item in rising if item.signal.lane in {Lane.TRICKLE, Lane.SMALL}]
    reserved = [item for item in rising if item.reserved]
    assert len(reserved) == bool(small)
    assert all(item in small and item in shown for item in reserved)


@given(signals=SIGNALS, followed=FOLLOWED)
def test_no_heading_is_crowded_out(signals: list[Signal], followed: frozenset[RepoId]) -> None:
    shown, overflow = choose(signals, ENTRIES, followed)
    assert {item.heading for item in overflow} <= {item.heading for item in shown}


@given(signals=SIGNALS, followed=FOLLOWED, chance=st.randoms())
def test_the_order_in_which_signals_come_does_not_matter(
    signals: list[Signal], followed: frozenset[RepoId], chance: object
) -> None:
    once = {(s.repo_id, s.kind): s for s in signals}
    unique = [
        _signal(s.repo_id, s.kind, hours=place, score=place, multiple=place + 1.0)
        for place, s in enumerate(once.values())
    ]
    shuffled = list(unique)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert choose(unique, ENTRIES, followed) == choose(shuffled, ENTRIES, followed)


def test_nothing_to_tell_is_nothing() -> None:
    assert choose([], ENTRIES) == ((), ())
    assert choose([_signal(99), _signal(1, K.ARCHIVED)], ENTRIES) == ((), ())


def test_the_rising_come_by_their_multiple_and_else_by_score() -> None:
    signals = [
        _signal(1, multiple=3.0),
        _signal(2, multiple=8.6, score=1.0),
        _signal(3, score=5.0),
        _signal(4, multiple=5.0),
    ]
    entries = {**ENTRIES, RepoId(4): _entry(4, 9_000)}
    assert _ids(choose(signals, entries)[0]) == [2, 4, 3, 1]


def test_who_came_back_stands_before_who_fell_silent() -> None:
    signals = [_signal(1, K.STALLED, score=9_000), _signal(2, K.AWAKE, score=3)]
    assert _ids(choose(signals, ENTRIES)[0]) == [2, 1]


def test_the_last_word_on_a_repo_stands() -> None:
    signals = [_signal(1, step=2, hours=2), _signal(1), _signal(2, K.STALLED)]
    back = _signal(2, K.AWAKE, hours=1)
    shown, _ = choose([*signals, back], ENTRIES)
    assert [item.signal for item in shown] == [signals[0], back]


def test_who_woke_up_and_rises_has_one_piece_of_news() -> None:
    shown, overflow = choose([_signal(1), _signal(1, K.AWAKE, hours=1)], ENTRIES)
    assert [(item.signal.kind, item.heading) for item in shown] == [(K.RISING, H.RISING)]
    assert overflow == ()


def test_what_ends_a_followed_repo_stands_before_what_moves_it() -> None:
    archived, rising = _signal(1, K.ARCHIVED), _signal(1, hours=3)
    shown, _ = choose([archived, rising], ENTRIES, frozenset({RepoId(1)}))
    assert [(item.signal, item.heading) for item in shown] == [(archived, H.YOURS)]


def test_a_full_day_shows_some_of_everything_and_its_small_repo() -> None:
    followed = frozenset(RepoId(number) for number in range(1, 6))
    signals = [
        *(_signal(number, K.ARCHIVED) for number in range(1, 6)),
        *(_signal(number, multiple=40.0 - number) for number in range(6, 16)),
        _signal(16, multiple=2.0, lane=Lane.SMALL),
        *(_signal(number, K.NEW) for number in range(17, 22)),
        *(_signal(number, K.STALLED) for number in range(22, 27)),
    ]
    shown, overflow = choose(signals, ENTRIES, followed)
    assert len(shown) == SHOWN
    assert [sum(item.heading is heading for item in shown) for heading in ORDER] == [3, 3, 1, 1]
    assert _ids(shown)[3:6] == [6, 7, 16]
    assert len(shown) + len(overflow) == len(signals)


def test_where_there_is_room_the_small_repo_takes_the_fourth_place() -> None:
    signals = [
        *(_signal(number, multiple=40.0 - number) for number in range(1, 7)),
        _signal(9, multiple=2.0, lane=Lane.TRICKLE),
    ]
    assert _ids(choose(signals, ENTRIES)[0]) == [1, 2, 3, 9, 4, 5, 6]


def test_a_repo_of_many_stars_is_not_called_small() -> None:
    entries = {RepoId(1): _entry(1, 80_000)}
    (item,) = choose([_signal(1, lane=Lane.TRICKLE)], entries)[0]
    assert not item.reserved
