"""A plan directory: its steps, what each was made from, what is out of date and why."""
