"""Handling time: its forecast, and how ways to predict it did."""
