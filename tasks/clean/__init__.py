"""Clean: documents as received to articles, one row of `clean` or of `rejects` each."""
