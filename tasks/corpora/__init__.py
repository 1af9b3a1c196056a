"""Readers of training and annotated data, for `train` and `evaluate` alike."""
