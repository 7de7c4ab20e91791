"""Requirements sized by simulation: people on the line by any method, judged by contacts that come and wait."""
