"""The web: one address over HTTP with time-outs, retries, bounded redirects, a size cap and manners."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
import stamina

from config.settings import FetchSettings
from tasks.errors import DocumentError
from tasks.fetch.dates import parse_time
from tasks.fetch.fetched import Payload
from tasks.fetch.identity import has_credentials

# Statuses that may pass: too many requests, and the server's own troubles.
RETRIED: Final = frozenset({429, 500, 502, 503, 504})
LONGEST_WAIT_SECONDS: Final = 30.0
HEADERS: Final = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,*/*;q=0.5",
    "Accept-Language": "ar,*;q=0.5",
    # No brotli or zstd: their decoders cannot bound what a small body unpacks to.
    "Accept-Encoding": "gzip, deflate",
}


class _UnavailableError(Exception):
    """The server answered that it cannot answer now."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


@dataclass
class Web:
    """An HTTP client that keeps a distance between two requests to one host."""

    client: httpx.Client
    settings: FetchSettings
    _last: dict[str, float] = field(default_factory=dict)

    def get(self, url: str) -> Payload:
        """The page or feed at `url`.

        Raises DocumentError `http_error`, `network_error`, `too_large`, `refused` or `timeout`, after the retries.
        """
        deadline = time.monotonic() + self.settings.deadline_seconds
        try:
            for attempt in self._attempts(deadline):
                with attempt:
                    return self._receive(url, deadline)
        except _UnavailableError as error:
            raise DocumentError("http_error", f"status {error.status}, also after retries") from error
        except httpx.TooManyRedirects as error:
            raise DocumentError("http_error", f"more than {self.settings.max_redirects} redirects") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise DocumentError("refused", f"leads to what is no http(s) address: {error}") from error
        except httpx.TimeoutException as error:
            raise DocumentError("network_error", f"no answer in {self.settings.timeout_seconds:g} s") from error
        except httpx.RequestError as error:
            raise DocumentError("network_error", str(error) or type(error).__name__) from error
        raise AssertionError("stamina yields an attempt or raises")

    def _attempts(self, deadline: float) -> Iterable[stamina.Attempt]:
        def wait(error: Exception) -> bool | float:
            if isinstance(error, _UnavailableError) and error.retry_after is not None:
                # A server that asks for more patience than the address has is left alone.
                return error.retry_after if time.monotonic() + error.retry_after < deadline else False
            transient = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, _UnavailableError)
            return isinstance(error, transient)

        return stamina.retry_context(
            on=wait,
            attempts=self.settings.retries + 1,
            timeout=self.settings.deadline_seconds,
            wait_initial=self.settings.backoff_seconds,
            wait_jitter=self.settings.backoff_seconds,
            wait_max=LONGEST_WAIT_SECONDS,
        )

    def _receive(self, url: str, deadline: float) -> Payload:
        self._check_deadline(deadline)
        timeout = min(self.settings.timeout_seconds, deadline - time.monotonic())
        with self.client.stream("GET", url, timeout=timeout, extensions={"nabra_deadline": deadline}) as response:
            if response.status_code in RETRIED:
                raise _UnavailableError(response.status_code, _retry_after(response.headers.get("retry-after")))
            if response.status_code != httpx.codes.OK:
                raise DocumentError("http_error", f"status {response.status_code} {response.reason_phrase}".strip())
            return _payload(response, self._body(response, deadline))

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        limit = self.settings.max_payload_bytes
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > limit:
                raise DocumentError("too_large", f"the page has more than {limit} bytes")
            self._check_deadline(deadline)
        return bytes(content)

    def _check_deadline(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise DocumentError("timeout", f"took longer than {self.settings.deadline_seconds:g} s")

    def before_request(self, request: httpx.Request) -> None:
        """Hook of the client, called for each request, redirects and retries included."""
        if request.url.scheme not in ("http", "https"):
            raise DocumentError("refused", f"leads to the scheme {request.url.scheme}")
        if has_credentials(str(request.url)):
            raise DocumentError("refused", "leads to an address with a user name or password")
        self._check_deadline(request.extensions.get("nabra_deadline", float("inf")))
        host = request.url.host
        if host in self._last:
            time.sleep(max(0.0, self._last[host] + self.settings.delay_seconds - time.monotonic()))
        self._last[host] = time.monotonic()


@contextmanager
def open_web(settings: FetchSettings) -> Iterator[Web]:
    """A client for one run."""
    headers = {**HEADERS, "User-Agent": settings.user_agent}
    with httpx.Client(headers=headers, follow_redirects=True, max_redirects=settings.max_redirects) as client:
        web = Web(client, settings)
        client.event_hooks = {"request": [web.before_request]}
        yield web


def _payload(response: httpx.Response, content: bytes) -> Payload:
    if not content.strip():
        raise DocumentError("empty", "the server sent nothing")
    headers = response.headers
    return Payload(
        content,
        headers.get("content-type", "").partition(";")[0].strip().lower() or None,
        response.charset_encoding,
        response.status_code,
        headers.get("etag"),
        headers.get("last-modified"),
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from a Retry-After header of seconds or a date."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    moment = parse_time(value)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())
