"""The product where no bot is installed: it watches, notices and tells on the command line."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World
from support.botless import without_bots
from support.processes import COMMAND, environment

COMMANDS = ("status", "list", "search agent", "digest", "signals", "categories", "--help")
_ALL = """
import sys
from hypecurve.__main__ import main
for command in sys.argv[1:]:
    sys.argv = ["hypecurve", *command.split()]
    print("#", command, flush=True)
    try:
        main()
    except SystemExit as end:
        assert not end.code, (command, end.code)
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"hypecurve_slack", "hypecurve_discord", "slack_sdk", "slack_bolt", "discord"}
"""


async def test_the_service_watches_and_the_commands_tell_where_no_bot_is_installed(
    tmp_path: Path,
) -> None:
    world = World.make(7, 60, until=datetime.now(UTC))
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        settings = {
            **without_bots(tmp_path / "bare"),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'hypecurve.db'}",
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": TOKEN,
        }
        log = await _until(settings, tmp_path, "run", says="cycle ended")
    assert "nothing is delivered: no bot has its settings" in log
    assert "saw 50 of 50 repos" in log
    assert "50 listed" in log
    assert "status=" not in log, "a cycle that fails says how"
    told = await _told(settings, tmp_path, *COMMANDS)
    assert [f"# {command}" for command in COMMANDS] == [
        line for line in told.splitlines() if line.startswith("# ")
    ]
    assert "50 repos" in told


async def _until(settings: dict[str, str], folder: Path, *command: str, says: str) -> str:
    """Run a command until it says something; stop it, and return its log."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *command, cwd=folder, env=environment(settings), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    lines: list[str] = []
    async with asyncio.timeout(60):
        async for line in process.stderr:
            lines.append(line.decode())
            if says in lines[-1]:
                process.terminate()
        assert await process.wait() == 0, "".join(lines)
    return "".join(lines)


async def _told(settings: dict[str, str], folder: Path, *commands: str) -> str:
    """Run commands, one after the other in one process; return all that they print."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _ALL, *commands),
        cwd=folder,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
