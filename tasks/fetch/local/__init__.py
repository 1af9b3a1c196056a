"""Local input: files, tables, archives."""
