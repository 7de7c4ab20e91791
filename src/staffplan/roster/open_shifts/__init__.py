"""Open shifts: what a roster lacks as shifts without a name, and who of those who bid is given them."""
