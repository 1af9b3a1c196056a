"""The stage `sentiment`: the tone of every sentence, and of the article."""
