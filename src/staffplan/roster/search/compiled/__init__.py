"""The search's compiled kernels: arrays in, arrays out."""
