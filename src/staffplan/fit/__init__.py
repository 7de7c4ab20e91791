"""A log of single calls to what the settings want to know: patience, handling times, scatter of arrivals, redials."""

from staffplan.fit.columns import Columns, guess_columns, guess_on_duty
from staffplan.fit.lines import settings_lines
from staffplan.fit.outcomes import OutcomeWords
from staffplan.fit.step import FitChoices, FitResult, calls_and_closed, fit
from staffplan.fit.tables import CallLog, FitParameters, OnDuty, PatienceCurve, PredictedWaits

__all__ = [
    "CallLog",
    "Columns",
    "FitChoices",
    "FitParameters",
    "FitResult",
    "OnDuty",
    "OutcomeWords",
    "PatienceCurve",
    "PredictedWaits",
    "calls_and_closed",
    "fit",
    "guess_columns",
    "guess_on_duty",
    "settings_lines",
]
