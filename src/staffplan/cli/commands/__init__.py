"""The commands: what each reads from the command line, and what it says."""
