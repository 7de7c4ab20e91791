"""Why a roster is not better: conflicts between rules, and what each rule costs."""
