"""Single changes of a roster by hand: who works what on a day, with the breaks placed as everywhere else."""
