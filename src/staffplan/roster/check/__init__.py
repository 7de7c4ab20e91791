"""Every breach in a finished roster, whoever made it; never imports the solver or the search."""
