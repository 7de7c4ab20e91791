"""Required people to a capacity plan: who is there, who leaves, whom to hire when, and how sure that is."""

from staffplan.capacity.calibrate import calibrate
from staffplan.capacity.changes import compare_plans
from staffplan.capacity.required import required_people
from staffplan.capacity.step import Capacity, capacity

__all__ = ["Capacity", "calibrate", "capacity", "compare_plans", "required_people"]
