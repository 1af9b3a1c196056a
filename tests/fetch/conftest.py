"""A real HTTP server on 127.0.0.1 whose answers a test writes, and settings that do not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from config.settings import FetchSettings, load_settings
from tasks.errors import DocumentError
from tasks.fetch.fetched import Payload
from tasks.fetch.web import open_web

PAGE = "<html><body><p>نص الخبر</p></body></html>"


def get(url: str, settings: FetchSettings) -> Payload:
    """What a run would receive from the address."""
    with open_web(settings) as web:
        return web.get(url)


def refusal(url: str, settings: FetchSettings) -> DocumentError:
    """Why a run would not take the address."""
    with pytest.raises(DocumentError) as caught:
        get(url, settings)
    return caught.value


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    seconds_between_bytes: float = 0.0


@dataclass
class Site:
    """`pages` maps a path to its answers, the last of which is repeated; `requests` logs all but robots.txt."""

    address: str
    pages: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, float]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    robots_requests: list[tuple[str, float]] = field(default_factory=list)
    connections: int = 0
    server: ThreadingHTTPServer | None = None

    def serve(self, path: str, body: str | bytes = b"", **values: Any) -> str:
        """Add an answer to a path; its address."""
        content = body.encode() if isinstance(body, str) else body
        self.pages.setdefault(path, []).append(Answer(content, **values))
        return self.address + path

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    served = Site("")

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            served.connections += 1
            super().setup()

        def do_GET(self) -> None:
            log = served.robots_requests if self.path == "/robots.txt" else served.requests
            log.append((self.path, time.monotonic()))
            served.headers.append(dict(self.headers))
            answers = served.pages.get(self.path, [Answer(status=404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            try:
                if not answer.seconds_between_bytes:
                    self.wfile.write(answer.body)
                    return
                for byte in answer.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(answer.seconds_between_bytes)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.server = server
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def settings() -> Callable[..., FetchSettings]:
    def changed(**values: object) -> FetchSettings:
        quick = {"delay_seconds": 0.0, "backoff_seconds": 0.01, "timeout_seconds": 2.0, "deadline_seconds": 5.0}
        quick["allow_hosts"] = ("127.0.0.1",)
        return load_settings().fetch.model_copy(update={**quick, **values})

    return changed
