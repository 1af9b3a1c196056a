"""A run over a server that does all that a server can do wrong: every page ends in a row or in a reject."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine.batch import process_batch
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.fetch.targets import Target
from nabra.tasks.warehouse.store import Store

ARTICLE = "".join(
    f"<p>قالت بلدية مدينة الواحة إن أعمال الجسر رقم {number} ستنتهي قبل الصيف المقبل بعد تأخير دام شهرين كاملين.</p>"
    for number in range(6)
)


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole HTTP answer, with a wrong length if one is given."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {size}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def page(body: str = ARTICLE, title: str = "أعمال الجسر") -> bytes:
    return f"<html><head><title>{title}</title></head><body><article>{body}</article></body></html>".encode()


def dripping(connection: socket.socket) -> None:
    connection.sendall(answer(b"", length=10_000))
    for _ in range(10_000):
        connection.sendall(b"x")
        time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def reset(connection: socket.socket) -> None:
    connection.sendall(answer(b"<html>", length=10_000))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


FEED = "<rss version='2.0'><channel>{}</channel></rss>".format(
    "".join(f"<item><link>/p{number}</link></item>" for number in range(50_000))
).encode()
TINY_ITEMS = b"<rss version='2.0'><channel>" + b"<item/>" * 1_400_000 + b"</channel></rss>"
# What a path answers, and the reason of its reject; None where the article is good.
CASES: dict[str, tuple[bytes | Callable[[socket.socket], None], str | None]] = {
    "/good": (answer(page()), None),
    "/endless": (endless, "too_large"),
    "/endless-headers": (endless_headers, "network_error"),
    "/reset": (reset, "network_error"),
    "/short": (answer(b"<html>", length=10_000), "network_error"),
    "/after": (answer(page(ARTICLE.replace("الجسر", "الميناء"))), None),
    "/no-http": (b"SSH-2.0-OpenSSH_9.9\r\n", "network_error"),
    "/nothing": (b"", "network_error"),
    "/storm": (answer(b"", status="503 Service Unavailable"), "http_error"),
    "/between": (answer(page(ARTICLE.replace("الجسر", "السوق"))), None),
    "/loop": (answer(b"", "Location: /loop", status="302 Found"), "http_error"),
    "/metadata": (answer(b"", "Location: http://169.254.169.254/latest", status="302 Found"), "refused"),
    "/file": (answer(b"", "Location: file:///etc/hostname", status="302 Found"), "refused"),
    "/nul": (answer(page(ARTICLE.replace("الجسر", "الم\0طار"))), "not_text"),
    "/bad-utf8": (answer(page(ARTICLE.replace("الجسر", "المسرح")) + b"\xff\xfe\xc3"), None),
    "/huge-title": (answer(page(title="عنوان " * 20_000_000)), "too_large"),
    "/large-title": (answer(page(ARTICLE.replace("الجسر", "الملعب"), "عنوان " * 100_000)), "too_large"),
    "/deep": (answer(page("<div>" * 200_000 + "نص" + "</div>" * 200_000)), "no_article"),
    "/picture": (answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100), "not_text"),
}
# It takes minutes to send the first, half a minute of CPU to read the second.
SLOW: dict[str, bytes | Callable[[socket.socket], None]] = {"/dripping": dripping, "/tiny-items": answer(TINY_ITEMS)}
ANSWERS = {path: found for path, (found, _) in CASES.items()} | SLOW | {"/feed": answer(FEED)}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            path = self.request.recv(65_536).split(b" ")[1].decode()
            found = ANSWERS.get(path, answer(b"", status="404 Not Found"))
            with suppress(OSError):
                found(self.request) if callable(found) else self.request.sendall(found)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, allow_reuse_address = True, True

    with Server(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()


def run_over(paths: Iterable[str], server: str, folder: Path, deadline: float) -> Store:
    """The warehouse of a run over pages of the server, each of which may take so many seconds."""
    changes = folder / "nabra.toml"
    changes.write_text(
        f'[fetch]\nallow_hosts = ["127.0.0.1"]\ndelay_seconds = 0.0\nretries = 0\ndeadline_seconds = {deadline}\n'
        f"listing_deadline_seconds = {deadline}\n[clean]\nworkers = 1\ndeadline_seconds = 100.0\n",
        "utf-8",
    )
    plan = Plan(load_settings(changes, warehouse=str(folder / "warehouse")), "hostile")
    store = Store.open(plan.settings.store)
    with closing(Resources(plan.settings, store)) as tools:
        targets = [Target(server + path, "hostile") for path in paths]
        ingest = Ingest(store, tools, plan.provenance["raw"])
        list(ingest.run(targets))
        ingest.store_counts()
        for batch in sorted(plan.todo(store, "clean")):
            process_batch("clean", batch, tools, plan)
    (row,) = store.dataset("runs").to_table().to_pylist()
    assert row["new"] + row["failed"] + row["robots"] == row["found"]
    return store


def refused(store: Store, server: str) -> dict[str, str]:
    """The reasons of rejects by path."""
    rows = store.scan("rejects", ["url", "reason"]).to_pylist()
    return {row["url"].removeprefix(server): row["reason"] for row in rows}


def test_every_page_ends_in_a_row_or_a_reject(tmp_path: Path, server: str) -> None:
    store = run_over([*CASES, "/feed"], server, tmp_path, 100.0)
    rejects = refused(store, server)
    articles = {url.removeprefix(server) for url in store.scan("clean", ["url"])["url"].to_pylist()}
    assert {path: rejects.get(path) for path in CASES} == {path: reason for path, (_, reason) in CASES.items()}
    assert articles == {path for path, (_, reason) in CASES.items() if reason is None}
    # The newest 200 items of the feed are asked for, and are not there.
    assert sum(reason == "http_error" for path, reason in rejects.items() if path.startswith("/p")) == 200


def test_what_would_take_for_ever_ends_at_its_deadline(tmp_path: Path, server: str) -> None:
    assert refused(run_over(SLOW, server, tmp_path, 4.0), server) == dict.fromkeys(SLOW, "timeout")
