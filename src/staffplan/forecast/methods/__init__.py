"""The methods that each queue's forecast is combined from, by name. A file of the package registers its own."""

from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

from staffplan.forecast.methods.learning import Ahead, Method, Prediction, Training, registered
from staffplan.settings.forecast import ForecastMethod


def _every_method() -> dict[str, Method]:
    """Those that the settings name in their order, then those that are only compared with."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    found = registered()
    named = [name for name in get_args(ForecastMethod) if name in found]
    return {name: found[name] for name in (*named, *sorted(set(found) - set(named)))}


METHODS = _every_method()
"""In order of preference where two do equally well."""

__all__ = ["METHODS", "Ahead", "Method", "Prediction", "Training"]
