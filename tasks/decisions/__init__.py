"""What users decide about what nabra found: kept in the warehouse, and applied whenever it is read."""
