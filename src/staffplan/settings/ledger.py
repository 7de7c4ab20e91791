"""Settings of what is published."""

from __future__ import annotations

from staffplan.settings.base import Section


class LedgerSettings(Section):
    """What `staffplan publish` writes into a ledger."""

    agent_names: bool = True
    """Whether the names of agents are published beside their numbers; false: the numbers alone."""
