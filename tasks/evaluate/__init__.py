"""What the models score on annotated data."""
