"""The search: a first roster, annealing, whole days, few tours, the bound."""
