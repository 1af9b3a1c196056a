"""Web archives: real WARC files, written by the library that crawlers use."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from config.settings import load_settings
from tasks.errors import DocumentError
from tasks.fetch.fetched import Document, Found, Refused
from tasks.fetch.files import LocalInput
from tasks.fetch.listings import ListingReader

SETTINGS = load_settings().fetch.model_copy(update={"max_payload_bytes": 5_000})
LOCAL = LocalInput("cli", SETTINGS, ListingReader(SETTINGS))
PAGE = "<html><body><p>خبر من الواحة</p></body></html>"


class Archive:
    """Writes records; the address counts up."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._writer = WARCWriter(self._file, gzip=path.suffix == ".gz")
        self.count = 0

    def add(self, content: bytes, media_type: str = "text/html; charset=utf-8", status: str = "200 OK") -> None:
        headers = StatusAndHeaders(status, [("Content-Type", media_type), ("ETag", '"e1"')], protocol="HTTP/1.1")
        address = f"https://example.org/news/{self.count}?utm_source=x"
        record = self._writer.create_warc_record(
            address,
            "response",
            payload=BytesIO(content),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": "2026-03-01T10:00:00Z"},
        )
        self._writer.write_record(record)
        self.count += 1

    def revisit(self) -> None:
        address, digest = f"https://example.org/news/{self.count}", "sha1:AAAA"
        self._writer.write_record(self._writer.create_revisit_record(address, digest, address, "2026-02-01T10:00:00Z"))

    def close(self) -> None:
        self._file.close()


@pytest.fixture(params=["news.warc", "news.warc.gz"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def rows(path: Path) -> Iterator[Document | Refused]:
    for found in LOCAL.find(path):
        assert isinstance(found, Found | Refused)
        if isinstance(found, Refused):
            yield found
            continue
        try:
            yield Document(found.row(found.load()))
        except DocumentError as error:
            yield found.refused(error.reason, error.detail)


def test_a_page_comes_with_what_its_server_said_and_when(path: Path) -> None:
    archive = Archive(path)
    archive.add(PAGE.encode("cp1256"), "text/html; charset=windows-1256")
    archive.close()
    (document,) = rows(path)
    assert isinstance(document, Document)
    row = document.row
    assert row["url"] == "https://example.org/news/0"
    assert row["payload"].decode("cp1256") == PAGE
    assert (row["charset"], row["content_type"], row["etag"]) == ("windows-1256", "text/html", '"e1"')
    assert row["fetched_at"] == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_what_is_no_page_is_passed_over_and_errors_are_refused(path: Path) -> None:
    archive = Archive(path)
    archive.add(b"GIF89a", "image/gif")
    archive.add(b"", status="301 Moved Permanently")
    archive.revisit()
    archive.add(b"gone", status="404 Not Found")
    archive.add(b"x" * 6_000)
    archive.add(PAGE.encode())
    archive.close()
    found = list(rows(path))
    assert [one.row.get("reason") for one in found] == ["http_error", "too_large", None]


def test_a_broken_archive_gives_what_it_has_and_says_where_it_ends(path: Path) -> None:
    archive = Archive(path)
    for _ in range(3):
        archive.add(PAGE.encode())
    archive.close()
    content = path.read_bytes()
    path.write_bytes(
        content[: len(content) * 5 // 6] if path.suffix == ".gz" else content + b"garbage that is no record\r\n"
    )
    found = list(rows(path))
    assert sum(isinstance(one, Document) for one in found) >= 2
    assert all(one.row["reason"] in ("malformed", "empty") for one in found if isinstance(one, Refused))


def test_ten_thousand_records_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.warc"
    archive = Archive(path)
    for number in range(10_000):
        archive.add(f"{PAGE}{number}".encode() + b" " * 2_000)
    archive.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(isinstance(one, Document) for one in rows(path)) == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB; the file has 26 MB
