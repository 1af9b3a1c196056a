"""The Prefect server of a command: the one that `PREFECT_API_URL` names, else a temporary one.

The temporary one is a process of its own session, so that Ctrl-C and SIGTERM are for the command alone, which can then
still tell it how the run ended. It lives as long as its standard input is open: it ends with the command, however that
ends, and if it is killed with `kill -9`.

Who else works on the machine, and what a browser there has open, can reach its port: it answers to nobody but the
command. It has a home of its own, which goes with it, and nothing of the user's: no database, no blocks, no secrets.
"""

from __future__ import annotations

import atexit
import base64
import hmac
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx  # Prefect's client raises its errors

from nabra.flows.prefect.api import is_local, redacted
from nabra.flows.prefect.database import prepare_database
from nabra.tasks.errors import ServerError
from nabra.tasks.processes.environment import harmless

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 120.0
END_SECONDS: Final = 5.0
# Nobody starts the temporary server again; with pauses of 2 and 4 seconds this is for answers that were lost.
TEMPORARY_RETRIES: Final = 2
# Of the temporary server. Blocks are what users keep, and take seconds to set up; `prepare_database` does migrations.
SETTINGS: Final = {
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "",
    "DO_NOT_TRACK": "1",
}
KEPT: Final = "what is done is kept, the next run goes on from there"


@contextmanager
def prefect_server() -> Iterator[None]:
    """Have a server for the flows called within; ServerError where it cannot be used, at the start or later."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    named = PREFECT_API_URL.value()
    if named:
        with _told(
            f"the Prefect server at {redacted(named)}", "start it, or unset PREFECT_API_URL for a temporary one"
        ):
            _ask(named)
            yield
        return
    with _told("the temporary Prefect server", "run again"), temporary_settings(**_temporary()):
        yield


def _ask(address: str) -> None:
    """Raises where the server does not answer, or lets nobody in with this credential."""
    from prefect.client.orchestration import get_client

    if is_local(address):
        _leave_out_proxies()
    try:
        with get_client(sync_client=True) as client:
            problem = client.api_healthcheck()
            if problem:
                raise problem
            client.read_flows(limit=1)
    except (ImportError, ValueError) as error:  # of httpx, about a proxy that the environment names
        raise httpx.ProxyError(str(error)) from error


def _temporary() -> dict[str, Any]:
    """Start a temporary server; the settings with which it is used."""
    from prefect import settings

    server = _start()
    _leave_out_proxies()
    updates = {
        settings.PREFECT_API_URL: server.address,
        settings.PREFECT_API_AUTH_STRING: server.credential,
        settings.PREFECT_CLIENT_MAX_RETRIES: TEMPORARY_RETRIES,
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,  # nobody reads them there
    }
    # They may hold the credentials of another.
    return {"updates": updates, "restore_defaults": [settings.PREFECT_API_KEY, settings.PREFECT_CLIENT_CUSTOM_HEADERS]}


def _leave_out_proxies() -> None:
    """Let this process ask no proxy: the server is on this machine, and nothing else in a run goes by one."""
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            del os.environ[name]


@contextmanager
def _told(server: str, way_out: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        cause = redacted((str(error) or type(error).__name__).splitlines()[0])
        raise ServerError(f"{server} cannot be used ({cause}): {way_out}; {KEPT}") from error


class _Server(NamedTuple):
    address: str
    credential: str


def _start() -> _Server:
    """Start a temporary server."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "nabra.flows.prefect.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=harmless(),
        start_new_session=True,
    )
    # At the very end: before that, Prefect's threads tell the server what they have left.
    atexit.register(_end, process)
    assert process.stdout is not None
    told = process.stdout.readline().split()
    if not told:
        raise ServerError(
            f"the temporary Prefect server did not start; see above, or name another with PREFECT_API_URL; {KEPT}"
        )
    return _Server(*told)


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(2 * END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


class _Closed:
    """An ASGI app that answers nobody without the credential: no page, no websocket, not even how it does."""

    def __init__(self, app: ASGIApp, credential: str) -> None:
        self._app = app
        self._wanted = b"Basic " + base64.b64encode(credential.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import PlainTextResponse
        from starlette.websockets import WebSocketClose

        if scope["type"] == "lifespan" or hmac.compare_digest(_authorization(scope), self._wanted):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await PlainTextResponse("Unauthorized", 401)(scope, receive, send)


def _authorization(scope: Scope) -> bytes:
    return next((value for name, value in scope["headers"] if name == b"authorization"), b"")


def _app(credential: str) -> ASGIApp:
    from prefect.server.api.server import create_app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    # By another name it is asked by a page whose site has let its name point to this machine.
    return TrustedHostMiddleware(
        _Closed(create_app(ephemeral=True, final=True), credential), [HOST], www_redirect=False
    )


def main() -> None:
    """Serve on a free port, print address and credential when it answers, and end when standard input does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with tempfile.TemporaryDirectory(prefix="nabra-", ignore_cleanup_errors=True) as home:
        # Prefect's migrations put the current folder on the path.
        os.chdir(home)
        credential = f"nabra:{secrets.token_urlsafe(32)}"
        os.environ |= SETTINGS | {"PREFECT_HOME": home, "PREFECT_SERVER_API_AUTH_STRING": credential}
        prepare_database(Path(home))
        _serve(credential)


def _serve(credential: str) -> None:
    import uvicorn

    listener = socket.socket()
    listener.bind((HOST, 0))
    config = uvicorn.Config(lambda: _app(credential), factory=True, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    # Not in the main thread, where it would listen to signals.
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            return
        time.sleep(0.05)
    told = f"http://{HOST}:{listener.getsockname()[1]}/api {credential}\n".encode()
    with suppress(BrokenPipeError):  # of a command that was ended meanwhile
        os.write(sys.stdout.fileno(), told)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody reads on
    sys.stdin.read()
    server.should_exit = True
    thread.join(END_SECONDS)


if __name__ == "__main__":
    main()
