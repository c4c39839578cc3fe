"""What each bot wants done once, as commands of its own: `slack manifest`, `discord sync`.

Which they are the bots say themselves; they are looked for only where one of them is asked for.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from hypecurve.cli.common import runs


class WithBots(TyperGroup):
    """The commands, and a group for each bot that is installed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer names no public type
        """Return the names of all commands."""
        from hypecurve.bootstrap import load_bots

        bots = (name for name, bot in load_bots().items() if bot.tasks)
        return [*super().list_commands(ctx), *bots]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Return a command by its name."""
        found = super().get_command(ctx, cmd_name)
        return found if found is not None else _group(cmd_name)


def _group(name: str) -> Any:  # noqa: ANN401 - as above
    from hypecurve.bootstrap import load_bots
    from hypecurve.ports import BotTask

    bot = load_bots().get(name)
    if bot is None or not bot.tasks:
        return None
    group = typer.Typer(help=f"What {name} needs once.", no_args_is_help=True)

    def add(task: BotTask) -> None:
        async def work() -> None:
            from hypecurve.config import bot_settings, load_settings

            env = bot_settings(bot.settings)
            typer.echo(await task.run(env, load_settings().public_url))

        group.command(task.name, help=task.help)(runs(work))

    for task in bot.tasks:
        add(task)
    group.callback()(lambda: None)
    return typer.main.get_command(group)
