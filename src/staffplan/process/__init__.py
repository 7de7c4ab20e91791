"""What holds for the whole process: Ctrl-C, what lies around it, compiled code and other processes."""
