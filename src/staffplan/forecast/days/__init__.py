"""What moves days: level, weekday, calendar, drivers, growth and season."""
