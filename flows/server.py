"""The Prefect server of a command: the one that `PREFECT_API_URL` names, else a temporary one.

The temporary one is a process of its own session, so that Ctrl-C and SIGTERM are for the command alone, which can then
still tell it how the run ended. It lives as long as its standard input is open: it ends with the command, however that
ends, and if it is killed with `kill -9`.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import httpx

from tasks.errors import ServerError

START_SECONDS: Final = 120.0
END_SECONDS: Final = 5.0
# Nobody starts the temporary server again; with pauses of 2 and 4 seconds this is for answers that were lost.
TEMPORARY_RETRIES: Final = 2
KEPT: Final = "what is done is kept, the next run goes on from there"


@contextmanager
def prefect_server() -> Iterator[None]:
    """Have a server for the flows called within; ServerError where it cannot be used, at the start or later."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    named = PREFECT_API_URL.value()
    if named:
        address = httpx.URL(named).copy_with(userinfo=b"")  # names no password
        with _told(f"the Prefect server at {address}", "start it, or unset PREFECT_API_URL for a temporary one"):
            with get_client(sync_client=True) as client:
                problem = client.api_healthcheck()
            if problem:
                raise problem
            yield
        return
    with _told("the temporary Prefect server", "run again"):
        updates = {PREFECT_API_URL: _start(), PREFECT_CLIENT_MAX_RETRIES: TEMPORARY_RETRIES}
        with temporary_settings(updates):
            yield


@contextmanager
def _told(server: str, way_out: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        cause = (str(error) or type(error).__name__).splitlines()[0]
        raise ServerError(f"{server} cannot be used ({cause}): {way_out}; {KEPT}") from error


def _start() -> str:
    """Start a temporary server; its address."""
    # -P: a folder `flows` where the command was called is not ours.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "flows.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # At the very end: before that, Prefect's threads tell the server what they have left.
    atexit.register(_end, process)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    if not address:
        raise ServerError(
            f"the temporary Prefect server did not start; see above, or name another with PREFECT_API_URL; {KEPT}"
        )
    return address


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(2 * END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def main() -> None:
    """Serve on a free port, print the address when it answers, and end when standard input does."""
    import uvicorn
    from prefect.server.api.server import create_app

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = partial(create_app, ephemeral=True, final=True)
    server = uvicorn.Server(uvicorn.Config(app, factory=True, log_level="error", lifespan="on"))
    # Not in the main thread, where it would listen to signals.
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            return
        time.sleep(0.05)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/api", flush=True)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody reads on
    sys.stdin.read()
    server.should_exit = True
    thread.join(END_SECONDS)


if __name__ == "__main__":
    main()
