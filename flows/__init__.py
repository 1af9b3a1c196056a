"""The `nabra` command and its Prefect flows."""

from nabra.flows.prefect.surroundings import leave_out

leave_out()
