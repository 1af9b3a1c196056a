"""The `nabra` command and its Prefect flows."""

from flows.surroundings import leave_out

leave_out()
