"""Actors: the list of them, and who a name means."""
