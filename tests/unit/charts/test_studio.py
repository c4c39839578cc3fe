"""The studio: one thread, each picture once, nothing loaded before the first."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

import pytest

from hypecurve.charts import Studio
from hypecurve.charts.gallery import Gallery
from hypecurve.domain.chart import Riser, Risers
from support.charts import CHARTS, END, NORMAL
from support.processes import environment

SMALL = CHARTS["nothing"]


async def test_a_chart_asked_for_by_three_at_once_and_by_a_fourth_later_is_drawn_once() -> None:
    studio = Studio()
    first, *others = await asyncio.gather(*(studio.draw(SMALL) for _ in range(3)))
    later = await studio.draw(replace(SMALL))
    assert first.startswith(b"\x89PNG")
    # A picture drawn again would be equal, and another object.
    assert all(each is first for each in (*others, later))
    assert await studio.draw(SMALL, "ru") is not first


async def test_who_asked_first_may_go_away_and_the_others_get_their_picture() -> None:
    studio = Studio()
    impatient = asyncio.create_task(studio.draw(SMALL))
    patient = asyncio.create_task(studio.draw(SMALL))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).startswith(b"\x89PNG")
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_others_go_on_while_a_chart_is_drawn() -> None:
    drawing = asyncio.create_task(Studio().draw(NORMAL))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.001)
        turns += 1
    # On the loop itself it would have been one.
    assert turns >= 5


async def test_a_chart_that_cannot_be_drawn_is_tried_again_the_next_time() -> None:
    studio = Studio()
    broken = Risers(END, (Riser(None, 1),))  # type: ignore[arg-type] # what no reader lets in
    for _ in range(2):
        with pytest.raises(TypeError):
            await studio.draw(broken)
    assert not studio._at_work


def test_the_gallery_keeps_what_was_asked_for_last_and_no_more_bytes_than_it_may() -> None:
    gallery = Gallery(1_000)
    keys = [(Risers(END, (Riser(f"acme/repo-{each}", each),)), "en") for each in range(20)]
    for key in keys:
        gallery.keep(key, bytes(300))
        assert gallery.find(keys[0])
        assert gallery.size <= 1_000
    assert [bool(gallery.find(key)) for key in keys[-3:]] == [False, True, True]
    gallery.keep(keys[0], bytes(2_000))
    assert gallery.size == 0
    assert gallery.find(keys[0]) is None


async def test_a_service_that_has_drawn_nothing_has_not_loaded_matplotlib() -> None:
    script = (
        "import sys, hypecurve.cli, hypecurve.bootstrap;"
        "from hypecurve.charts import Studio; Studio();"
        "sys.exit('matplotlib' in sys.modules)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, env=environment())
    assert await process.wait() == 0
