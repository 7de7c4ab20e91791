"""Forecasting: ContactHistory to VolumeForecast, with the backtest that chose the method and what to know of it."""

from staffplan.forecast.step import ForecastResult, forecast

__all__ = ["ForecastResult", "forecast"]
