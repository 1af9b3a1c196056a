"""The stage `sentiment`: positive, negative or neutral, with probabilities."""

from nabra.tasks.sentiment.sentiment import tag_sentiment

__all__ = ["tag_sentiment"]
