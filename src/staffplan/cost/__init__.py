"""Cost: what the roster costs, hour by hour and cent by cent, and how it follows from the contacts."""

from staffplan.cost.pay import pay_minutes
from staffplan.cost.people import norms_of
from staffplan.cost.people_cost import PersonCost, cost_of_people, loaded_cents
from staffplan.cost.premiums import premium_hours
from staffplan.cost.standby import StandbyBook
from staffplan.cost.steps import CostResult, cost

__all__ = [
    "CostResult",
    "PersonCost",
    "StandbyBook",
    "cost",
    "cost_of_people",
    "loaded_cents",
    "norms_of",
    "pay_minutes",
    "premium_hours",
]
