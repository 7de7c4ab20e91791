"""Contacts fetched from the contact center's own system: windows of time, asked one by one, become a history by the
same presets as files."""

from staffplan.pull.period import Window, period
from staffplan.pull.service import PullError, Service
from staffplan.pull.step import Pulled, pull

__all__ = ["PullError", "Pulled", "Service", "Window", "period", "pull"]
