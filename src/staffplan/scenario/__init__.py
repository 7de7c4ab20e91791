"""Scenarios: named changes of a frozen plan, each a plan directory of its own; and the price of a promise."""
