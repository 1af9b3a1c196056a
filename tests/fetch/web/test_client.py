import gzip
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from nabra.tasks.fetch.web.client import open_web
from tests.fetch.conftest import PAGE, get, refusal


def test_a_page_is_kept_as_received_with_what_the_server_says(site, settings):
    headers = {"Content-Type": "text/HTML; charset=Windows-1256", "ETag": '"7"', "Last-Modified": "Sun, 12 May 2024"}
    url = site.serve("/a", PAGE.encode("cp1256"), headers=headers)
    payload = get(url, settings(user_agent="nabra-test"))
    assert payload.content == PAGE.encode("cp1256")
    assert (payload.content_type, payload.charset.lower(), payload.status) == ("text/html", "windows-1256", 200)
    assert (payload.etag, payload.last_modified) == ('"7"', "Sun, 12 May 2024")
    assert site.headers[0]["User-Agent"] == "nabra-test"


def test_server_errors_are_tried_again_until_the_page_comes(site, settings):
    site.serve("/a", status=503)
    site.serve("/a", status=429, headers={"Retry-After": "0"})
    url = site.serve("/a", PAGE)
    assert get(url, settings(retries=2)).content == PAGE.encode()
    assert site.paths() == ["/a", "/a", "/a"]


def test_retries_end_and_the_status_is_named(site, settings):
    url = site.serve("/a", status=503)
    error = refusal(url, settings(retries=2))
    assert (error.reason, error.detail) == ("http_error", "status 503, also after retries")
    assert len(site.requests) == 3


def test_a_missing_page_is_not_tried_again(site, settings):
    error = refusal(site.address + "/none", settings())
    assert (error.reason, error.detail) == ("http_error", "status 404 Not Found")
    assert len(site.requests) == 1


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured(site, settings, as_date):
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    value = format_datetime(later, usegmt=True) if as_date else "1"
    site.serve("/a", status=429, headers={"Retry-After": value})
    get(site.serve("/a", PAGE), settings())
    (_, first), (_, second) = site.requests
    ago = time.monotonic() - second
    assert (datetime.now(UTC) - timedelta(seconds=ago - 0.05) >= later) if as_date else (second - first >= 0.95)


@pytest.mark.parametrize("value", ["²", "soon", "-1", ""])
def test_a_retry_after_that_is_no_time_asks_for_nothing(site, settings, value):
    site.serve("/a", status=503, headers={"Retry-After": value})
    assert get(site.serve("/a", PAGE), settings(retries=1)).content == PAGE.encode()


def test_a_server_that_asks_for_more_patience_than_the_deadline_is_left_alone(site, settings):
    url = site.serve("/a", status=503, headers={"Retry-After": "3600"})
    assert refusal(url, settings()).reason == "http_error"
    assert len(site.requests) == 1


def test_redirects_are_followed_and_bounded(site, settings):
    site.serve("/a", status=302, headers={"Location": "/b"})
    site.serve("/b", status=301, headers={"Location": "/c"})
    site.serve("/c", PAGE)
    assert get(site.address + "/a", settings(max_redirects=2)).content == PAGE.encode()
    assert refusal(site.address + "/a", settings(max_redirects=1)).detail == "more than 1 redirects"


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/a", "http://me:secret@127.0.0.1/a"])
def test_redirects_cannot_lead_off_the_web_or_carry_credentials(site, settings, target):
    error = refusal(site.serve("/a", status=302, headers={"Location": target}), settings())
    assert error.reason == "refused"
    assert "secret" not in error.detail


def test_a_page_over_the_cap_is_refused_by_its_decoded_size(site, settings):
    bomb = gzip.compress(b"x" * 1_000_000)
    assert len(bomb) < 10_000
    url = site.serve("/a", bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})
    assert refusal(url, settings(max_payload_bytes=10_000)).reason == "too_large"
    assert len(get(url, settings(max_payload_bytes=1_000_000)).content) == 1_000_000


def test_a_page_that_drips_for_ever_ends_at_the_deadline(site, settings):
    url = site.serve("/a", b"x" * 100_000, seconds_between_bytes=0.05)
    assert refusal(url, settings(deadline_seconds=2.0)).reason == "timeout"


def test_a_silent_server_is_a_network_error(site, settings):
    url = site.serve("/a", PAGE, seconds_between_bytes=600)
    error = refusal(url, settings(timeout_seconds=1.5, retries=1))
    assert (error.reason, error.detail) == ("network_error", "no answer in 1.5 s")
    assert site.paths() == ["/a", "/a"]


def test_an_empty_answer_is_empty(site, settings):
    assert refusal(site.serve("/a", b" \n"), settings()).reason == "empty"


@pytest.mark.parametrize("body", [b"not gzip", gzip.compress(PAGE.encode())[:-20]], ids=["other", "cut"])
def test_a_body_that_is_not_what_its_encoding_says_is_unreadable(site, settings, body):
    url = site.serve("/a", body, headers={"Content-Encoding": "gzip"})
    assert refusal(url, settings()).reason == "unreadable"


def test_an_encoding_that_was_not_asked_for_is_unreadable(site, settings):
    url = site.serve("/a", b"\x0b\x02", headers={"Content-Encoding": "br"})
    assert "packed as br" in refusal(url, settings()).detail


@pytest.mark.parametrize("window_bits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
def test_deflate_is_read_with_and_without_its_header(site, settings, window_bits):
    packer = zlib.compressobj(wbits=window_bits)
    body = packer.compress(PAGE.encode()) + packer.flush()
    url = site.serve("/a", body, headers={"Content-Encoding": "deflate"})
    assert get(url, settings()).content == PAGE.encode()


def test_a_bomb_of_ten_gigabytes_ends_early_and_in_little_memory(site, settings):
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    start = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    url = site.serve("/a", start + 9_999 * again, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        by_ratio = refusal(url, settings())
        by_size = refusal(url, settings(max_unpack_ratio=1e9))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (by_ratio.reason, by_size.reason) == ("too_large", "too_large")
    assert "fetch.max_unpack_ratio" in by_ratio.detail
    assert "fetch.max_payload_bytes" in by_size.detail
    assert peak < 30_000_000


def test_the_body_of_a_redirect_is_not_waited_for(site, settings):
    url = site.serve("/a", b"x" * 100_000, status=302, headers={"Location": "/b"}, seconds_between_bytes=0.05)
    site.serve("/b", PAGE)
    assert get(url, settings()).content == PAGE.encode()


def test_a_distance_is_kept_between_two_requests_to_one_host(site, settings):
    site.serve("/a", PAGE)
    site.serve("/b", PAGE)
    with open_web(settings(delay_seconds=0.3)) as web:
        web.get(site.address + "/a")
        web.get(site.address + "/b")
    assert site.requests[1][1] - site.requests[0][1] >= 0.28


def test_the_first_request_to_a_host_comes_at_once_though_robots_txt_was_asked_for(site, settings):
    # Longer than a test may take.
    assert get(site.serve("/a", PAGE), settings(delay_seconds=600.0)).content == PAGE.encode()
    assert len(site.robots_requests) == 1


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("utf-8", bytes),
        ("none", bytes),
        ("identity", bytes),
        ("UTF-8, identity", bytes),
        ("binary", bytes),
        ("gzip, identity", gzip.compress),
        ("utf-8, gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ('"gzip"', gzip.compress),
        ("x-gzip;q=1", bytes),
    ],
)
def test_a_content_encoding_that_is_no_packing_says_nothing(site, settings, encoding, pack):
    url = site.serve("/a", pack(PAGE.encode()), headers={"Content-Encoding": encoding, "Content-Type": "text/html"})
    assert get(url, settings()).content == PAGE.encode()


def test_what_is_tried_again_is_named(site, settings, caplog):
    site.serve("/a", b"", status=503)
    url = site.serve("/a", PAGE)
    with caplog.at_level("WARNING", logger="stamina"):
        get(url, settings())
    (told,) = caplog.messages
    assert told.startswith(f"retry_scheduled: {url}: status 503; try 2 in ")
