"""The whole plan on one's own past: forecast, staff, roster, and what came."""

from staffplan.control.backtest.people import under_names_now
from staffplan.control.backtest.period import Known, Outcome, Period, play_period, unforeseen
from staffplan.control.backtest.sums import difference_table, sentence

__all__ = [
    "Known",
    "Outcome",
    "Period",
    "difference_table",
    "play_period",
    "sentence",
    "under_names_now",
    "unforeseen",
]
