"""The `nabra` command and its Prefect flows."""

if __name__ != "nabra.flows":
    raise ImportError(
        "these are nabra.flows: register the deployments anew, with `nabra serve` or `prefect deploy --all`"
    )

from nabra.flows.prefect.surroundings import leave_out

leave_out()
