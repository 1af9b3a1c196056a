"""Many hosts at once, one connection and a distance at each."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import contextmanager

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Document
from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.client import Shared, open_web
from nabra.tasks.fetch.web.courtesy import Courtesy, StoppedError
from nabra.tasks.fetch.web.frontier import Frontier
from tests.fetch.conftest import PAGE


@pytest.fixture
def hosts(site, monkeypatch):
    """The test server under ten names."""
    names = [f"outlet{number}.example" for number in range(10)]
    port = site.server.server_port

    def resolve(*_, **__):
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    return [f"http://{name}:{port}" for name in names]


class Meeting(list):
    """Requests by host; the first to each is answered when there was one to all."""

    def __init__(self, hosts: int) -> None:
        self._all, self._guard, self._came = threading.Barrier(hosts), threading.Lock(), set()

    def append(self, request) -> None:
        with self._guard:
            is_first = request[0] not in self._came
            self._came.add(request[0])
        super().append(request)
        if is_first:
            self._all.wait(200)


def test_many_hosts_are_asked_at_once_and_each_at_its_distance(site, settings, hosts):
    site.hosts = Meeting(len(hosts))
    paths = [f"/{number}" for number in range(5)]
    for path in paths:
        site.serve(path, PAGE)
    allowed = tuple(host.removeprefix("http://") for host in hosts)
    targets = [Target(host + path, "port") for path in paths for host in hosts]
    events = list(fetch_documents(targets, settings(allow_hosts=allowed, delay_seconds=0.2)))
    assert sum(isinstance(event, Document) for event in events) == 50
    assert {host: len(times) for host, times in site.by_host().items()} == dict.fromkeys(allowed, 5)
    for times in site.by_host().values():
        assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.2


def test_within_a_host_the_order_is_that_of_the_targets(site, settings):
    targets = [Target(site.serve(f"/{number}", PAGE), "port") for number in range(20)]
    list(fetch_documents(targets, settings()))
    assert site.paths() == [f"/{number}" for number in range(20)]


def test_a_consumer_that_stops_ends_the_threads_and_their_waiting(site, settings):
    targets = [Target(site.serve(f"/{number}", PAGE), "port") for number in range(50)]
    events = fetch_documents(targets, settings(delay_seconds=600.0))
    next(events)
    events.close()  # or at the end of the time that a test may take
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("nabra-host")]


def test_threads_do_not_run_ahead_of_the_consumer(site, settings):
    targets = [Target(site.serve(f"/{number}", PAGE), "port") for number in range(100)]
    events = fetch_documents(targets, settings())
    next(events)
    time.sleep(0.5)
    assert len(site.requests) < 40
    events.close()


def test_an_error_that_no_job_names_reaches_the_consumer(settings):
    shared = Shared()

    def broken(_):
        raise RuntimeError("bug")
        yield

    with Frontier(lambda: open_web(settings(), shared), shared.courtesy, 2) as frontier:
        frontier.add("a.example", broken)
        with pytest.raises(RuntimeError, match="bug"):
            list(frontier.results())


def test_a_turn_begins_at_its_distance_from_the_end_of_the_one_before():
    courtesy = Courtesy()
    with courtesy.turn("a", 0.1, 60):
        time.sleep(0.1)
        ended = time.monotonic()
    with courtesy.turn("a", 0.1, 60):
        assert time.monotonic() - ended >= 0.1


def test_other_hosts_and_requests_without_a_distance_wait_for_nothing():
    courtesy = Courtesy()
    with courtesy.turn("a", 600, 60):
        pass
    with courtesy.turn("b", 600, 60), courtesy.turn("a", None, 60):
        pass


def test_nobody_waits_after_the_stop():
    courtesy = Courtesy()
    with courtesy.turn("a", 60, 1):
        pass
    courtesy.stop()
    with pytest.raises(StoppedError), courtesy.turn("a", 60, 1):
        pass


def test_a_client_that_cannot_be_made_ends_the_run(settings):
    @contextmanager
    def no_client():
        raise RuntimeError("no client")
        yield

    with Frontier(no_client, Courtesy(), 2) as frontier:
        frontier.add("a.example", lambda _: iter(()))
        with pytest.raises(RuntimeError, match="no client"):
            list(frontier.results())


def test_who_cannot_have_a_turn_in_time_gives_up():
    courtesy = Courtesy()
    with courtesy.turn("a", 0.0, 1), pytest.raises(DocumentError, match="others were asking a"):
        courtesy.turn("a", 0.0, 0.1).__enter__()
