"""A roster changed for the people who are away, and as little as that asks."""
