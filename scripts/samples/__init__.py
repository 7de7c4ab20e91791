"""The made-up center behind data/samples: its queues (center), their contacts (contacts, waits), its people."""
