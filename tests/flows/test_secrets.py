"""Runs that fail, with keys in the environment: nothing that they leave or say holds one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import httpx2
import pytest

from nabra.flows.prefect.api import is_open
from tests.servers import free_port, wait_for
from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PLANTED = {
    "AWS_ACCESS_KEY_ID": "AKIAPLANTED",
    "AWS_SECRET_ACCESS_KEY": "secret/planted",
    "AWS_SESSION_TOKEN": "tokenplanted",
}
PASSWORD = "passwordplanted"
DENIED = (
    "<?xml version='1.0'?><Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not "
    "exist in our records.</Message><AWSAccessKeyId>AKIAPLANTED</AWSAccessKeyId></Error>"
)


class Denying(BaseHTTPRequestHandler):
    """An object store that lets nobody in, and names the key in its answer, as AWS does."""

    def answer(self) -> None:
        body = DENIED.encode() if self.command != "HEAD" else b""
        self.send_response(httpx2.codes.FORBIDDEN)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_POST = answer  # noqa: N815 - as the server calls them

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def denying() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Denying)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def settings_of_the_documents() -> dict[str, str]:
    """Those of the server that docs/operations.md begins with."""
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    block = text.split("`/etc/nabra/server.env`")[1].split("```")[1].removeprefix("sh\n")
    settings = dict(line.strip().split("=", 1) for line in block.splitlines() if line.strip())
    assert settings["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    return settings | {"PREFECT_SERVER_API_AUTH_STRING": f"nabra:{PASSWORD}"}


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a Prefect server as the documents set it up, and its home with its database."""
    home, port = tmp_path_factory.mktemp("server"), free_port()
    server = subprocess.Popen(
        [Path(sys.executable).with_name("prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        cwd=home,
        env=os.environ | {"PREFECT_HOME": str(home)} | settings_of_the_documents(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}/api"
    wait_for(lambda: httpx2.get(f"{address}/health", trust_env=False).is_success)
    yield address, home
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@pytest.fixture
def place(tmp_path: Path, prefect: tuple[str, Path]) -> Workplace:
    place = Workplace(tmp_path)
    place.environment |= PLANTED | {"PREFECT_API_URL": prefect[0], "PREFECT_API_AUTH_STRING": f"nabra:{PASSWORD}"}
    (tmp_path / "a.txt").write_text("قال وزير المياه إن المشروع سيبدأ في الربيع المقبل في كل القرى. " * 3, "utf-8")
    return place


def run(place: Workplace, endpoint: str, warehouse: str) -> tuple[int, str]:
    (place.folder / "my.toml").write_text(f'[store]\ns3_endpoint = "{endpoint}"\ns3_region = "us-east-1"\n', "utf-8")
    status, out, err = place.nabra("-v", "run", "a.txt", "--config", "my.toml", "--warehouse", warehouse)
    return status, out + err


def planted(content: bytes) -> list[str]:
    return [value for value in (*PLANTED.values(), PASSWORD) if value.encode() in content]


def all_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_run_on_a_store_that_fails_names_no_key(
    place: Workplace, prefect: tuple[str, Path], denying: str, s3_server: str
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    for endpoint, warehouse in (
        (denying, "s3://news/x"),
        (s3_server, "s3://no-such-bucket/x"),
        (nobody, "s3://news/x"),
    ):
        status, said = run(place, endpoint, warehouse)
        assert status == 2, said
        assert planted(said.encode()) == []
    assert planted(all_files(prefect[1])) == []


def test_a_run_that_succeeds_leaves_no_key_in_the_warehouse_and_in_prefect(
    place: Workplace, prefect: tuple[str, Path], s3_server: str
) -> None:
    status, said = run(place, s3_server, "s3://news/secrets")
    assert status == 0, said
    bucket = boto3.resource("s3", endpoint_url=s3_server, region_name="us-east-1").Bucket("news")
    kept = b"".join(item.get()["Body"].read() for item in bucket.objects.filter(Prefix="secrets/"))
    assert len(kept) > 1000
    assert planted(kept + said.encode() + all_files(prefect[1])) == []


def test_a_key_in_an_address_reaches_neither_the_terminal_nor_prefect(
    place: Workplace, prefect: tuple[str, Path]
) -> None:
    for warehouse in (f"s3://AKIA:{PASSWORD}@news/x", f"s3://news?secret_key={PASSWORD}"):
        for command in (("run", "a.txt"), ("serve",), ("status",), ("sql", "from clean"), ("retry",)):
            status, out, err = place.nabra("-v", *command, "--warehouse", warehouse)
            assert (status, planted((out + err).encode())) == (2, [])
            assert err.count("\n") == 1 + (command[0] in ("run", "retry") and "starting" in err)
    assert planted(all_files(prefect[1])) == []


def test_a_credential_that_is_wrong_is_told_and_not_shown(place: Workplace, prefect: tuple[str, Path]) -> None:
    place.environment["PREFECT_API_AUTH_STRING"] = f"nabra:wrong{PASSWORD}"
    place.environment["PREFECT_API_URL"] = prefect[0].replace("://", f"://nabra:other{PASSWORD}@")
    status, out, err = place.nabra("-v", "serve")
    assert (status, planted((out + err).encode())) == (2, [])
    assert "401" in err.splitlines()[-1]


def test_a_server_set_up_as_documented_lets_nobody_in_without_the_credential(prefect: tuple[str, Path]) -> None:
    assert not is_open(prefect[0])
    origin = {"Origin": "https://evil.example"}
    for path in ("/admin/version", "/admin/settings", "/flows/", "/csrf-token?client=x", "/docs", "/openapi.json"):
        answer = httpx2.get(prefect[0] + path, headers=origin, trust_env=False)
        assert answer.status_code == httpx2.codes.UNAUTHORIZED, path
        assert answer.headers.get("access-control-allow-origin") is None
    with_it = httpx2.post(f"{prefect[0]}/flows/filter", json={}, auth=("nabra", PASSWORD), trust_env=False)
    assert with_it.status_code == httpx2.codes.FORBIDDEN  # a page that has the browser send the credential has no token
