"""The day so far, the rest of it as it is expected now, and what could be done about it."""

from staffplan.control.today.step import Today, today

__all__ = ["Today", "today"]
