"""Fetch: documents of folders, files, feeds and pages as rows of `raw`."""
