"""Coverage: what became of all that each source published, and whether its silence is real."""
