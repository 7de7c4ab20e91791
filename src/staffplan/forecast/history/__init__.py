"""A queue's rows as matrices to learn from: hours, gaps, outages, what was found."""
