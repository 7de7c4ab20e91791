"""How people kept to the roster, by what the log of their states says."""

from staffplan.control.adherence.step import AdherenceResult, adherence

__all__ = ["AdherenceResult", "adherence"]
