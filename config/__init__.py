"""What a user edits: settings, sources, actors, cues, boilerplate patterns."""
