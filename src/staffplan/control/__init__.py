"""After the roster: what a day came to, and why."""

from staffplan.control.step import explained_days

__all__ = ["explained_days"]
