"""The temporary Prefect server, asked as by somebody else on the machine and by a page in a browser there."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from nabra.flows.prefect.api import is_local, is_open, redacted
from tests.flows.test_stopping import descendants, lives
from tests.servers import free_port, wait_for
from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PATHS = (
    *("/", "/docs", "/redoc", "/openapi.json", "/ui-settings", "/dashboard", "/metrics", "/static/x", "/api"),
    *("/api/health", "/api/ready", "/api/version", "/api/docs", "/api/openapi.json", "/api/admin/version"),
    *("/api/admin/settings", "/api/csrf-token?client=x", "/api/flows/filter", "/api/nothing", "//api/health"),
)
STARTED = """
import sys
from nabra.flows.prefect import server
print(*server._start(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[str, str, int]]:
    """Address, credential and process of a temporary server."""
    command = subprocess.Popen(
        [sys.executable, "-c", STARTED],
        env=os.environ | {"AWS_SECRET_ACCESS_KEY": "planted", "PREFECT_API_AUTH_STRING": "planted"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    address, credential = command.stdout.readline().split()
    (pid,) = descendants(command.pid)
    yield address.removesuffix("/api"), credential, pid
    command.communicate("")
    wait_for(lambda: not lives(pid), 30)


def ask(address: str, path: str, method: str = "GET", **headers: str) -> httpx2.Response:
    with httpx2.Client(trust_env=False, timeout=30) as client:
        return client.request(
            method, address + path, headers={name.replace("_", "-"): v for name, v in headers.items()}
        )


def basic(credential: str) -> str:
    return "Basic " + base64.b64encode(credential.encode()).decode()


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "DELETE"])
def test_nothing_answers_without_the_credential(started: tuple[str, str, int], method: str) -> None:
    origin = {"Origin": "https://evil.example", "Access_Control_Request_Method": "POST"}
    for path in PATHS:
        for authorization in ("", basic("nabra:"), basic("nabra:wrong"), "Bearer x", "Basic !"):
            answer = ask(started[0], path, method, Authorization=authorization, **origin)
            assert answer.status_code == 401, path
            assert answer.text in ("", "Unauthorized")
            assert "access-control-allow-origin" not in answer.headers


def test_no_websocket_is_opened_without_the_credential(started: tuple[str, str, int]) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for path in ("/api/events/in", "/api/events/out", "/api/logs/out", "/api/task_runs/subscriptions/scheduled"):
        for protocol in ({}, {"Sec_WebSocket_Protocol": "prefect"}):
            assert ask(started[0], path, **upgrade, **protocol, Origin="https://evil.example").status_code == 403
    allowed = upgrade | {"Authorization": basic(started[1]), "Sec_WebSocket_Protocol": "prefect"}
    assert ask(started[0], "/api/events/in", **allowed).status_code == 101


def test_with_the_credential_it_answers_to_its_own_name_only(started: tuple[str, str, int]) -> None:
    address, credential, _ = started
    assert ask(address, "/api/admin/version", Authorization=basic(credential)).status_code == 200
    for host in ("evil.example", "localhost", "127.0.0.1.evil.example"):
        assert ask(address, "/api/admin/version", Authorization=basic(credential), Host=host).status_code == 400


def test_it_ends_without_a_word_when_the_command_has_gone_before_it_answers() -> None:
    command = [sys.executable, "-P", "-m", "nabra.flows.prefect.server"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.close()
    server.stdout.close()
    assert (server.wait(120), server.stderr.read() if server.stderr else None) == (0, "")


def test_its_credential_and_the_users_secrets_stand_nowhere_in_proc(started: tuple[str, str, int]) -> None:
    _, credential, pid = started
    for name in ("cmdline", "environ"):
        seen = Path(f"/proc/{pid}/{name}").read_bytes()
        assert credential.removeprefix("nabra:").encode() not in seen
        assert b"planted" not in seen


def test_it_has_a_home_of_its_own_that_only_it_may_read(started: tuple[str, str, int]) -> None:
    home = Path(f"/proc/{started[2]}/cwd").resolve()
    assert (home / "prefect.db").exists()
    assert home.stat().st_mode & 0o077 == 0


def test_a_run_needs_no_proxy_and_nothing_of_the_users_prefect_home(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    home = tmp_path / "prefect"
    home.mkdir()
    (home / "prefect.db").write_bytes(b"of another version")
    (tmp_path / "a.txt").write_text("قال وزير المياه إن المشروع سيبدأ في الربيع المقبل في كل القرى. " * 3, "utf-8")
    nowhere = f"127.0.0.1:{free_port()}"
    place.environment |= {
        "HTTP_PROXY": f"http://{nowhere}",
        "all_proxy": f"socks5://{nowhere}",
        "TMPDIR": str(tmp_path),
    }
    status, _, err = place.nabra("run", "a.txt")
    assert status == 0, err
    assert [path.name for path in home.iterdir()] == ["prefect.db"]
    assert not list(tmp_path.glob("nabra-*"))


def test_a_server_that_does_not_take_the_credential_is_named_in_one_line(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    port = free_port()
    place.environment |= {
        "PREFECT_API_URL": f"http://user:planted@127.0.0.1:{port}/api",
        "PREFECT_CLIENT_MAX_RETRIES": "0",
    }
    status, _, err = place.nabra("serve")
    assert (status, err.count("\n")) == (2, 1)
    assert f"the Prefect server at http://127.0.0.1:{port}/api cannot be used" in err
    assert "planted" not in err


def test_an_open_api_is_told_from_a_closed_one(started: tuple[str, str, int]) -> None:
    assert not is_open(f"{started[0]}/api")
    assert not is_open(f"http://127.0.0.1:{free_port()}/api")
    assert not is_open("no address")


def test_an_address_is_shown_without_its_user_and_password() -> None:
    assert (
        redacted("for url 'http://user:p@ss@host:4200/api' and s3://A:B@b")
        == "for url 'http://host:4200/api' and s3://b"
    )
    assert redacted("mail@example.org") == "mail@example.org"


def test_the_addresses_of_this_machine_are_known() -> None:
    assert all(map(is_local, ("http://127.0.0.1:1/api", "http://localhost/api", "http://[::1]:4200/api")))
    assert not any(map(is_local, ("http://10.0.0.1/api", "https://prefect.example.org/api")))
