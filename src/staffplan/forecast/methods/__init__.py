"""The methods that compete for each queue, by name."""

from staffplan.forecast.methods.holt_winters import HoltWinters
from staffplan.forecast.methods.learning import Ahead, Method, Prediction, Training
from staffplan.forecast.methods.recent_average import PlainAverage, RecentAverage
from staffplan.forecast.methods.seasonal_naive import SeasonalNaive

METHODS: dict[str, Method] = {
    method.name: method for method in (RecentAverage(), SeasonalNaive(), HoltWinters(), PlainAverage())
}
"""In order of preference where two do equally well. `plain_average` is compared with, never chosen."""

__all__ = ["METHODS", "Ahead", "Method", "Prediction", "Training"]
