"""What a terminal shows: as many columns as it is wide, and numbers whole."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.cli.common import called, fitted
from support.processes import COMMAND, Ran, environment, run_here

Demo = tuple[Path, Ran]
NUMBERS = ("stars", "24 h", "7 d", "30 d")
SPARE = ("30 d", "category", "24 h")
WIDTHS = st.integers(4, 40)


@given(
    natural=st.fixed_dictionaries(dict.fromkeys(("repo", "category", *NUMBERS), WIDTHS)),
    room=st.integers(1, 200),
)
def test_only_words_are_cut_and_what_is_left_fits(natural: dict[str, int], room: int) -> None:
    widths = fitted(natural, room, SPARE)
    assert all(widths[name] == natural[name] for name in NUMBERS if name in widths)
    assert [name for name in natural if name not in widths and name not in SPARE] == []
    assert all(widths[name] <= natural[name] for name in widths)
    total = sum(widths.values()) + 2 * (len(widths) - 1)
    everything = sum(natural.values()) + 2 * (len(natural) - 1)
    if everything <= room:
        assert widths == natural
    elif set(widths) & set(SPARE):
        assert total <= room


def shown(folder: Path, columns: int, *arguments: str) -> list[str]:
    """The lines of a command in a terminal of so many columns, without their colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(  # noqa: S603 - our own program
        [*COMMAND, *arguments],
        cwd=folder,
        env={**environment(), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ):
        os.close(theirs)
        said = b""
        try:
            while more := os.read(ours, 65_536):
                said += more
        except OSError:  # how Linux tells that the other end is closed
            pass
        finally:
            os.close(ours)
    return re.sub(r"\x1b\[[0-9;]*m", "", said.decode()).splitlines()


@pytest.mark.parametrize(("command", "columns"), [("list", 80), ("list", 120), ("signals", 60)])
def test_a_table_shows_whole_numbers_in_any_terminal(
    demo: Demo, command: str, columns: int
) -> None:
    arguments = [command, "--world", "demo"]
    lines = shown(demo[0], columns, *arguments)
    assert max(map(len, lines)) <= columns
    names, *rows = (re.split(r"  +", line.strip()) for line in lines)
    assert names[0] in {"repo", "kind"}
    assert "repo" in names
    whole = asyncio.run(run_here(*arguments, "--format", "csv", folder=demo[0])).out
    assert len(rows) == len(whole.splitlines()) - 1
    first = lines[0].index("at" if command == "signals" else "stars")
    assert not [line for line in lines if "…" in line[first:]]


def test_it_is_called_again_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / ".venv" / "bin" / "hypecurve"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    for typed in (".venv/bin/hypecurve", str(program)):
        monkeypatch.setattr(sys, "argv", [typed, "demo"])
        assert called() == ".venv/bin/hypecurve"
    monkeypatch.setenv("PATH", str(program.parent))
    assert called() == "hypecurve"
    monkeypatch.setattr(sys, "argv", ["/lib/hypecurve/__main__.py"])
    assert called() == "python -m hypecurve"
