"""What benchmarks/forecast_accuracy.py is made of: data sets, the protocol, the peers, the scores, the print-out."""
