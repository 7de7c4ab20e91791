"""Required people to a capacity plan: who is there, who leaves, whom to hire when, and how sure that is."""

from staffplan.capacity.required import required_people
from staffplan.capacity.step import Capacity, capacity

__all__ = ["Capacity", "capacity", "required_people"]
