"""The group of all commands. Help lists them by their first line; only the command that runs gets its options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from staffplan.cli.output.say import be_quiet

if TYPE_CHECKING:
    from typer.models import CommandInfo


class Commands(TyperGroup):
    """Commands by name. Reading the options of all of them takes longer than reading those of one."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._known: dict[str, CommandInfo] = {}

    def know(self, app: typer.Typer) -> Commands:
        """Take over the commands that were registered in an app; the group itself is returned."""
        self._known = {str(info.name): info for info in app.registered_commands}
        self.commands = {name: _title(name, info) for name, info in self._known.items()}
        return self

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the arguments name, with its options, and the arguments that are left."""
        name, title, rest = super().resolve_command(ctx, args)
        return name, title and _whole(self._known[str(title.name)]), rest


def _title(name: str, info: CommandInfo) -> TyperCommand:
    """A command as the list of commands shows it."""
    text = info.callback and inspect.getdoc(info.callback)
    return TyperCommand(name, help=text, hidden=info.hidden, rich_help_panel=info.rich_help_panel)


def _whole(info: CommandInfo) -> Any:
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    alone.registered_commands.append(info)
    command = typer.main.get_command(alone)
    command.params.append(_quiet_option())
    return command


def _quiet_option() -> Any:
    """The option that every command has."""
    alone = typer.Typer(add_completion=False)
    alone.command()(_options)
    return typer.main.get_command(alone).params[0]


def _options(
    quiet: bool = typer.Option(
        False, "-q", "--quiet", help="Show results and errors alone.", callback=be_quiet, expose_value=False
    ),
) -> None:
    """Options of every command."""
