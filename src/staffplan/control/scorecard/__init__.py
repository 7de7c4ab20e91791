"""The seven principles and the access strategy as measures: what is known, against which target, and what is not."""

from staffplan.control.scorecard.step import Scored, scorecard

__all__ = ["Scored", "scorecard"]
