"""What knows Prefect's server: its own one, signals, artifacts, parameters."""
