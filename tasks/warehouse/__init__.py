"""The warehouse: files that are there whole or not at all, their layout, tables, lease and snapshot."""
