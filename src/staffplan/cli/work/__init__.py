"""What commands do between the command line and the steps: read files, call a step, write files."""
