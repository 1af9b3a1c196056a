"""A real Prefect server and the served deployments, in processes of their own, asked over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workplace import NABRA

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ARTICLE = (
    "قال وزير المياه سامر الطيب إن المشروع سيبدأ في الربيع المقبل في كل القرى. "
    "ورحب سكان القرى بالخطوة التي طال انتظارها. "
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(check: Callable[[], Any], seconds: float = 120) -> Any:
    """The first true value of `check`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            value = check()
        except httpx.TransportError:
            value = None
        if value:
            return value
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s: {check}")


class Service:
    """The server, and the process that serves the deployments."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.folder = folder
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        self._environment = os.environ | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        prefect = Path(sys.executable).with_name("prefect")
        self._processes = [self._start(prefect, "server", "start", "--host", "127.0.0.1", "--port", str(port))]
        wait_for(lambda: self.client.get("/api/health").status_code == httpx.codes.OK)
        self._processes.append(self._start(NABRA, "serve", "--warehouse", "warehouse", "--cron", "* * * * *"))
        self.deployments = wait_for(self._deployments)

    def _start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command, cwd=self.folder, env=self._environment, stdout=quiet, stderr=quiet, start_new_session=True
        )

    def _deployments(self) -> dict[str, Any] | None:
        found = {entry["name"]: entry for entry in self.post("/api/deployments/filter", {}).json()}
        return found if len(found) == 3 else None

    def post(self, path: str, content: dict[str, Any]) -> httpx.Response:
        return self.client.post(path, json=content)

    def run(self, name: str, **parameters: Any) -> httpx.Response:
        path = f"/api/deployments/{self.deployments[name]['id']}/create_flow_run"
        return self.post(path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})

    def state(self, run_id: str) -> str:
        return str(self.client.get(f"/api/flow_runs/{run_id}").json()["state_type"])

    def ended(self, run_id: str) -> str:
        last = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        return str(wait_for(lambda: (state := self.state(run_id)) in last and state, 240))

    def stop(self) -> None:
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.client.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "article.txt").write_text(ARTICLE * 2, encoding="utf-8")
    service = Service(folder)
    yield service
    service.stop()


def test_a_wrong_parameter_is_refused_by_the_server(service: Service) -> None:
    refused = service.run("manual", parameters={"inputs": [], "refresh": ["stances"]})
    assert refused.status_code == httpx.codes.CONFLICT
    assert "stances" in refused.text
    assert service.run("backfill", parameters={"first": "2026-04-01"}).status_code == httpx.codes.CONFLICT


def test_the_form_has_a_help_text_for_every_parameter(service: Service) -> None:
    definitions = service.deployments["manual"]["parameter_openapi_schema"]["definitions"]
    fields = {**definitions["RunParameters"]["properties"], **definitions["Place"]["properties"]}
    assert set(fields) == {"inputs", "refresh", "warehouse", "config"}
    assert all(field["description"] for field in fields.values())


def test_runs_come_on_schedule_and_by_hand_and_leave_their_artifacts(service: Service) -> None:
    # The schedule is switched off while the manual run works: two runs on one warehouse exclude each other.
    hourly = service.deployments["hourly"]["id"]
    wanted = {"deployments": {"id": {"any_": [hourly]}}, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    scheduled = wait_for(lambda: service.post("/api/flow_runs/filter", wanted).json(), 240)
    assert scheduled[0]["auto_scheduled"]
    service.post(f"/api/deployments/{hourly}/pause_deployment", {})

    created = service.run("manual", parameters={"inputs": ["article.txt"]})
    assert created.status_code == httpx.codes.CREATED
    assert service.ended(created.json()["id"]) == "COMPLETED"
    assert (service.folder / "warehouse" / "stances").is_dir()

    kept = service.post("/api/artifacts/filter", {"flow_runs": {"id": {"any_": [created.json()["id"]]}}}).json()
    assert {artifact["key"] for artifact in kept} == {"nabra-stages", "nabra-summary"}
    assert "1 new documents" in next(a["data"] for a in kept if a["key"] == "nabra-summary")


def test_two_runs_never_overlap(service: Service) -> None:
    ids = [service.run("manual", parameters={"inputs": ["article.txt"]}).json()["id"] for _ in range(2)]
    assert {service.ended(run_id) for run_id in ids} == {"COMPLETED"}
    runs = [service.client.get(f"/api/flow_runs/{run_id}").json() for run_id in ids]
    times = sorted((run["start_time"], run["end_time"]) for run in runs)
    assert all(first[1] <= second[0] for first, second in pairwise(times))


def test_the_page_of_the_server_opens(service: Service) -> None:
    page = service.client.get("/dashboard", headers={"Accept": "text/html"})
    assert page.status_code == httpx.codes.OK
    assert "<title>" in page.text
