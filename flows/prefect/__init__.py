"""What knows Prefect's server: the temporary one, its API, artifacts, log lines in the terminal."""
