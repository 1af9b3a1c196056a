"""An HTTP proxy before a real server that fails at random: errors, slow answers, broken connections, late writes."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

# The server looks at the condition of a PUT and writes in two steps, where a real store does both in one.
ONE_BY_ONE = threading.Lock()
# What can befall a request; `lost` breaks the connection after the server has done what was asked.
FAULTS: Final = ("500", "503", "slow", "reset", "lost")
CODES: Final = {"500": "InternalError", "503": "SlowDown"}
CONDITIONS: Final = ("if-match", "if-none-match")
HOP_BY_HOP: Final = ("content-length", "transfer-encoding", "connection", "expect")


@dataclass
class FaultyProxy:
    """Forwards to `upstream`, an http:// address; a `share` of the requests meets a fault. Both are counted.

    A PUT of `late_name` is on its way for up to `late_seconds`. A store without conditions is told
    of none.
    `next_fault` befalls the next request.
    """

    upstream: str
    share: float = 0.0
    seed: int = 1
    slow_seconds: float = 0.2
    address: str = ""
    late_name: str = ""
    late_seconds: float = 0.0
    knows_conditions: bool = True
    next_fault: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random, self._lock = random.Random(self.seed), threading.Lock()
        self.away = True

    def start(self) -> None:
        """Serve: at first on a free port, later on the same again."""
        self._server = _Server(("127.0.0.1", urlsplit(self.address).port or 0), _Handler)
        self._server.proxy, self.away = self, False
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        serve = partial(self._server.serve_forever, poll_interval=0.02)
        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Go away: connections are refused, those that are there are reset at the next request."""
        if not self.away:
            self.away = True
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def draw(self, method: str) -> str:
        """The fault that the next request meets, or nothing."""
        with self._lock:
            drawn = self._random.choice(FAULTS) if self._random.random() < self.share else ""
            fault, self.next_fault = self.next_fault or drawn, ""
            self.requests[method] += 1
            if fault:
                self.faults[fault] += 1
        return fault

    def wait(self, method: str, path: str) -> None:
        """What a PUT takes on its way."""
        if method == "PUT" and self.late_seconds and urlsplit(path).path.endswith(self.late_name):
            with self._lock:
                seconds = self._random.uniform(0, self.late_seconds)
            time.sleep(seconds)

    def deaf_to(self, header: str) -> bool:
        """Whether the upstream does not hear of it."""
        return header in HOP_BY_HOP or (header in CONDITIONS and not self.knows_conditions)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: FaultyProxy

    def handle_error(self, request: object, client_address: object) -> None:
        """The client has gone away, or was sent away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def forward(self) -> None:
        body, proxy = self.body(), self.server.proxy
        fault = "reset" if proxy.away else proxy.draw(self.command)
        if fault == "slow":
            time.sleep(proxy.slow_seconds)
        if fault == "reset":
            self.reset()
        elif fault in CODES:
            error = f"<?xml version='1.0'?><Error><Code>{CODES[fault]}</Code><Message>try again</Message></Error>"
            self.answer(int(fault), {}, error.encode())
        else:
            proxy.wait(self.command, self.path)
            with ONE_BY_ONE if self.command == "PUT" else nullcontext():
                status, headers, content = self.ask(proxy.upstream, body)
            if fault == "lost":
                self.reset()
            else:
                self.answer(status, headers, content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward  # noqa: N815 - the library's names

    def ask(self, upstream: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(urlsplit(upstream).netloc, timeout=30)
        deaf_to = self.server.proxy.deaf_to
        headers = {name: value for name, value in self.headers.items() if not deaf_to(name.lower())}
        connection.request(self.command, self.path, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, dict(response.headers), content

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            is_head = self.command == "HEAD"
            self.send_header("Content-Length", headers.get("Content-Length", "0") if is_head else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def reset(self) -> None:
        """Close so that the other side gets a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def faulty_proxy(upstream: str, *, share: float, seed: int = 1, slow_seconds: float = 0.2) -> Iterator[FaultyProxy]:
    """Serve a FaultyProxy on a port of its own."""
    proxy = FaultyProxy(upstream, share, seed, slow_seconds)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
