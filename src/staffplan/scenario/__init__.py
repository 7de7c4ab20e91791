"""Scenarios: named changes of a frozen plan, each an ordinary plan directory, side by side; the price of a promise."""
