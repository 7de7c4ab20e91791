"""The methods that each queue's forecast is combined from, by name."""

from staffplan.forecast.methods.day_model import DayLevelModel
from staffplan.forecast.methods.day_shapes import DayShapes
from staffplan.forecast.methods.holt_winters import HoltWinters
from staffplan.forecast.methods.learning import Ahead, Method, Prediction, Training
from staffplan.forecast.methods.recent_average import PlainAverage, RecentAverage
from staffplan.forecast.methods.seasonal_naive import SeasonalNaive

METHODS: dict[str, Method] = {
    method.name: method
    for method in (RecentAverage(), DayLevelModel(), HoltWinters(), DayShapes(), PlainAverage(), SeasonalNaive())
}
"""In order of preference where two do equally well."""

__all__ = ["METHODS", "Ahead", "Method", "Prediction", "Training"]
