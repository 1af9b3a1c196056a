"""The process of a run that `nabra serve` was asked for.

Prefect's own would run what the server says: the pull steps of a deployment, which may be a shell's commands, and an
entry point that it looks for in the current folder first. Here a deployment is a flow of nabra, by its name.
"""

from __future__ import annotations

import logging
import os
import runpy
import signal
import sys


def main() -> None:
    """Run the flow of the deployment with the parameters that the server has for this run."""
    from prefect import flow_engine

    from nabra.flows.news import DEPLOYED

    deployed = DEPLOYED[os.environ["PREFECT__DEPLOYMENT_NAME"]]
    flow_engine.load_flow = lambda flow_run: deployed
    sys.modules.pop("prefect.engine", None)  # else it cannot be run without a warning
    runpy.run_module("prefect.engine", run_name="__main__")


def _in_order() -> None:
    """Do the same; told to end before the flow is at work, without a traceback."""
    logging.raiseExceptions = False  # else Prefect prints what it cannot log
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    _in_order()
