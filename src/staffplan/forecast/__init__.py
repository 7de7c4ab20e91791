"""Forecasting: ContactHistory to VolumeForecast, with the backtest that chose the method and what to know of it."""

from staffplan.forecast.explanation import Explanation
from staffplan.forecast.history.joined import joined_history
from staffplan.forecast.intraday.step import ReforecastResult, reforecast
from staffplan.forecast.learnt_hours import learnt_hours
from staffplan.forecast.scoring import ScoreResult, score
from staffplan.forecast.step import ForecastResult, explain, forecast

__all__ = [
    "Explanation",
    "ForecastResult",
    "ReforecastResult",
    "ScoreResult",
    "explain",
    "forecast",
    "joined_history",
    "learnt_hours",
    "reforecast",
    "score",
]
