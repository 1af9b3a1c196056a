"""WARC archives (ISO 28500), as crawlers keep them: read as a stream, one record in memory at a time."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx2
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader
from warcio.statusandheaders import StatusAndHeadersParser

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.identity import accepted_url, document_id, inert, shown
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.dates import read_date
from nabra.tasks.fetch.guard import guarded
from nabra.tasks.fetch.local.opening import open_file
from nabra.tasks.fetch.outcomes import Found, Rejected, rejected
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.web.unpack import EITHER_HEADER, GZIP_START, STEP_BYTES, Bounds, is_packed, read_bounded

log = logging.getLogger(__name__)
# It would say of each address with a space that it has one.
logging.getLogger("warcio").setLevel(logging.ERROR)

PAGES: Final = ("text/html", "application/xhtml+xml", "text/plain")
# Crawlers keep their questions to name servers, too.
NO_PAGES: Final = ("dns:", "whois:", "ntp:")
# Members of a .gz file that hold nothing, one after the other.
MAX_EMPTY_MEMBERS: Final = 1_000
# Of one record: its own, HTTP's, and what is empty before them; the library takes quadratic time for folded ones.
MAX_HEADER_LINES: Final = 1_000
# The first line of a record, or of a packed one.
RECORD_START: Final = re.compile(rb"(?P<plain>WARC/\d\.\d\r?\n)|(?P<packed>\x1f\x8b\x08)")
OVERLAP: Final = 32
# Headers that a record has no more than once.
ONCE: Final = frozenset({"warc-type", "warc-record-id", "warc-target-uri", "warc-date", "content-length"})
# What a record claims for itself of the next one, whose length is wrong.
SWALLOWED: Final = re.compile(rb"(?:\r\n\r\n)?WARC/\d\.\d\r\n(?=[\w-]+:)")


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]
    """The bytes of an archive, unpacked, that are no more than the settings allow.

    Between `begin_headers` and `end_headers` lines are those of one record's headers. Raises DocumentError `too_large`.
    """

    def __init__(self, file: BinaryIO, settings: FetchSettings) -> None:
        super().__init__(file)
        self._file = file
        self._bounds = Bounds(0, settings.max_unpack_ratio)
        self._max_header_bytes = settings.max_header_bytes
        self.begin_headers()

    def begin_headers(self) -> None:
        self._lines_left, self._bytes_left = MAX_HEADER_LINES, self._max_header_bytes
        self._members = 0
        self._in_headers = True

    def end_headers(self) -> None:
        self._in_headers = False

    def readline(self, length: int | None = None) -> bytes:
        if not self._in_headers:
            return bytes(super().readline(length))
        # Before reading: what was read of a record must have been counted by who reads it.
        if self._bytes_left <= 0:
            raise DocumentError(
                "too_large", f"headers of more than {self._max_header_bytes} bytes, see fetch.max_header_bytes"
            )
        if self._lines_left <= 0:
            raise DocumentError("too_large", f"headers of more than {MAX_HEADER_LINES} lines")
        line = bytes(super().readline(self._bytes_left if length is None else min(length, self._bytes_left)))
        self._bytes_left -= len(line)
        self._lines_left -= 1
        return line

    def read_next_member(self) -> bool:
        self._members += 1
        if self._members > MAX_EMPTY_MEMBERS:
            raise DocumentError("too_large", f"more than {MAX_EMPTY_MEMBERS} packed members without a record")
        return bool(super().read_next_member())

    def _process_read(self, data: bytes) -> None:
        super()._process_read(data)
        if self.decompressor:
            self._bounds.check_ratio(self._file.tell(), self.num_read)


class _Records(ArchiveIterator):  # type: ignore[misc]
    """The records of an archive. What the library would write to the terminal is left out."""

    INC_RECORD = ""

    def __init__(self, file: BinaryIO, settings: FetchSettings) -> None:
        # Headers of HTTP are read later: what is wrong in them costs their record only.
        super().__init__(file, no_record_parse=True)
        self.reader = _Reader(file, settings)
        self.begun = self.offset  # where the last record that was read begins

    def _raise_invalid_gzip_err(self) -> None:
        """Nothing is amiss: many pack an archive as a whole."""

    def __iter__(self) -> Iterator[Any]:
        while True:
            self.reader.begin_headers()
            before = self.record
            try:
                record = next(self.the_iter)
            except StopIteration:
                _refuse_short(before)
                return
            if self.err_count:
                raise DocumentError("malformed", "the record before is not as long as it says")
            self.reader.begin_headers()
            self.begun = self.offset
            _refuse_two_in_one(record)
            yield record


def _refuse_two_in_one(record: Any) -> None:
    """Of a record that breaks off in its headers the next would be taken for a part."""
    names = [name.lower() for name, _ in record.rec_headers.headers if name.lower() in ONCE]
    if len(names) > len(set(names)):
        raise DocumentError("malformed", "the record breaks off in its headers")


def _refuse_short(last: Any) -> None:
    missing = last.raw_stream.limit if last and isinstance(last.raw_stream, LimitReader) else 0
    if missing:
        raise DocumentError("malformed", f"the last record has {missing} bytes less than it says")


def find_records(path: Path, source: str, settings: FetchSettings) -> Iterator[Found | Rejected]:
    """The pages among the responses of a .warc or .warc.gz file, in its order; other responses are passed over.

    A `revisit` says that a page had not changed since an earlier record, which has it. An answer with an error status
    is a refusal. Where an archive cannot be read on, that is one, too, and the next record that can be found follows.
    """
    numbers = count(1)
    with open_file(path) as file:
        start: int | None = 0
        while start is not None:
            file.seek(start)
            records = _Records(file, settings)
            try:
                yield from _pages(records, numbers, path.as_uri(), source, settings)
                return
            except Exception as error:  # noqa: BLE001 - of a few spoiled bytes the library raises whatever comes
                broken = records.offset
                start = next_record(file, records.begun + 1, broken)
                yield _refusal(error, f"{path.as_uri()}:byte {broken}", source, start)


def _pages(
    records: _Records, numbers: Iterator[int], address: str, source: str, settings: FetchSettings
) -> Iterator[Found | Rejected]:
    for record in records:
        number = next(numbers)
        if number > settings.max_records:
            most = f"more than {settings.max_records} records, see fetch.max_records; the rest is left"
            yield rejected(address, source, "too_large", most)
            return
        where = f"{address}:record {number}"
        found = guarded(where, partial(_page, record, source, settings, records.reader))
        if isinstance(found, DocumentError):
            yield rejected(where, source, found.reason, found.detail)
        elif found:
            yield found


def _refusal(error: Exception, where: str, source: str, start: int | None) -> Rejected:
    rest = "the rest is left" if start is None else f"the next record is at byte {start}"
    if isinstance(error, DocumentError):
        return rejected(where, source, error.reason, f"{error.detail}; {rest}")
    said = shown(str(error) if isinstance(error, (ArchiveLoadFailed, OSError)) else repr(error))
    return rejected(where, source, "malformed", f"the archive cannot be read on from here: {said}; {rest}")


def next_record(file: BinaryIO, start: int, broken: int) -> int | None:
    """Where the next record of a damaged archive begins, looked for from `start`; the one at `broken` is none."""
    file.seek(start)
    overlap, position = b"", start
    while chunk := file.read(STEP_BYTES):
        window, base = overlap + chunk, position - len(overlap)
        for match in RECORD_START.finditer(window):
            at = base + match.start()
            if at != broken and (match.lastgroup == "plain" or _is_packed_record(file, at)):
                return at
        position += len(chunk)
        file.seek(position)
        overlap = window[-OVERLAP:]
    return None


def _is_packed_record(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    try:
        return zlib.decompressobj(EITHER_HEADER).decompress(file.read(OVERLAP * 16), OVERLAP).startswith(b"WARC/")
    except zlib.error:
        return False


def _page(record: Any, source: str, settings: FetchSettings, reader: _Reader) -> Found | Rejected | None:
    """The page of a record, or why it cannot be taken; None where the record is none."""
    address = _header(record.rec_headers, "WARC-Target-URI").strip().removeprefix("<").removesuffix(">")
    if record.rec_type == "revisit":
        log.info("%s has not changed since an earlier record", shown(address))
    if record.rec_type != "response" or address.lower().startswith(NO_PAGES):
        return None
    url = accepted_url(address, "its WARC-Target-URI")
    stream = record.raw_stream
    http = _http_headers(stream)
    reader.end_headers()
    answer = httpx2.Headers([(name, value) for name, value in http.headers], encoding="utf-8")
    media_type = answer.get("content-type", "").partition(";")[0].strip().lower()
    status = http.get_statuscode()
    if media_type and media_type not in PAGES:
        return None
    date = _header(record.rec_headers, "WARC-Date")
    found = Found(document_id(url), url, source, load=lambda: _payload(stream, answer, date, settings))
    if status == str(httpx2.codes.OK.value):
        return found
    return None if status.startswith("3") else found.rejected("http_error", f"status {inert(status)}")


def _http_headers(stream: Any) -> Any:
    try:
        headers = StatusAndHeadersParser([], verify=False).parse(stream)
    except EOFError as error:
        raise DocumentError("empty", "the record has no content") from error
    if not headers.protocol.upper().startswith("HTTP/"):
        raise DocumentError("malformed", f"the record holds no answer of HTTP but {shown(headers.protocol)}")
    return headers


def _payload(stream: Any, answer: httpx2.Headers, date: str, settings: FetchSettings) -> Payload:
    content = SWALLOWED.split(_content(stream, answer, settings), maxsplit=1)[0]
    if not content.strip():
        raise DocumentError("empty", "the record has no content")
    return Payload(
        content,
        answer.get("content-type", "").partition(";")[0].strip().lower() or None,
        httpx2.Response(httpx2.codes.OK, headers=answer).charset_encoding,
        httpx2.codes.OK.value,
        answer.get("etag"),
        answer.get("last-modified"),
        read_date(date).at,
    )


def _content(stream: Any, answer: httpx2.Headers, settings: FetchSettings) -> bytes:
    """The body, put together and unpacked: what a record says of its length is not believed."""
    if answer.get("transfer-encoding", "").strip().lower() == "chunked":
        # A chunk is read at once, whatever length it claims; the signs between chunks take little.
        stream = ChunkedDataReader(LimitReader(stream, 2 * settings.max_payload_bytes))
    bounds = Bounds(settings.max_payload_bytes, settings.max_unpack_ratio)
    content = read_bounded(iter(lambda: stream.read(STEP_BYTES), b""), packed=False, bounds=bounds)
    if not is_packed(answer.get("content-encoding")):
        return content
    try:
        return read_bounded([content], packed=True, bounds=bounds)
    except DocumentError as error:
        # Some crawlers keep what they have unpacked, and the header.
        if error.reason == "unreadable" and not content.startswith(GZIP_START):
            return content
        raise


def _header(headers: Any, name: str) -> str:
    return str(headers.get_header(name) or "")
