"""`--chart FILE`: a picture beside what a command prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from support.processes import Ran

Call = Callable[..., Ran]


def test_a_card_and_a_list_are_drawn_into_files_and_printed_all_the_same(
    call: Call, demo_folder: Path
) -> None:
    card, bars = demo_folder / "card.png", demo_folder / "Bars.PNG"
    card.write_text("what was there before")
    ran = call("repo", "acme/flashkv", "--chart", "card.png")
    assert (ran.status, ran.lines[-1]) == (0, "Drawn into card.png.")
    assert ran.out == call("repo", "acme/flashkv").out
    assert call("list", "--by", "week", "-n", "3", "--chart", str(bars)).status == 0
    for file in (card, bars):
        with Image.open(file) as picture:
            assert picture.width == 1600
    assert {each.name for each in demo_folder.iterdir()} <= {
        "Bars.PNG",
        "card.png",
        "hypecurve-demo.db",
        "hypecurve-demo.db-shm",
        "hypecurve-demo.db-wal",
    }


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("chart.jpg", "--chart chart.jpg: a picture is a PNG, give a name like chart.png."),
        ("nowhere/a.png", "--chart nowhere/a.png: there is no folder nowhere."),
        ("folder.png", "--chart folder.png: there is something of that name that is no file."),
        ("/proc/a.png", "--chart /proc/a.png cannot be written: No such file or directory."),
        ("x" * 300 + ".png", "cannot be written: File name too long."),
    ],
)
def test_where_no_picture_can_be_written_one_line_says_so(
    call: Call, demo_folder: Path, file: str, what: str
) -> None:
    (demo_folder / "folder.png").mkdir()
    ran = call("repo", "acme/flashkv", "--chart", file)
    assert ran.status == 2
    assert what in ran.lines[-1]
    assert ran.out == ""
    assert not list(demo_folder.glob("*.part"))


def test_a_file_that_cannot_be_replaced_stays_whole(call: Call, demo_folder: Path) -> None:
    kept = demo_folder / "kept.png"
    kept.write_bytes(b"what was there before")
    (demo_folder / "link.png").symlink_to("/proc/version")
    ran = call("repo", "acme/flashkv", "--chart", "link.png")
    assert ran.status == 2
    assert (demo_folder / "link.png").is_symlink()
    assert kept.read_bytes() == b"what was there before"
