"""A published day, played again in many worlds: what made its service level."""

from staffplan.control.day.step import DayTold, explain_group

__all__ = ["DayTold", "explain_group"]
