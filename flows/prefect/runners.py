"""The runners: what of Prefect's task runners carries out the groups of batches of a run.

Threads of this process (each of which has a process with the models), a Dask cluster, or a Ray cluster.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx  # Prefect's client raises its errors
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.settings import PREFECT_API_URL
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from nabra.config.settings import RunSettings, Settings
from nabra.tasks.engine.dispatch import Group
from nabra.tasks.engine.groups import Outcome
from nabra.tasks.engine.plan import Plan
from nabra.tasks.errors import ServerError, UsageError
from nabra.tasks.processes.capacity import available_mib, cores, threads_for, workers_for
from nabra.tasks.run import run_batches

CONNECT_SECONDS: Final = 10.0


@dataclass(frozen=True)
class ChosenRunner:
    """A task runner for a flow, so many workers, with so many threads each; `is_alive` says whether it can go on."""

    task_runner: TaskRunner[Any]
    workers: int
    threads: int
    is_here: bool = False
    is_alive: Callable[[TaskRunner[Any]], bool] = lambda runner: True

    @property
    def is_one_here(self) -> bool:
        """True if there is nothing to be carried out side by side."""
        return self.is_here and self.workers == 1


def choose(settings: Settings, batches: int) -> ChosenRunner:
    """The runner that the settings name, for so many batches; ServerError where its cluster does not answer."""
    maker = {"local": _local, "dask": _dask, "ray": _ray}[settings.run.runner]
    return maker(settings, batches)


def _local(settings: Settings, batches: int) -> ChosenRunner:
    workers = min(_on_this_machine(settings.run), max(1, batches))
    threads = settings.parse.threads or threads_for(cores(), workers)
    return ChosenRunner(ThreadPoolTaskRunner(max_workers=workers), workers, threads, is_here=True)


def _on_this_machine(run: RunSettings) -> int:
    return run.workers or workers_for(cores(), available_mib())


def _dask(settings: Settings, batches: int) -> ChosenRunner:
    import dask
    from prefect_dask import DaskTaskRunner

    def is_alive(runner: TaskRunner[Any]) -> bool:
        return bool(runner.client.status == "running")  # type: ignore[attr-defined]

    threads = settings.parse.threads or 1
    address = settings.run.scheduler
    if address:
        _require_server_for(address)
        workers = settings.run.workers or _dask_threads(address)
        return ChosenRunner(DaskTaskRunner(address=address), workers, threads, is_alive=is_alive)
    workers = min(_on_this_machine(settings.run), max(1, batches))
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it would tell, the run does
    dask.config.set({"distributed.scheduler.allowed-failures": 0})  # who died on what is looked after here
    # Encrypted, with credentials of this run: who else works on the machine could have it do anything.
    own = {"n_workers": workers, "threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None}
    runner: TaskRunner[Any] = DaskTaskRunner(cluster_kwargs={**own, "security": True, "silence_logs": 50})
    return ChosenRunner(runner, workers, threads, is_alive=is_alive)


def _dask_threads(address: str) -> int:
    """How many groups the cluster can carry out at a time."""
    import distributed

    try:
        with distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False) as client:
            threads: int = sum(client.nthreads().values())
    except (OSError, ValueError) as error:
        raise _unreachable("Dask", address, error) from error
    if not threads:
        raise ServerError(f"the Dask scheduler at {address} has no workers: start some, see docs/operations.md")
    return threads


def _ray(settings: Settings, batches: int) -> ChosenRunner:
    address = settings.run.scheduler
    if not address:
        _ask_for_token()
    import ray
    from prefect_ray import RayTaskRunner

    threads = settings.parse.threads or 1
    if not address:
        workers = min(_on_this_machine(settings.run), max(1, batches))
        own = {"num_cpus": workers, "include_dashboard": False, "log_to_driver": False}
        return ChosenRunner(RayTaskRunner(init_kwargs=own), workers, threads, is_alive=_is_ray_alive)
    _require_server_for(address)
    try:
        with ray.init(address, log_to_driver=False):
            workers = settings.run.workers or int(ray.cluster_resources().get("CPU", 0))
    except (ConnectionError, OSError, ValueError) as error:
        raise _unreachable("Ray", address, error) from error
    return ChosenRunner(RayTaskRunner(address=address), max(1, workers), threads, is_alive=_is_ray_alive)


def _ask_for_token() -> None:
    """Let a Ray that is started here want a token of this run: its ports are open to the network."""
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    if "RAY_AUTH_TOKEN_PATH" not in os.environ:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def _is_ray_alive(_: TaskRunner[Any]) -> bool:
    import ray

    return bool(ray.is_initialized())


def _unreachable(kind: str, address: str, error: Exception) -> ServerError:
    cause = (str(error) or type(error).__name__).splitlines()[0]
    return ServerError(f"the {kind} cluster at {address} cannot be used ({cause}): start it, or change run.scheduler")


def _require_server_for(scheduler: str) -> None:
    """UsageError where workers elsewhere would look for the Prefect server on their own machine."""
    server = _host_of(PREFECT_API_URL.value() or "")
    if not _is_local(_host_of(scheduler)) and _is_local(server):
        raise UsageError(
            f"workers at {scheduler} cannot reach a Prefect server of this machine alone; name one that they can with "
            "PREFECT_API_URL, see docs/operations.md"
        )


def _host_of(address: str) -> str | None:
    """The host of an address, which needs no protocol in front."""
    return urlsplit(address if "://" in address else f"tcp://{address}").hostname


def _is_local(host: str | None) -> bool:
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class PrefectPending:
    """A group in flight, as `nabra.flows.side_by_side.Pending`."""

    def __init__(self, future: PrefectFuture[Outcome]) -> None:
        self._future, self._end = future, Future[None]()
        future.add_done_callback(lambda _: self._end.set_result(None))

    def wait(self, seconds: float) -> bool:
        """See `Pending`."""
        return bool(wait([self._end], seconds).done)

    def when_ended(self, call: Callable[[], None]) -> None:
        """See `Pending`."""
        self._end.add_done_callback(lambda _: call())

    def result(self) -> Outcome:
        """See `Pending`; ServerError where Prefect's server is gone, which is no matter of a worker."""
        try:
            return self._future.result()
        except httpx.HTTPError as error:
            raise ServerError(
                f"the Prefect server cannot be used ({error}): run again; what is done is kept"
            ) from error

    def cancel(self) -> None:
        """See `Pending`."""
        cancel = getattr(getattr(self._future, "wrapped_future", None), "cancel", None)
        if cancel:
            cancel()


class PrefectRunner:
    """The runner of the flow that is at work, as `nabra.flows.side_by_side.Runner`."""

    def __init__(self, chosen: ChosenRunner) -> None:
        self._chosen = chosen
        self.workers, self.is_here = chosen.workers, chosen.is_here

    def submit(self, group: Group, plan: Plan) -> PrefectPending:
        """See `Runner`."""
        with _told_of_cluster():
            return PrefectPending(run_batches.submit(group, plan))

    def require_working(self) -> None:
        """See `Runner`."""
        context = FlowRunContext.get()
        if context and not self._chosen.is_alive(context.task_runner):
            raise ServerError("the cluster is gone: start it, then run again; what is done is kept")


@contextmanager
def _told_of_cluster() -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise ServerError(f"the cluster takes no work ({error}): what is done is kept, run again") from error
