"""How far off a forecast may be: intervals, days, sums."""
