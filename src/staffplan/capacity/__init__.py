"""Required people to a capacity plan: who is there, who leaves, whom to hire when, and how sure that is."""

from staffplan.capacity.step import Capacity, capacity

__all__ = ["Capacity", "capacity"]
