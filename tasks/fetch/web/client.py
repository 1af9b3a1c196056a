"""The web: one address over HTTP with time-outs, retries, bounded redirects, size caps and manners."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

import httpx2
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from nabra.config.settings import FetchSettings
from nabra.tasks.arabic.timestamps import parse_time
from nabra.tasks.documents.identity import has_credentials, inert
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.page_states import PageState
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.web.breaker import Breaker
from nabra.tasks.fetch.web.courtesy import Courtesy
from nabra.tasks.fetch.web.deadline import Deadline
from nabra.tasks.fetch.web.network import PublicNetwork, PublicTransport
from nabra.tasks.fetch.web.robots import MAX_BYTES, MAX_REDIRECTS, Robots
from nabra.tasks.fetch.web.unpack import Bounds, is_packed, read_bounded, read_start

# Of the library, so that who silences it silences this.
log = logging.getLogger("stamina")
# Statuses that may pass: too many requests, and the server's own troubles.
RETRIED: Final = frozenset({429, 500, 502, 503, 504})
LONGEST_WAIT_SECONDS: Final = 30.0
HEADERS: Final = {
    "Accept": (
        "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json,*/*;q=0.5"
    ),
    "Accept-Language": "ar,*;q=0.5",
    # No brotli or zstd: their decoders cannot bound what a small body unpacks to.
    "Accept-Encoding": "gzip, deflate",
}
MAX_VALIDATOR: Final = 1024


class _TooManyRedirectsError(DocumentError):
    """The address leads on and on."""

    def __init__(self, allowed: int) -> None:
        super().__init__("http_error", f"more than {allowed} redirects")


class _UnavailableError(Exception):
    """The server answered that it cannot answer now."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Shared:
    """What the clients of a run share.

    `robots` are the texts of robots.txt that were read before, by address; reading the `certificates` takes longer than
    a page.
    """

    courtesy: Courtesy = field(default_factory=Courtesy)
    robots: Mapping[str, str] = field(default_factory=dict)
    certificates: ssl.SSLContext = field(default_factory=httpx2.create_ssl_context)
    breaker: Breaker = field(default_factory=Breaker)


@dataclass
class Web:
    """An HTTP client that does what robots.txt says and keeps a distance between two requests to one host."""

    client: httpx2.Client
    settings: FetchSettings
    deadline: Deadline
    shared: Shared
    robots: Robots = field(init=False)
    # The host that is asked at present, the last of a chain of redirects.
    _host: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.robots = Robots(self.settings.user_agent, self._robots_text, self.shared.robots)

    def get(self, url: str, delay_seconds: float = 0.0) -> Payload:
        """The page or feed at `url`; see `get_modified`."""
        payload = self.get_modified(url, None, delay_seconds)
        assert payload is not None, "the request had no condition"
        return payload

    def get_modified(self, url: str, before: PageState | None, delay_seconds: float = 0.0) -> Payload | None:
        """The page or feed at `url`; None where the server says that it is still as it was `before`.

        It is asked for `delay_seconds` after the last answer of its host, if not later.

        Raises DocumentError `http_error`, `network_error`, `too_large`, `unreadable`, `refused`, `robots` or `timeout`,
        after the retries; at once where its host, or one that it leads to, has failed time and again in this run.
        """
        self.deadline.restart()
        self._host = httpx2.URL(url).host
        try:
            payload = self._get(url, _conditions(before), partial(self._mind_manners, delay_seconds=delay_seconds))
        except DocumentError as error:
            if isinstance(error.__cause__, _UnavailableError):
                self.shared.breaker.failed(self._host, error.__cause__.retry_after)
            elif error.reason in ("network_error", "timeout"):
                self.shared.breaker.failed(self._host)
            else:
                self.shared.breaker.answered(self._host)
            raise
        self.shared.breaker.answered(self._host)
        return payload

    def _get(self, url: str, conditions: dict[str, str], mind_manners: Callable[[httpx2.URL], float]) -> Payload | None:
        with self._named_errors():
            for attempt in self._attempts(url):
                with (
                    attempt,
                    self._answer(url, conditions, self.settings.max_redirects, mind_manners) as response,
                ):
                    if conditions and response.status_code == httpx2.codes.NOT_MODIFIED:
                        return None
                    _check_status(response)
                    return _payload(response, self._body(response))
        raise AssertionError("stamina yields an attempt or raises")

    def _robots_text(self, url: str) -> str:
        """What is at the address of a robots.txt; "" on 4xx and endless redirects, which RFC 9309 takes for none."""
        try:
            with self.deadline.paused(), self._named_errors():
                for attempt in self._attempts(url):
                    with attempt, self._answer(url, {}, MAX_REDIRECTS, None) as response:
                        if response.is_client_error and response.status_code not in RETRIED:
                            return ""
                        _check_status(response)
                        start = read_start(response.iter_raw(), packed=_is_packed(response), size=MAX_BYTES)
        except _TooManyRedirectsError:
            return ""
        # A rule cut in its middle would mean something else.
        whole = start if len(start) < MAX_BYTES else start[: start.rfind(b"\n") + 1]
        return whole.decode("utf-8-sig", errors="replace")

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turns the client's errors into DocumentError."""
        try:
            yield
        except _UnavailableError as error:
            raise DocumentError("http_error", f"status {error.status}, also after retries") from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise DocumentError("refused", f"leads to what is no http(s) address: {error}") from error
        except httpx2.TimeoutException as error:
            self.deadline.left()
            raise DocumentError("network_error", f"no answer in {self.settings.timeout_seconds:g} s") from error
        except httpx2.RequestError as error:
            raise DocumentError("network_error", str(error) or type(error).__name__) from error

    def _attempts(self, url: str) -> Iterable[stamina.Attempt]:
        def wait(error: Exception) -> bool | float:
            if isinstance(error, _UnavailableError) and error.retry_after is not None:
                # A server that asks for more patience than the address has is left alone.
                return error.retry_after if error.retry_after < self.deadline.left() else False
            transient = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError, _UnavailableError)
            return isinstance(error, transient)

        return stamina.retry_context(
            on=wait,
            attempts=self.settings.retries + 1,
            timeout=self.settings.deadline_seconds,
            wait_initial=self.settings.backoff_seconds,
            wait_jitter=self.settings.backoff_seconds,
            wait_max=LONGEST_WAIT_SECONDS,
        ).with_name(inert(url), (), {})

    @contextmanager
    def _answer(
        self, url: str, headers: dict[str, str], max_redirects: int, before: Callable[[httpx2.URL], float] | None
    ) -> Iterator[httpx2.Response]:
        """The answer after the redirects, its body unread.

        `before` is called with the address of each hop and returns the seconds between two requests to its host.
        Redirects are followed here and not by httpx2, which would read the body of each without a bound.
        """
        request: httpx2.Request | None = self.client.build_request("GET", url, headers=headers)
        for _ in range(max_redirects + 1):
            assert request is not None
            self._check(request.url)
            distance = before(request.url) if before else None
            with self._turn(request.url.host, distance), closing(self.client.send(request, stream=True)) as response:
                request = response.next_request
                if request is None:
                    yield response
                    return
                self.shared.breaker.answered(response.url.host)
        raise _TooManyRedirectsError(max_redirects)

    @contextmanager
    def _turn(self, host: str, distance: float | None) -> Iterator[None]:
        with ExitStack() as stack:
            with self.deadline.paused():
                patience = self.settings.deadline_seconds
                stack.enter_context(self.shared.courtesy.turn(host, distance, patience))
            yield

    def _check(self, url: httpx2.URL) -> None:
        if url.scheme not in ("http", "https"):
            raise DocumentError("refused", f"leads to the scheme {url.scheme}")
        if has_credentials(str(url)):
            raise DocumentError("refused", "leads to an address with a user name or password")
        self.deadline.left()

    def _mind_manners(self, url: httpx2.URL, delay_seconds: float) -> float:
        """Ask robots.txt, unless the host is down; the seconds to keep between two requests to the host."""
        self._host = url.host
        left = self.shared.breaker.check(url.host, self.settings.deadline_seconds)
        self.robots.check(str(url))
        asked_for = min(self.robots.crawl_delay(str(url)), self.settings.max_crawl_delay_seconds)
        return max(self.settings.delay_seconds, delay_seconds, asked_for, left)

    def _body(self, response: httpx2.Response) -> bytes:
        bounds = Bounds(self.settings.max_payload_bytes, self.settings.max_unpack_ratio)
        return read_bounded(response.iter_raw(), packed=_is_packed(response), bounds=bounds)


@contextmanager
def open_web(settings: FetchSettings, shared: Shared | None = None) -> Iterator[Web]:
    """A client for one thread, courteous together with those that share with it."""
    set_on_retry_hooks([_tell])
    shared = shared or Shared()
    deadline = Deadline(settings.deadline_seconds)
    with httpx2.Client(
        headers={**HEADERS, "User-Agent": settings.user_agent},
        timeout=settings.timeout_seconds,
        transport=PublicTransport(PublicNetwork(settings.allow_hosts, deadline), shared.certificates),
    ) as client:
        yield Web(client, settings, deadline, shared)


def _tell(details: RetryDetails) -> None:
    """Name the address that is tried again; stamina by itself names none."""
    error = details.caused_by
    why = f"status {error.status}" if isinstance(error, _UnavailableError) else str(error) or type(error).__name__
    log.warning(
        "retry_scheduled: %s: %s; try %d in %.1f s", details.name, inert(why), details.retry_num + 1, details.wait_for
    )


def _conditions(before: PageState | None) -> dict[str, str]:
    """The headers of a conditional request, without values that no header may have."""
    known = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified} if before else {}
    return {name: value for name, value in known.items() if value and value.isascii() and value.isprintable()}


def _check_status(response: httpx2.Response) -> None:
    if response.status_code in RETRIED:
        raise _UnavailableError(response.status_code, _retry_after(response.headers.get("retry-after")))
    if response.status_code != httpx2.codes.OK:
        raise DocumentError("http_error", f"status {response.status_code} {response.reason_phrase}".strip())


def _is_packed(response: httpx2.Response) -> bool:
    return is_packed(response.headers.get("content-encoding"))


def _payload(response: httpx2.Response, content: bytes) -> Payload:
    if not content.strip():
        raise DocumentError("empty", "the server sent nothing")
    headers = response.headers
    return Payload(
        content,
        headers.get("content-type", "").partition(";")[0].strip().lower() or None,
        response.charset_encoding,
        response.status_code,
        _validator(headers.get("etag")),
        _validator(headers.get("last-modified")),
    )


def _validator(value: str | None) -> str | None:
    """An ETag or Last-Modified, unless it is none that anybody needs to keep."""
    return value if value is not None and len(value) <= MAX_VALIDATOR else None


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from a Retry-After header of seconds or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():  # isdigit() is true of ², too
        return float(value)
    moment = parse_time(value)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())
