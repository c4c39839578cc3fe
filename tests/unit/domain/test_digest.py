"""What is told, in which order, and where it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.catalogue import CatalogueEntry, Growth, Place, RepoState
from hypecurve.domain.choosing import HEADING_OF, SHOWN, choose
from hypecurve.domain.digest import Item
from hypecurve.domain.message import SectionKind
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind

K, H = SignalKind, SectionKind
AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
LATER = AT + timedelta(hours=6)
ORDER = (H.YOURS, H.RISING, H.NEW, H.QUIET)


def _entry(number: int, stars: int = 600) -> CatalogueEntry:
    repo = Repo(RepoId(number), f"R_{number}", RepoName("acme", f"repo-{number}"), stars)
    return CatalogueEntry(repo, Place("agents", "name"), AT, AT)


ENTRIES = {RepoId(number): _entry(number) for number in range(1, 41)}


def _signal(  # noqa: PLR0913 - fields of a signal and of its evidence
    number: int,
    kind: SignalKind = K.RISING,
    *,
    hours: int = 0,
    step: int = 1,
    score: float = 2.0,
    lane: Lane = Lane.LARGE,
    multiple: float | None = None,
    usual: float | None = 40.0,
    gain_7d: int | None = None,
    stars: int | None = None,
) -> Signal:
    evidence = Evidence(stars, gain_7d=gain_7d, usual_7d=usual, multiple=multiple)
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
        usual=st.none() | st.floats(0, 90),
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
        if signal.repo_id in ENTRIES
        and (signal.repo_id in followed or signal.kind in HEADING_OF)
        and signal.kind is not K.GONE  # they are all there: that one was gone is old
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


def test_the_rising_come_by_their_multiple_and_after_them_by_score() -> None:
    signals = [
        _signal(1, multiple=3.0),
        _signal(2, multiple=8.6, score=1.0),
        _signal(3, score=5.0),
        _signal(4, multiple=5.0),
        _signal(5, score=7.0),
    ]
    entries = {**ENTRIES, RepoId(4): _entry(4, 9_000)}
    assert _ids(choose(signals, entries)[0]) == [2, 4, 1, 5, 3]


def test_a_multiple_nobody_gets_to_see_does_not_lead_the_digest() -> None:
    # +48 where under 1 a week is usual, beside +6,950 at 21.5 times the pace.
    next_to_nothing = _signal(1, multiple=96.0, usual=0.5, score=30.0, lane=Lane.TRICKLE)
    story = _signal(2, multiple=21.5, usual=323.0, score=9.0)
    shown, _ = choose([next_to_nothing, story], ENTRIES)
    assert _ids(shown) == [2, 1]
    assert [item.reserved for item in shown] == [False, True]


def _present(stars: int, week: int | None, usual: float | None) -> CatalogueEntry:
    """Repo 1 as it was read six hours after its signal."""
    entry = _entry(1, stars)
    return replace(entry, seen_at=LATER, growth=Growth(None, week, None), usual_week=usual)


def _told(signal: Signal, entry: CatalogueEntry, counts_at: datetime | None) -> Evidence:
    (item,) = choose([signal], {RepoId(1): entry}, counts_at=counts_at)[0]
    return item.signal.evidence


@pytest.mark.parametrize("kind", [K.RISING, K.AWAKE])
def test_a_line_has_the_figures_of_the_counts_the_digest_is_dated_by(kind: SignalKind) -> None:
    spoke = _signal(1, kind, multiple=7.7, usual=200.0, gain_7d=1_537, stars=9_059)
    told = _told(spoke, _present(9_712, 2_190, 219.0), LATER)
    assert (told.gain_7d, told.usual_7d, told.multiple, told.stars) == (2_190, 219.0, 10.0, 9_712)


@pytest.mark.parametrize(
    ("entry", "counts_at"),
    [
        (_present(9_712, 2_190, 219.0), None),
        (_present(9_712, 2_190, 219.0), LATER - timedelta(seconds=1)),
        (_present(9_712, 1_536, 219.0), LATER),
        (_present(9_712, None, 219.0), LATER),
        (_present(9_712, 2_190, None), LATER),
        (_present(9_712, 2_190, 2_190.0), LATER),
        (replace(_present(9_712, 2_190, 219.0), seen_at=AT), LATER),
    ],
    ids=["undated", "of later", "less", "no gain", "no pace", "no rise", "not newer"],
)
def test_a_line_keeps_its_own_figures_where_the_present_ones_do_not_bear_it_out(
    entry: CatalogueEntry, counts_at: datetime | None
) -> None:
    spoke = _signal(1, multiple=7.7, usual=200.0, gain_7d=1_537, stars=9_059)
    assert _told(spoke, entry, counts_at) == spoke.evidence


def test_a_new_repo_is_told_with_its_present_total_and_a_stalled_one_as_it_was() -> None:
    entry = _present(612, 300, 20.0)
    assert _told(_signal(1, K.NEW, stars=546), entry, LATER).stars == 612
    assert _told(_signal(1, K.STALLED, stars=546), entry, LATER).stars == 546


def test_of_a_repo_that_is_gone_nothing_is_told_but_that() -> None:
    gone = {RepoId(1): replace(_entry(1), state=RepoState.GONE)}
    signals = [_signal(1, multiple=10.0), _signal(1, K.GONE, hours=1), _signal(1, K.MILESTONE)]
    assert choose(signals, gone) == ((), ())
    (item,), _ = choose(signals, gone, frozenset({RepoId(1)}))
    assert item.signal is signals[1]


def test_a_repo_that_is_back_has_news_again() -> None:
    followed = frozenset({RepoId(1)})
    gone, back = _signal(1, K.GONE), _signal(1, K.RETURNED, hours=1)
    (item,), _ = choose([gone, back], ENTRIES, followed)
    assert item.signal is back
    assert choose([gone], ENTRIES, followed) == ((), ())
    (item,), _ = choose([gone, _signal(1, K.MILESTONE, hours=1)], ENTRIES, followed)
    assert item.signal.kind is K.MILESTONE


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (K.MOVED, K.NAME_TAKEN),
        (K.RISING, K.MOVED),
        (K.CORRECTED, K.RISING),
        (K.NAME_TAKEN, K.UNARCHIVED),
        (K.ARCHIVED, K.RETURNED),
    ],
)
def test_of_two_facts_of_a_followed_repo_the_more_urgent_is_told(
    less: SignalKind, more: SignalKind
) -> None:
    signals = [_signal(1, more), _signal(1, less, hours=1)]
    (item,), _ = choose(signals, ENTRIES, frozenset({RepoId(1)}))
    assert item.signal.kind is more


def test_of_an_end_and_its_revival_the_later_is_told() -> None:
    archived, open_again = _signal(1, K.ARCHIVED), _signal(1, K.UNARCHIVED, hours=1)
    (item,), _ = choose([open_again, archived], ENTRIES, frozenset({RepoId(1)}))
    assert item.signal is open_again


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


@pytest.mark.parametrize(("stars", "is_small"), [(80_000, False), (4_500, False), (1_999, True)])
def test_a_repo_of_many_stars_is_not_called_small(stars: int, *, is_small: bool) -> None:
    entries = {RepoId(1): _entry(1, stars)}
    (item,) = choose([_signal(1, lane=Lane.TRICKLE)], entries)[0]
    assert item.reserved is is_small
