"""After the roster: what a day came to, and why; what can be done about today."""
