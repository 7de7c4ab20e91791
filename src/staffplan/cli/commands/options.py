"""Options and words that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

STEPS = "Single steps, on files"
"""The panel of the help that these commands stand in."""

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings file, plan.toml.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write (default: stdout).")]
Interval = Annotated[int | None, typer.Option("--interval", help="Length of an interval, minutes: 15, 30 or 60.")]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Time zone of the site, for example Europe/Madrid.")]
Country = Annotated[str | None, typer.Option("--country", help="Country of the public holidays, for example ES.")]
