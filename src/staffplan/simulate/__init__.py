"""Simulate: what customers will wait, from the roster that exists."""

from staffplan.simulate.outcomes import service_level
from staffplan.simulate.steps import SimulationResult, simulate

__all__ = ["SimulationResult", "service_level", "simulate"]
