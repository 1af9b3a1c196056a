"""The stage `parse`: sentences, UD words and named entities by Stanza."""
