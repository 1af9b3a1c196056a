"""A real Prefect server and the served deployments, in processes of their own, asked over HTTP.

Most of the time goes into starting processes: each run is one. So the tests share three runs, a scheduled one and two
that are asked for at the same moment.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

from nabra.config.settings import load_settings
from nabra.tasks.warehouse.holder import HOLDER
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import path_of, write
from tests.planted import plant
from tests.servers import free_port, wait_for
from tests.workplace import NABRA

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ARTICLE = (
    "قال وزير المياه سامر الطيب إن المشروع سيبدأ في الربيع المقبل في كل القرى. "
    "ورحب سكان القرى بالخطوة التي طال انتظارها. "
)
OTHER = "أعلنت بلدية وادي السرو افتتاح مكتبة عامة جديدة تضم قاعة للأطفال، وانتقد عضو المجلس نادر الخطيب تأخر الأعمال. "
FOREIGN = "The minister of water said that the project would begin in spring, and the villages were glad to hear it. "
SOURCES = """
[[source]]
id = "water"
name = "Water"
kind = "folder"
addresses = ["scheduled.txt"]
enabled = true
"""
OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


class Service:
    """The server, and the process that serves the deployments."""

    def __init__(self, folder: Path, cron: str = "* * * * *") -> None:
        port = free_port()
        self.folder = folder
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        self._environment = os.environ | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",  # seconds; the default is 10
        }
        prefect = Path(sys.executable).with_name("prefect")
        self.elsewhere = folder / "server"
        self.elsewhere.mkdir()
        server = ("server", "start", "--host", "127.0.0.1", "--port", str(port))
        self._processes = [self._start(prefect, *server, folder=self.elsewhere)]
        wait_for(lambda: self.client.get("/api/health").status_code == httpx2.codes.OK)
        serve = ("serve", "--warehouse", "warehouse", "--config", "my.toml", "--cron", cron)
        self._processes.append(self._start(NABRA, *serve, folder=folder))
        self.deployments = wait_for(self._deployments)

    def _start(self, *command: str | Path, folder: Path) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command, cwd=folder, env=self._environment, stdout=quiet, stderr=quiet, start_new_session=True
        )

    def nabra(self, *arguments: str) -> tuple[int, str]:
        asked = subprocess.run(
            [NABRA, *arguments], cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        return asked.returncode, asked.stdout

    def python(self, code: str) -> None:
        """Run a script against the server."""
        subprocess.run([sys.executable, "-c", code], cwd=self.elsewhere, env=self._environment, check=True)

    def _deployments(self) -> dict[str, Any] | None:
        found = {entry["name"]: entry for entry in self.post("/api/deployments/filter", {}).json()}
        return found if len(found) == 3 else None

    def post(self, path: str, content: dict[str, Any]) -> httpx2.Response:
        # 503: asked too much at once; a client is to try again.
        return wait_for(lambda: (answer := self.client.post(path, json=content)).status_code != 503 and answer)

    def run(self, name: str, **parameters: Any) -> httpx2.Response:
        path = f"/api/deployments/{self.deployments[name]['id']}/create_flow_run"
        return self.post(path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})

    def state(self, run_id: str) -> str:
        return str(self.client.get(f"/api/flow_runs/{run_id}").json()["state_type"])

    def ended(self, run_id: str) -> str:
        last = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        return str(wait_for(lambda: (state := self.state(run_id)) in last and state, 240))

    def terminate(self) -> int:
        """Send SIGTERM to the process that serves, and to no other; its exit status."""
        self._processes[-1].terminate()
        return self._processes[-1].wait(120)

    def stop(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.client.close()


class Hook(BaseHTTPRequestHandler):
    """Takes what the server sends, as a chat would."""

    received: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(httpx2.codes.OK)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def hook() -> Iterator[str]:
    """The address of a server that keeps what it is sent in `Hook.received`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("served")
    for name, text in {"scheduled": ARTICLE * 2, "manual": OTHER * 2, "foreign": FOREIGN * 3}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (folder / "my.toml").write_text('[fetch]\nsources = "sources.toml"\n', encoding="utf-8")
    plant(folder, folder / "marks")
    service = Service(folder)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def damaged(service: Service) -> str:
    """A warehouse in which one batch cannot be parsed."""
    store = Store.open(load_settings(warehouse=str(service.folder / "damaged")).store)
    batch = Batch("2026-04-12", "one")
    for dataset in ("raw", "clean"):
        write(store, batch, dataset, {"doc_id": "0" * 32})
    path_of(store, "clean", Batch("2026-04-12", "one")).write_bytes(b"damaged")
    return str(store)


@pytest.fixture(scope="module")
def asked(service: Service, hook: str, damaged: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two runs asked for at once, when they have ended: one over an article, one that gives cause for alarm."""
    (alerts,) = re.findall(r"^## Alerts\n.*?^```python\n(.*?)^```", OPERATIONS, re.MULTILINE | re.DOTALL)
    service.python(alerts.replace("https://chat.example.org/hook", hook))
    # As somebody does who has got at the server.
    shell = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {service.folder}/marks/pull"}}
    changes = {"pull_steps": [shell], "entrypoint": "socket.py:flow"}
    assert service.client.patch(f"/api/deployments/{service.deployments['manual']['id']}", json=changes).is_success
    good = service.run("manual", parameters={"inputs": ["manual.txt"]})
    location = {"warehouse": damaged, "config": None}
    bad = service.run("manual", parameters={"inputs": ["foreign.txt"]}, location=location)
    assert good.status_code == bad.status_code == httpx2.codes.CREATED
    ended = [service.ended(created.json()["id"]) for created in (good, bad)]
    assert ended == ["COMPLETED", "FAILED"]
    good, bad = (service.client.get(f"/api/flow_runs/{created.json()['id']}").json() for created in (good, bad))
    return good, bad


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}/api"
    environment = os.environ | {"PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": address}
    served = subprocess.run(
        [NABRA, "serve"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (served.returncode, served.stderr.count("\n")) == (2, 1)
    assert f"the Prefect server at {address} cannot be used" in served.stderr


def test_a_wrong_parameter_is_refused_by_the_server(service: Service) -> None:
    refused = service.run("manual", parameters={"inputs": [], "refresh": ["stances"]})
    assert refused.status_code == httpx2.codes.CONFLICT
    assert "stances" in refused.text
    assert service.run("backfill", parameters={"first": "2026-04-01"}).status_code == httpx2.codes.CONFLICT


def test_what_holds_a_secret_is_refused_by_the_server_which_would_keep_it(service: Service) -> None:
    locations = [
        {"warehouse": address} for address in ("s3://KEY:SECRET@bucket", "s3://b?secret_key=SECRET", "gs://K:S@b")
    ]
    for location in locations:
        assert service.run("manual", parameters={}, location=location).status_code == httpx2.codes.CONFLICT
    asked = {"inputs": ["https://user:SECRET@example.org/feed"]}
    assert service.run("manual", parameters=asked).status_code == httpx2.codes.CONFLICT


def test_the_form_has_a_help_text_for_every_parameter(service: Service) -> None:
    definitions = service.deployments["manual"]["parameter_openapi_schema"]["definitions"]
    fields = {**definitions["RunParameters"]["properties"], **definitions["Location"]["properties"]}
    assert set(fields) == {"inputs", "source", "columns", "refresh", "warehouse", "config"}
    assert all(field["description"] for field in fields.values())


def test_the_page_of_the_server_opens(service: Service) -> None:
    page = service.client.get("/dashboard", headers={"Accept": "text/html"})
    assert page.status_code == httpx2.codes.OK
    assert "<title>" in page.text


def test_two_runs_never_overlap(asked: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, second = sorted((run["start_time"], run["end_time"]) for run in asked)
    assert first[1] <= second[0]


def test_a_run_leaves_its_artifacts(service: Service, asked: tuple[dict[str, Any], dict[str, Any]]) -> None:
    good, _ = asked
    assert (service.folder / "warehouse" / "stances").is_dir()
    kept = service.post("/api/artifacts/filter", {"flow_runs": {"id": {"any_": [good["id"]]}}}).json()
    data = {artifact["key"]: artifact["data"] for artifact in kept}
    assert data.keys() == {"nabra-stages", "nabra-sources", "nabra-summary", "nabra-warehouse"}
    assert "1 new documents" in data["nabra-summary"]
    assert json.loads(data["nabra-sources"]) == [
        {"source": "cli", "documents": 1, "articles": 1, "copies": 0, "rejected": 0}
    ]
    assert (service.folder / "warehouse").as_uri() in data["nabra-warehouse"]


def test_failures_and_many_rejects_are_told_to_whom_the_automation_names(
    service: Service, asked: tuple[dict[str, Any], dict[str, Any]], damaged: str
) -> None:
    texts = wait_for(lambda: len(Hook.received) >= 2 and [message["text"] for message in Hook.received], 60)
    failed, rejected = sorted(texts)
    assert failed.startswith(f"nabra.batch.failed on {damaged}: ")
    assert "parse failed on batch 2026-04-12/one" in failed
    assert rejected.startswith(f"nabra.rejects.many on {damaged}: ")
    wanted = {"filter": {"event": {"name": ["nabra.batch.failed", "nabra.rejects.many"]}}}
    # The server writes events to its tables a moment after it has acted on them.
    assert wait_for(lambda: service.post("/api/events/filter", wanted).json()["total"] == 2, 60)


@pytest.mark.usefixtures("asked")
def test_a_run_executes_nothing_that_the_folder_or_the_server_names(service: Service) -> None:
    assert list((service.folder / "marks").iterdir()) == []


@pytest.mark.usefixtures("asked")
def test_status_tells_of_an_api_that_lets_everybody_in(service: Service) -> None:
    status, told = service.nabra("status", "--check", "--config", "my.toml")
    assert status == 1
    assert f"anybody who reaches {service.client.base_url}/api may start runs there" in told.replace("//api", "/api")


@pytest.mark.usefixtures("asked")
def test_a_run_comes_on_schedule(service: Service) -> None:
    wanted = {
        "deployments": {"id": {"any_": [service.deployments["hourly"]["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
    }
    scheduled = wait_for(lambda: service.post("/api/flow_runs/filter", wanted).json(), 240)
    assert scheduled[0]["auto_scheduled"]


class Silent(BaseHTTPRequestHandler):
    """Keeps a run waiting for a page."""

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self.send_response(httpx2.codes.NOT_FOUND)
            self.end_headers()
            return
        time.sleep(60)

    def log_message(self, *_: object) -> None:
        pass


def test_on_sigterm_the_run_at_work_ends_in_order_and_then_the_command(tmp_path: Path) -> None:
    site = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    site.daemon_threads = True
    threading.Thread(target=site.serve_forever, daemon=True).start()
    settings = '[fetch]\nallow_hosts = ["127.0.0.1"]\ntimeout_seconds = 5.0\nretries = 0\n'
    (tmp_path / "my.toml").write_text(settings, encoding="utf-8")
    service = Service(tmp_path, cron="0 0 1 1 *")
    try:
        asked = service.run("manual", parameters={"inputs": [f"http://127.0.0.1:{site.server_port}/page"]}).json()["id"]
        store = Store.open(load_settings(warehouse=str(tmp_path / "warehouse")).store)
        wait_for(lambda: store.files.read(HOLDER) is not None)
        assert service.terminate() == 128 + signal.SIGTERM
        assert store.files.read(HOLDER) is None
        assert service.state(asked) != "RUNNING"
    finally:
        service.stop()
        site.shutdown()
