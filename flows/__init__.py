"""The `nabra` command and its Prefect flows."""

from flows.prefect.surroundings import leave_out

leave_out()
