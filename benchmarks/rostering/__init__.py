"""Made-up contact centers to roster, what a roster of them is worth, and what other tools make of them."""
