"""What today's contacts so far say of the rest of the day and of the coming days."""
