"""What a rostering problem is; no words of tables or solvers."""
