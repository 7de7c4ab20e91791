"""Options and words that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

STEPS = "One step, on files"
"""The panel of the help that these commands stand in."""

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings, a plan.toml.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; left out: stdout.")]
Interval = Annotated[int | None, typer.Option("--interval", help="Minutes of an interval: 15, 30 or 60.")]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Zone of the site's clock, Europe/Madrid.")]
Country = Annotated[str | None, typer.Option("--country", help="Public holidays of this country, ES.")]
