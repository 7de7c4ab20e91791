"""The command that prints the rules of a site in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, AgentsFile, Force, Json
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("rules", rich_help_panel=STEPS)(rules)


def rules(
    config: Annotated[Path, typer.Argument(help="Settings file, plan.toml.", show_default=False)],
    contract: Annotated[
        list[str] | None, typer.Option("--contract", help="Only this contract; can be given several times.")
    ] = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Only what holds for this agent (agent_id).")] = None,
    agents: AgentsFile = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Table to write, rules.csv.")] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Print every rule in force as a sentence, with its line in the settings, and which rules never bind.

    Examples:

    staffplan rules plan.toml

    staffplan rules plan.toml --agent A001

    A mandatory rule of one person never binds where the other rules, the
    contract, the shifts and the days off already exclude every roster that it
    excludes, for everybody it holds for. It can be left out without a change.
    """
    from staffplan.cli.work.rules import rules_of_site, tell

    before = refuse([output], force=force)
    table, notes, heads = rules_of_site(config, contract or (), agent or "", agents)
    tell(table, notes, heads, output, before, as_json=as_json)
