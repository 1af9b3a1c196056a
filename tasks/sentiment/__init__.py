"""The stage `sentiment`: positive, negative or neutral, with probabilities."""
