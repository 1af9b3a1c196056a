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
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

from nabra.config.settings import load_settings
from nabra.flows.news import DEPLOYED, MANY_REJECTS
from nabra.flows.serving.deployments import STOPPED
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
SETTINGS = """
[fetch]
sources = "sources.toml"
allow_hosts = ["127.0.0.1"]
timeout_seconds = 2.0
retries = 1
backoff_seconds = 0.1
"""
SAID = "said"
ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


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
        self._serve = partial(self._start, NABRA, *serve, folder=folder)
        self._processes.append(self._serve())
        self.deployments = wait_for(self._deployments)

    def _start(self, *command: str | Path, folder: Path) -> subprocess.Popen[bytes]:
        with (folder / SAID).open("w") as said:
            return subprocess.Popen(
                command, cwd=folder, env=self._environment, stdout=said, stderr=said, start_new_session=True
            )

    def said(self) -> str:
        """What the process that serves has printed, with what its runs have."""
        return (self.folder / SAID).read_text(encoding="utf-8")

    def serve_again(self) -> None:
        """Serve once more, after the process that did has ended."""
        self._processes[-1] = self._serve()
        wait_for(lambda: "serving" in self.said())

    def nabra(self, *arguments: str) -> tuple[int, str]:
        asked = subprocess.run(
            [NABRA, *arguments], cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        return asked.returncode, asked.stdout

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Call Prefect's command line, that of this Python."""
        return subprocess.run(
            re.sub(r"(?<![\w/])prefect (?=-|[a-z])", f"{sys.executable} -m prefect ", command),
            shell=True,
            cwd=self.folder,
            env=self._environment | {"COLUMNS": "300"},
            capture_output=True,
            text=True,
            check=False,
        )

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

    def log(self, run_id: str) -> list[str]:
        """The lines that the server has of a run that has ended; they come a moment after its state."""
        wanted = {"logs": {"flow_run_id": {"any_": [run_id]}}, "limit": 200}

        def whole() -> list[str] | None:
            lines = [str(entry["message"]) for entry in self.post("/api/logs/filter", wanted).json()]
            return lines if any(line.startswith("Finished in state") for line in lines) else None

        return list(wait_for(whole))

    def ended(self, run_id: str) -> str:
        last = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        return str(wait_for(lambda: (state := self.state(run_id)) in last and state, 240))

    def end(self, number: signal.Signals) -> int:
        """Tell the process that serves to end, twice; its exit status. As Ctrl-C does it, SIGINT goes to its group."""
        served = self._processes[-1]
        for _ in range(2):
            if number == signal.SIGINT:
                os.killpg(served.pid, number)
            else:
                served.send_signal(number)
            time.sleep(0.2)
        return served.wait(120)

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
    (folder / "my.toml").write_text(SETTINGS, encoding="utf-8")
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
    good = service.run("manual", inputs=["manual.txt"])
    bad = service.run("manual", inputs=["foreign.txt"], warehouse=damaged)
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
    refused = service.run("manual", inputs=[], refresh=["stances"])
    assert refused.status_code == httpx2.codes.CONFLICT
    assert "stances" in refused.text
    assert service.run("backfill", first="2026-04-01").status_code == httpx2.codes.CONFLICT


def test_what_holds_a_secret_is_refused_by_the_server_which_would_keep_it(service: Service) -> None:
    for address in ("s3://KEY:SECRET@bucket", "s3://b?secret_key=SECRET", "gs://K:S@b"):
        assert service.run("manual", warehouse=address).status_code == httpx2.codes.CONFLICT
    asked = ["https://user:SECRET@example.org/feed"]
    assert service.run("manual", inputs=asked).status_code == httpx2.codes.CONFLICT


@pytest.mark.parametrize(
    "nested", [{"parameters": {"inputs": ["manual.txt"]}}, {"location": {"warehouse": "w"}}, {"input": ["manual.txt"]}]
)
def test_parameters_by_other_names_are_refused_with_the_right_ones(service: Service, nested: dict[str, Any]) -> None:
    refused = service.run("manual", **nested)
    assert refused.status_code == httpx2.codes.CONFLICT
    (wrong,) = nested
    names = "'inputs', 'source', 'columns', 'refresh', 'runner', 'workers', 'warehouse', 'config'"
    assert f"'{wrong}' is not one of [{names}]" in refused.json()["detail"]


def test_the_form_has_a_help_text_for_every_parameter(service: Service) -> None:
    fields = {name: service.deployments[name]["parameter_openapi_schema"]["properties"] for name in service.deployments}
    both = {"runner", "workers", "warehouse", "config"}
    assert set(fields["manual"]) == {"inputs", "source", "columns", "refresh", *both}
    assert set(fields["backfill"]) == {"first", "last", "stage", *both}
    assert all(field["description"] for form in fields.values() for field in form.values())


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


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """The address of a page that does not come."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    site.daemon_threads = True
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}/page"
    site.shutdown()


@pytest.fixture(scope="module")
def unscheduled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has nothing to do but what it is asked for."""
    folder = tmp_path_factory.mktemp("unscheduled")
    (folder / "my.toml").write_text(SETTINGS.replace('sources = "sources.toml"', "").replace("2.0", "5.0"), "utf-8")
    service = Service(folder, cron="0 0 1 1 *")
    yield service
    service.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_on_a_signal_the_run_at_work_ends_in_order_and_then_the_command(
    unscheduled: Service, silent: str, number: signal.Signals
) -> None:
    asked = unscheduled.run("manual", inputs=[silent], warehouse=f"w{number}").json()["id"]
    store = Store.open(load_settings(warehouse=str(unscheduled.folder / f"w{number}")).store)
    wait_for(lambda: store.files.read(HOLDER) is not None)
    assert unscheduled.end(number) == 128 + number
    assert store.files.read(HOLDER) is None
    assert unscheduled.state(asked) == "CRASHED"
    assert unscheduled.said().splitlines()[-1] == STOPPED
    assert "Traceback" not in unscheduled.said()
    unscheduled.serve_again()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_on_a_signal_a_command_without_a_run_ends_at_once(unscheduled: Service, number: signal.Signals) -> None:
    assert unscheduled.end(number) == 128 + number
    first, *_, last = unscheduled.said().splitlines()
    assert first.startswith("nabra: anybody who reaches")
    assert last == STOPPED
    assert "Traceback" not in unscheduled.said()
    unscheduled.serve_again()


@pytest.fixture(scope="module")
def failed(unscheduled: Service) -> dict[str, Any]:
    """A run whose only source is down, asked for once more."""
    down = f"http://127.0.0.1:{free_port()}/feed.xml"
    runs = [unscheduled.run("manual", inputs=[down]).json()["id"] for _ in range(2)]
    assert [unscheduled.ended(run) for run in runs] == ["FAILED", "FAILED"]
    return {"down": down, **unscheduled.client.get(f"/api/flow_runs/{runs[-1]}").json()}


def test_a_run_whose_sources_all_failed_is_failed_and_names_them(unscheduled: Service, failed: dict[str, Any]) -> None:
    assert f"the source failed:\n  cli: {failed['down']}: network_error: " in failed["state"]["message"]
    wanted = {"filter": {"event": {"name": ["nabra.sources.failed"]}}}
    events = wait_for(lambda: (found := unscheduled.post("/api/events/filter", wanted).json())["total"] == 2 and found)
    assert events["events"][0]["payload"]["first"][0].startswith(f"cli: {failed['down']}: network_error")


def test_the_log_of_a_run_has_its_lines_what_was_asked_again_and_what_failed(
    unscheduled: Service, failed: dict[str, Any]
) -> None:
    lines = unscheduled.log(failed["id"])
    robots = failed["down"].replace("feed.xml", "robots.txt")
    assert any(re.match(rf"retry_scheduled: {robots}: .*; try 2 in", line) for line in lines)
    assert any(line.startswith(f"source failed: cli: {failed['down']}: network_error: ") for line in lines)
    assert "fetch: 1 documents met; stored: 0 new, 1 known, 0 refused" in lines


def test_the_log_of_a_run_names_the_first_rejects_and_where_the_others_are(unscheduled: Service) -> None:
    void = (json.dumps({"id": f"v{number}", "text": ""}) for number in range(150))
    (unscheduled.folder / "void.jsonl").write_text("\n".join(void) + "\n", encoding="utf-8")
    run = unscheduled.run("manual", inputs=["void.jsonl"]).json()["id"]
    assert unscheduled.ended(run) == "COMPLETED"
    assert unscheduled.client.get(f"/api/flow_runs/{run}").json()["state_name"] == MANY_REJECTS
    lines = unscheduled.log(run)
    named = [line for line in lines if line.startswith("rejected: cli: ")]
    assert named[0] == f"rejected: cli: {unscheduled.folder}/void.jsonl#v0: fetch: empty: the row's text is empty"
    assert len(named) == 100
    (rest,) = [line for line in lines if line.startswith("… and 50 more; all: nabra sql ")]
    assert rest.endswith(f"--warehouse warehouse --config {unscheduled.folder}/my.toml")


def test_the_command_line_of_prefect_takes_parameters_as_they_are_documented(unscheduled: Service) -> None:
    commands = re.findall(r"^   (prefect deployment run .*)$", OPERATIONS, re.MULTILINE)
    for command in commands:
        told = unscheduled.shell(command)
        assert told.returncode == 0, told.stdout + told.stderr
    wrong = unscheduled.shell(commands[0].replace("inputs=", "input="))
    assert wrong.returncode == 1
    assert "input" in wrong.stdout + wrong.stderr


def test_the_deployments_for_a_work_pool_are_those_that_are_served(unscheduled: Service) -> None:
    """The last one: they replace those that are served."""
    pool = "prefect work-pool create nabra --type process"
    (deploy,) = re.findall(r"`(PREFECT_DEFAULT_WORK_POOL_NAME=.*?)`", (ROOT / "prefect.yaml").read_text("utf-8"))
    deployed = unscheduled.shell(f"{pool} && cd {ROOT} && {deploy.replace('NAME ', 'nabra ')}")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    pooled = {each["name"]: each for each in unscheduled.post("/api/deployments/filter", {}).json()}
    assert pooled.keys() == DEPLOYED.keys()
    for name, served in unscheduled.deployments.items():
        assert pooled[name]["work_pool_name"] == "nabra"
        for part in ("entrypoint", "tags", "concurrency_options"):
            assert pooled[name][part] == served[part]
        forms = (each["parameter_openapi_schema"]["properties"] for each in (pooled[name], served))
        assert next(forms) == next(forms)
