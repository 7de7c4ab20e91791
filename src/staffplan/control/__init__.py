"""After the roster: what a day came to, and why."""
