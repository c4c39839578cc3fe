"""What each bot wants done once, as commands of its own: `slack manifest`, `discord sync`.

Which they are the bots say themselves. A bot is loaded only where its own commands are asked for.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hypecurve.cli.common import runs


class WithBots(TyperGroup):
    """The commands, and a group for each bot that is installed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer names no public type
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *_installed()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Return a command by its name."""
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in _installed():
            return _BotGroup(
                name=cmd_name, help=f"What whoever hosts the {cmd_name.capitalize()} bot does once."
            )
        return found


class _BotGroup(TyperGroup):
    """The tasks of one bot, which is loaded when they are looked for."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(**attributes, no_args_is_help=True)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """Return the names of the bot's tasks."""
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Return a task by its name."""
        self._load()
        return super().get_command(ctx, cmd_name)

    def _load(self) -> None:
        from hypecurve.bootstrap import load_bots
        from hypecurve.ports import Bot, BotTask

        def command(bot: Bot, task: BotTask) -> Any:  # noqa: ANN401 - as above
            async def work(
                url: Annotated[
                    str | None,
                    typer.Option(help="The public address, instead of HYPECURVE_PUBLIC_URL."),
                ] = None,
            ) -> None:
                from hypecurve.config import bot_settings, load_settings

                env = bot_settings(bot.settings)
                public = load_settings().public_url if url is None else url.rstrip("/")
                typer.echo(await task.run(env, public))

            alone = typer.Typer(add_completion=False)
            alone.command(task.name, help=task.help)(runs(work))
            return typer.main.get_command(alone)

        if not self.commands and self.name:
            bot = load_bots()[self.name]
            self.commands = {task.name: command(bot, task) for task in bot.tasks}


def _installed() -> list[str]:
    from importlib.metadata import entry_points

    return sorted(entry.name for entry in entry_points(group="hypecurve.bots"))
