"""Web archives: real WARC files, written by the library that crawlers use."""

from __future__ import annotations

import gzip
import re
import resource
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from nabra.config.settings import load_settings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.reader import ListingReader
from nabra.tasks.fetch.local.files import LocalInput
from nabra.tasks.fetch.outcomes import Document, Found, Rejected

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


def rows(path: Path) -> Iterator[Document | Rejected]:
    for found in LOCAL.find(path):
        assert isinstance(found, Found | Rejected)
        if isinstance(found, Rejected):
            yield found
            continue
        try:
            yield Document(found.row(found.load()))
        except DocumentError as error:
            yield found.rejected(error.reason, error.detail)


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
    assert all(one.row["reason"] in ("malformed", "empty") for one in found if isinstance(one, Rejected))


def test_ten_thousand_records_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.warc"
    archive = Archive(path)
    for number in range(10_000):
        archive.add(f"{PAGE}{number}".encode() + b" " * 2_000)
    archive.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(isinstance(one, Document) for one in rows(path)) == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB; the file has 26 MB


def record(block: bytes, address: str | None = "https://example.org/1", length: int | str | None = None) -> bytes:
    """A response as bytes, which may say what it is not."""
    target = f"WARC-Target-URI: {address}\r\n" if address is not None else ""
    length = len(block) if length is None else length
    headers = f"WARC/1.0\r\nWARC-Type: response\r\n{target}Content-Length: {length}\r\n\r\n"
    return headers.encode() + block + b"\r\n\r\n"


def answer(body: bytes = PAGE.encode(), *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/html", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


NO_ADDRESSES = [None, "", "javascript://h/%0aalert(1)", "data://h/x", "file://h/etc/x", "ftp://h/a", "//h/a", "HTTP:/a"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_a_record_whose_address_is_none_of_the_web_is_a_reject(tmp_path: Path, address: str | None) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(record(answer(), address) + record(answer(), "HTTPS://example.org/2"))
    refusal, page = rows(path)
    assert isinstance(refusal, Rejected)
    assert (refusal.row["url"], refusal.row["reason"] in ("refused", "malformed")) == (
        f"{path.as_uri()}:record 1",
        True,
    )
    assert page.row["url"] == "https://example.org/2"


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (answer(PAGE.encode(), 'Content-Disposition: filename="خبر.html"'), None),
        (answer(PAGE.encode(), "X: " + "a" * 5_000_000), "too_large"),
        (answer(PAGE.encode(), *["X: a"] * 100_000), "too_large"),
        (answer(PAGE.encode(), "X: a", *[" b"] * 100_000), "too_large"),
        (answer(gzip.compress(bytes(100_000_000)), "Content-Encoding: gzip"), "too_large"),
        (answer(gzip.compress(PAGE.encode()), "Content-Encoding: gzip"), None),
        (answer(PAGE.encode(), "Content-Encoding: gzip"), None),
        (answer(b"7fffffff\r\n" + b"x" * 1_000_000, "Transfer-Encoding: chunked"), "too_large"),
        (answer(b"1\r\nx\r\n" * 1_100 + b"0\r\n\r\n", "Transfer-Encoding: chunked"), None),
        (b"", "empty"),
        (b"\x00" * 1_000, "malformed"),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "malformed"),
    ],
    # Not by their bytes: they are long, and gzip's hold the time.
    ids=[
        *("arabic-name", "long-line", "many-lines", "folded", "bomb", "gzip", "no-gzip", "long-chunk", "chunks"),
        *("empty", "zeros", "other"),
    ],
)
def test_a_fault_of_one_record_costs_that_record(tmp_path: Path, block: bytes, reason: str | None) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(record(block) + record(answer(), "https://example.org/2"))
    odd, page = rows(path)
    assert odd.row.get("reason") == reason
    assert page.row["url"] == "https://example.org/2"


@pytest.mark.parametrize("length", [10**15, -5, "9" * 5_000, "x"])
def test_a_record_that_lies_about_its_length_is_not_passed_over(tmp_path: Path, length: int | str) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(record(answer()) + record(answer(), "https://example.org/2", length))
    first, *others = rows(path)
    assert isinstance(first, Document)
    assert "malformed" in [one.row.get("reason") for one in others]


def damaged(path: Path, number: int, change: Callable[[bytes], bytes], count: int = 4) -> list[Document | Rejected]:
    """The rows of an archive of pages, one record of which was changed."""
    pieces = []
    for each in range(count):
        single = path.with_name(f"{each}-{path.name}")
        archive = Archive(single)
        archive.count = each
        archive.add(PAGE.encode())
        archive.close()
        pieces.append(change(single.read_bytes()) if each == number else single.read_bytes())
        single.unlink()
    path.write_bytes(b"".join(pieces))
    return list(rows(path))


def kept(found: list[Document | Rejected]) -> list[str]:
    return [row.row["url"][-1] for row in found if isinstance(row, Document)]


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.replace(b"WARC/1.0", b"\xd8\xa7RC/1.0"),
        lambda record: b"\0" * 30 + record[30:],
        lambda record: record[30:],
        lambda record: record[:-40],
        lambda record: b"",
        lambda record: record[: len(record) // 2],
        lambda record: record[: len(record) // 2] + b"\xff" * 9 + record[len(record) // 2 :],
        lambda record: record + b"garbage between records\r\n" * 3,
    ],
)
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_fault_of_a_record_costs_no_other(path: Path, number: int, change: Callable[[bytes], bytes]) -> None:
    found = damaged(path, number, change)
    others = [str(each) for each in range(4) if each != number]
    assert [name for name in kept(found) if name != str(number)] == others


@pytest.mark.parametrize("length", [b"1", b"40", b"99999", b"-5", b"x", b"9" * 30, b"", b"600"])
def test_a_wrong_length_costs_no_other_record(tmp_path: Path, length: bytes) -> None:
    def changed(record: bytes) -> bytes:
        return re.sub(rb"(Content-Length: )\d+(\r\n\r\nHTTP)", rb"\g<1>" + length + rb"\2", record, count=1)

    found = damaged(tmp_path / "news.warc", 1, changed)
    assert [name for name in kept(found) if name != "1"] == ["0", "2", "3"]
    assert all(b"WARC" not in row.row["payload"] for row in found if isinstance(row, Document))


@pytest.mark.parametrize(
    "header",
    [
        'Content-Disposition: inline; filename="خبر.html"',
        "Set-Cookie: name=قيمة",
        "X: \udcff\udcfe",
        "no colon",
        ": no name",
        "X-Long: " + "x" * 9_000,
        "Content-Type: text/html; charset=\udce9",
        "Content-Encoding: identity, utf-8",
    ],
)
def test_an_odd_header_costs_no_record(tmp_path: Path, header: str) -> None:
    line = header.encode("utf-8", "surrogateescape") + b"\r\n"

    def changed(record: bytes) -> bytes:
        size = int(re.findall(rb"Content-Length: (\d+)\r\n\r\nHTTP", record)[0]) + len(line)
        longer = re.sub(rb"(Content-Length: )\d+(\r\n\r\nHTTP)", rb"\g<1>%d\2" % size, record)
        return longer.replace(b'ETag: "e1"\r\n', line)

    assert kept(damaged(tmp_path / "news.warc", 1, changed)) == ["0", "1", "2", "3"]


def test_an_archive_that_is_packed_as_a_whole_is_read(tmp_path: Path) -> None:
    damaged(tmp_path / "news.warc", 9, bytes)
    packed = tmp_path / "whole.warc.gz"
    packed.write_bytes(gzip.compress((tmp_path / "news.warc").read_bytes()))
    assert kept(list(rows(packed))) == ["0", "1", "2", "3"]
