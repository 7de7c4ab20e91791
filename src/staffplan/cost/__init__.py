"""Cost: what the roster costs, hour by hour and cent by cent, and how it follows from the contacts."""

from staffplan.cost.premiums import premium_hours
from staffplan.cost.steps import CostResult, cost

__all__ = ["CostResult", "cost", "premium_hours"]
