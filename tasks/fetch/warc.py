"""WARC archives (ISO 28500), as crawlers keep them: read as a stream, one record in memory at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from tasks.errors import DocumentError
from tasks.fetch.dates import parse_time
from tasks.fetch.fetched import Found, Payload, Refused, refused
from tasks.fetch.identity import canonical_url, document_id, has_credentials

log = logging.getLogger(__name__)

PAGES: Final = ("text/html", "application/xhtml+xml", "text/plain")


def find_records(path: Path, source: str, max_payload_bytes: int) -> Iterator[Found | Refused]:
    """The pages among the responses of a .warc or .warc.gz file, in its order; other responses are passed over.

    A `revisit` says that a page had not changed since an earlier record, which has it. An answer with an error status
    is a refusal, and so is the rest of a file that cannot be read on.
    """
    with path.open("rb") as file:
        records = ArchiveIterator(file, arc2warc=False)
        try:
            for record in records:
                if record.rec_type == "response" and record.http_headers:
                    yield from _page(record, source, max_payload_bytes)
                elif record.rec_type == "revisit":
                    log.info(
                        "%s has not changed since an earlier record", _header(record.rec_headers, "WARC-Target-URI")
                    )
        except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
            where = f"{path.as_uri()}:byte {records.get_record_offset()}"
            yield refused(where, source, "malformed", f"the archive cannot be read on from here: {error}")


def _page(record: Any, source: str, max_payload_bytes: int) -> Iterator[Found | Refused]:
    url = _header(record.rec_headers, "WARC-Target-URI").strip("<>")
    try:
        if has_credentials(url):
            raise DocumentError("refused", "the address holds a user name or password")
        canonical = canonical_url(url)
    except ValueError as error:
        yield refused(url, source, "malformed", f"no address: {error}")
        return
    except DocumentError as error:
        yield refused(url, source, error.reason, error.detail)
        return
    answer = httpx.Headers([(name, value) for name, value in record.http_headers.headers])
    media_type = answer.get("content-type", "").partition(";")[0].strip().lower()
    status = record.http_headers.get_statuscode()
    if media_type and media_type not in PAGES:
        return
    found = Found(document_id(canonical), canonical, source, load=lambda: _payload(record, answer, max_payload_bytes))
    if status != str(httpx.codes.OK.value):
        if not status.startswith("3"):
            yield found.refused("http_error", f"status {status}")
        return
    yield found


def _payload(record: Any, answer: httpx.Headers, max_payload_bytes: int) -> Payload:
    content = record.content_stream().read(max_payload_bytes + 1)
    if len(content) > max_payload_bytes:
        raise DocumentError("too_large", f"more than {max_payload_bytes} bytes")
    if not content.strip():
        raise DocumentError("empty", "the record has no content")
    return Payload(
        content,
        answer.get("content-type", "").partition(";")[0].strip().lower() or None,
        httpx.Response(httpx.codes.OK, headers=answer).charset_encoding,
        httpx.codes.OK.value,
        answer.get("etag"),
        answer.get("last-modified"),
        parse_time(_header(record.rec_headers, "WARC-Date")),
    )


def _header(headers: Any, name: str) -> str:
    return str(headers.get_header(name) or "")
