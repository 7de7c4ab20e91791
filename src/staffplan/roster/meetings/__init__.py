"""Meetings placed where the fewest customers wait."""
