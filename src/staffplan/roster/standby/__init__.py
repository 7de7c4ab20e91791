"""Standby: who is at home and can be called in, in fair turns around the shifts of a roster."""
