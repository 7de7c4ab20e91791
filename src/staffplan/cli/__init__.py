"""The commands: read, call one function, write, say what happened. Heavy imports wait inside each command."""

from staffplan.cli.main import app, main, run

__all__ = ["app", "main", "run"]
