"""What the terminal shows: messages, progress, tables, JSON."""
