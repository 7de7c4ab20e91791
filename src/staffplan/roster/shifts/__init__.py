"""Which shifts to hire for, before there are agents."""
