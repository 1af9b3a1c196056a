"""The `nabra` command and its Prefect flows."""

from typing import Final

MOVED: Final = (
    "these are nabra.flows: register the deployments anew, with `nabra serve` or, for a work pool, "
    "`PREFECT_DEFAULT_WORK_POOL_NAME=NAME prefect --no-prompt deploy --all`"
)
if __name__ != "nabra.flows":
    raise ImportError(MOVED)

from nabra.flows.surroundings import leave_out  # noqa: E402 - the old name must not get this far

leave_out()
