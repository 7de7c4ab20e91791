"""A log of single calls to what the settings want to know: patience, handling times, scatter of arrivals, redials."""

from staffplan.fit.columns import Columns, guess_columns
from staffplan.fit.lines import settings_lines
from staffplan.fit.outcomes import OutcomeWords
from staffplan.fit.step import FitChoices, FitResult, fit
from staffplan.fit.tables import CallLog, FitParameters, PatienceCurve

__all__ = [
    "CallLog",
    "Columns",
    "FitChoices",
    "FitParameters",
    "FitResult",
    "OutcomeWords",
    "PatienceCurve",
    "fit",
    "guess_columns",
    "settings_lines",
]
