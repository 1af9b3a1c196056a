"""How fast and how politely fetch is: many hosts on the loopback interface, asked by one run.

python -m bench.fetch [--hosts 50] [--pages 2000] [--delay 0.5]

Each host (127.0.0.1, 127.0.0.2 and so on) has a feed of its pages. No host can be done before `delay` times its
requests less one: printed are the seconds against that bound, the shortest distance that a host saw, and the memory of
the client.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import resource
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from urllib.request import urlopen

from nabra.config.settings import load_settings
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Document
from nabra.tasks.fetch.targets import Target

PARAGRAPH = "<p>قالت بلدية مدينة الواحة إن أعمال الجسر رقم {} ستنتهي قبل الصيف المقبل بعد تأخير دام شهرين.</p>"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds between two requests to a host")
    options = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there, options.pages // options.hosts), daemon=True)
    server.start()
    port = here.recv()
    names = [f"127.0.0.{number}" for number in range(1, options.hosts + 1)]
    settings = load_settings().fetch.model_copy(update={"delay_seconds": options.delay, "allow_hosts": tuple(names)})
    targets = [Target(f"http://{name}:{port}/feed", name) for name in names]
    before, begun, counts = peak_mb(), time.monotonic(), Counter[str]()
    memory: list[float] = []
    for event in fetch_documents(targets, settings):
        counts[type(event).__name__] += 1
        if isinstance(event, Document) and counts["Document"] % 500 == 0:
            memory.append(peak_mb() - before)
    seconds = time.monotonic() - begun
    with urlopen(f"http://127.0.0.1:{port}/log") as answer:
        times: dict[str, list[float]] = json.load(answer)
    server.terminate()
    least = options.delay * (max(map(len, times.values())) - 1)
    distance = min(later - earlier for each in times.values() for earlier, later in itertools.pairwise(each))
    print(f"{counts['Document']} pages of {len(times)} hosts in {seconds:.1f} s, {counts['Rejected']} refused")
    print(f"the delays alone take {least:.1f} s: {seconds / least:.2f} times that")
    print(f"shortest distance at a host {distance:.3f} s, asked for {options.delay} s")
    print(f"memory of the client above its start, every 500 pages: {', '.join(f'{each:.0f}' for each in memory)} MB")


def peak_mb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def serve(parent: Connection, pages: int) -> None:
    """Answer on all loopback addresses; tell the port, and under /log when each host was asked."""
    times: defaultdict[str, list[float]] = defaultdict(list)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/log":
                return self._answer(200, json.dumps(times), "application/json")
            if self.path == "/robots.txt":
                return self._answer(404, "", "text/plain")
            times[self.headers["Host"]].append(time.monotonic())
            if self.path == "/feed":
                items = "".join(f"<item><link>/{number}</link></item>" for number in range(pages))
                return self._answer(200, f"<rss version='2.0'><channel>{items}</channel></rss>", "text/xml")
            body = "".join(PARAGRAPH.format(f"{self.path} {number}") for number in range(200))
            return self._answer(200, f"<html><body>{body}</body></html>", "text/html; charset=utf-8")

        def _answer(self, status: int, text: str, content_type: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("", 0), Handler)
    server.request_queue_size = 128
    parent.send(server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main()
