"""staffplan: from a history file to rosters, waits and a cost report."""

__version__ = "0.1.0"
