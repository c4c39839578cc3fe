"""Who is dead for sure."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

from hypecurve.kin import give_way, is_dead, this_process

NAME_IT = "from hypecurve.kin import this_process; print(this_process(), flush=True); input()"


def test_a_process_that_lives_is_not_dead_and_one_that_was_killed_is() -> None:
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", NAME_IT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert name != this_process()
        assert not is_dead(name)
        other.send_signal(signal.SIGKILL)
        # Before anybody has asked for its end it is a corpse, and dead all the same.
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(name)
    assert is_dead(name)
    assert not is_dead(this_process())


def test_another_process_of_the_same_number_is_another() -> None:
    mine = this_process()
    assert is_dead(re.sub(r"\d+$", "1", mine))


def test_of_other_machines_containers_and_names_nobody_can_say() -> None:
    mine = this_process()
    assert not is_dead(f"elsewhere{mine}")
    assert not is_dead(re.sub(r":[0-9a-f]{8}\.", ":00000000.", re.sub(r"\d+$", "1", mine)))
    for name in ("", "host", "host:1", "service host:1", "host:x:00000000.1"):
        assert not is_dead(name)


def test_a_child_that_gives_way_has_the_processor_after_us_and_one_that_ended_is_let_be() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        give_way(child.pid)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    give_way(child.pid)
