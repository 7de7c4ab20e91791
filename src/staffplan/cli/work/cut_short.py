"""The warning that amounts depend on the clock."""

from __future__ import annotations

from collections.abc import Sequence

from staffplan.cli.output.say import say_long
from staffplan.errors import listed


def warn_cut_short(names: Sequence[str]) -> None:
    """Tell which rosters another run may find differently, as the clock ended their search."""
    if names:
        said = "roster searches ended by roster.time_limit_seconds: on a busy machine they find less"
        say_long(f"warning: {said}, and the amounts differ from run to run: {listed(names)}")
