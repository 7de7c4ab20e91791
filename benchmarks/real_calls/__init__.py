"""A month of real calls, played against rosters that were made without seeing it."""
