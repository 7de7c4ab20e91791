"""Tables and settings to a rostering problem."""
