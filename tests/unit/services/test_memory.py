"""The collector is left as it was found, whatever happens in between."""

from __future__ import annotations

import gc
from contextlib import ExitStack

import pytest

from hypecurve.services.memory import many_rows


def test_the_collector_comes_more_seldom_while_many_rows_are_handled() -> None:
    before = gc.get_threshold()

    with many_rows():
        assert gc.isenabled()
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_an_error_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()

    with pytest.raises(ZeroDivisionError), many_rows():
        _ = 1 / 0

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_of_several_blocks_the_last_to_end_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    first, second = many_rows(), many_rows()
    with ExitStack() as later:
        with first:
            later.enter_context(second)
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
