"""A real HTTP server on 127.0.0.1 whose answers a test writes, and settings that do not wait."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any

import pytest

from nabra.config.settings import FetchSettings, load_settings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Document, Rejected
from nabra.tasks.fetch.page_states import Memory
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.client import open_web
from nabra.tasks.fetch.web.courtesy import Courtesy

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


def fetched(settings: FetchSettings, *targets: Target, memory: Memory | None = None) -> list[Document | Rejected]:
    """The documents that a run would receive or refuse: those of files, then those of the web as they come."""
    events = fetch_documents(targets, settings, memory or Memory())
    return [event for event in events if isinstance(event, Document | Rejected)]


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
    hosts: list[tuple[str, float]] = field(default_factory=list)
    robots_requests: list[tuple[str, float]] = field(default_factory=list)
    connections: int = 0
    server: ThreadingHTTPServer | None = None

    def serve(self, path: str, body: str | bytes = b"", **values: Any) -> str:
        """Add an answer to a path; its address."""
        content = body.encode() if isinstance(body, str) else body
        self.pages.setdefault(path, []).append(Answer(content, **values))
        return self.address + path

    def by_host(self) -> dict[str, list[float]]:
        """When each host was asked, robots.txt left out."""
        times: defaultdict[str, list[float]] = defaultdict(list)
        for host, at in self.hosts:
            times[host].append(at)
        return times

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


def send(stream: BufferedIOBase, answer: Answer) -> None:
    """Write the body, at once or dripping."""
    with suppress(BrokenPipeError, ConnectionResetError):
        if not answer.seconds_between_bytes:
            stream.write(answer.body)
            return
        for byte in answer.body:
            stream.write(bytes([byte]))
            stream.flush()
            time.sleep(answer.seconds_between_bytes)


def handler_of(served: Site) -> type[BaseHTTPRequestHandler]:
    """What answers for a site."""

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            served.connections += 1
            super().setup()

        def do_GET(self) -> None:
            log = served.robots_requests if self.path == "/robots.txt" else served.requests
            log.append((self.path, time.monotonic()))
            if log is served.requests:
                served.hosts.append((self.headers["Host"], time.monotonic()))
            served.headers.append(dict(self.headers))
            answers = served.pages.get(self.path, [Answer(status=404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            etag = answer.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                answer = Answer(status=304, headers={"ETag": etag})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            send(self.wfile, answer)

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as served:
        yield served


@contextmanager
def serving() -> Iterator[Site]:
    """A server on a port of its own."""
    served = Site("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(served))
    server.daemon_threads = True
    served.server = server
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def distances(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """The seconds that are to lie between a request and the one before, None of robots.txt; nobody waits for them."""
    asked_for: list[float | None] = []
    honest = Courtesy.turn

    def turn(courtesy: Courtesy, host: str, distance: float | None, patience: float) -> AbstractContextManager[None]:
        asked_for.append(distance)
        return honest(courtesy, host, None if distance is None else 0.0, patience)

    monkeypatch.setattr(Courtesy, "turn", turn)
    return asked_for


@pytest.fixture
def settings() -> Callable[..., FetchSettings]:
    def changed(**values: object) -> FetchSettings:
        # The bounds are for what hangs: a busy machine may take seconds to answer.
        quick = {"delay_seconds": 0.0, "backoff_seconds": 0.01, "timeout_seconds": 60.0, "deadline_seconds": 120.0}
        quick["allow_hosts"] = ("127.0.0.1",)
        return load_settings().fetch.model_copy(update={**quick, **values})

    return changed
