"""Fuzzer of inputs: files of every kind, spoiled, of which each must end as rows or a reject and none in a traceback.

    python -m bench.fuzz --count 3000 --seed 1

The same seed spoils the same files in the same way. What is found is kept in the folder that is named.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import logging
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from nabra.config.settings import load_settings
from nabra.tasks.clean.cleaner import Cleaner, load_cleaner
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Document, Fetched, LeftOut, Rejected, Seen
from nabra.tasks.fetch.targets import Target

Spoil = Callable[[bytes, random.Random], bytes]
NAMES: Final = ("الواحة", "الميناء", "السدرة", "النخيل")
PIECES: Final = (
    b"<", b">", b'"', b"&#55357;", b"&#1114112;", b"<![CDATA[", b"]]>", b"<!--", b"\x00", b"\xff\xfe", b"\r\n\r\n",
    b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"Content-Length: -1", b'\\"', b"NaN", b"{" * 2_000, b"<b>" * 400, b",,,,",
)  # fmt: skip


def text(number: int) -> str:
    """An article that the number decides."""
    name = NAMES[number % len(NAMES)]
    return f"قال وزير المياه يوم الأحد إن مشروع {name} رقم {number} سيبدأ خلال شهر، وأضاف «نعم» ثم مضى. " * 3


def page(number: int) -> bytes:
    """A page of an article."""
    head = f'<title>خبر {number}</title><meta property="og:site_name" content="الواحة">'
    return f"<html><head>{head}</head><body><article><p>{text(number)}</p></article></body></html>".encode()


def rows() -> list[dict[str, object]]:
    """Rows of a table."""
    return [{"id": n, "title": f"خبر {n}", "text": text(n), "published_at": "2024-05-12", "x": 1.5} for n in range(4)]


def table(delimiter: str) -> bytes:
    """Delimited rows."""
    lines = [delimiter.join(rows()[0])]
    lines += [delimiter.join(f'"{cell}"' for cell in row.values()) for row in rows()]
    return "\n".join(lines).encode()


def parquet() -> bytes:
    """The rows as Parquet."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows()), buffer)
    return buffer.getvalue()


def rss() -> bytes:
    """A feed whose pages lie beside it, or nowhere."""
    items = "".join(
        f"<item><title>خبر {n}</title><link>page{n}.html</link><pubDate>Sun, 12 May 2024 09:30:00 GMT</pubDate>"
        f"<description><![CDATA[<p>{text(n)}</p>]]></description></item>"
        for n in range(3)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def atom() -> bytes:
    """The same as Atom."""
    entries = "".join(
        f'<entry><title>خبر {n}</title><link href="page{n}.html"/><updated>2024-05-12T09:30:00Z</updated></entry>'
        for n in range(3)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def sitemap() -> bytes:
    """A sitemap of the same pages."""
    entries = "".join(f"<url><loc>page{n}.html</loc><lastmod>2024-05-12</lastmod></url>" for n in range(3))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


def archive(*, packed: bool) -> bytes:
    """Pages in a web archive."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=packed)
    for number in range(4):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        body = io.BytesIO(page(number))
        address = f"https://outlet.example/{number}"
        writer.write_record(writer.create_warc_record(address, "response", payload=body, http_headers=headers))
    return buffer.getvalue()


KINDS: Final[dict[str, bytes]] = {
    ".html": page(1),
    ".txt": text(1).encode(),
    ".csv": table(","),
    ".tsv": table("\t"),
    ".jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in rows()).encode(),
    ".json": json.dumps({"articles": rows()}, ensure_ascii=False, indent=1).encode(),
    ".parquet": parquet(),
    ".rss": rss(),
    ".atom": atom(),
    ".xml": sitemap(),
    ".warc": archive(packed=False),
    ".warc.gz": archive(packed=True),
}


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    spoiled = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def cut(content: bytes, chance: random.Random) -> bytes:
    """The end, the start or a part is missing."""
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return chance.choice((content[:first], content[first:], content[:first] + content[last:]))


def doubled(content: bytes, chance: random.Random) -> bytes:
    """A part is there some times."""
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:last] + content[first:last] * chance.randint(1, 4) + content[last:]


def spliced(content: bytes, chance: random.Random) -> bytes:
    """A part of another file, or of what acts in one, stands in it."""
    at = chance.randrange(len(content) + 1)
    other = chance.choice((*KINDS.values(), *PIECES, gzip.compress(content)))
    first, last = sorted(chance.randrange(len(other) + 1) for _ in range(2))
    return content[:at] + (other if other in PIECES else other[first:last]) + content[at:]


SPOILS: Final[tuple[Spoil, ...]] = (flipped, cut, doubled, spliced)


@dataclass
class Outcome:
    """What became of the files: how many of each kind, why documents were refused, and what must not be."""

    files: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unnamed: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def fuzz(folder: Path, count: int, seed: int) -> Outcome:
    """Spoil `count` files in `folder` and read them in one run; those with which something is amiss stay there."""
    settings = load_settings()
    outcome, cleaner = Outcome(), load_cleaner(settings.clean)
    for number in range(3):
        (folder / f"page{number}.html").write_bytes(page(number))
    # By the source it is seen which file an event is of.
    left = {path.name: path for path in _spoiled(folder, count, seed)}
    outcome.files.update(_kind(name) for name in left)
    try:
        for event in fetch_documents([Target(str(path), name) for name, path in left.items()], settings.fetch):
            if isinstance(event, Document | Rejected | Seen | LeftOut) and event.source in left:
                left.pop(event.source).unlink()
            _count(event, cleaner, outcome)
    except Exception:  # noqa: BLE001 - this is what is looked for
        outcome.faults.append(traceback.format_exc())
    outcome.faults += [f"{name}: neither a row nor a reject" for name in left]
    return outcome


def _kind(name: str) -> str:
    return name.partition(".")[2]


def _spoiled(folder: Path, count: int, seed: int) -> Iterator[Path]:
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        suffix = list(KINDS)[number % len(KINDS)]
        content = KINDS[suffix]
        for spoil in chance.sample(SPOILS, chance.randint(1, 2)):
            content = spoil(content, chance) if content else content
        path = folder / f"{number:05d}{suffix}"
        path.write_bytes(content)
        yield path


def _count(event: Fetched, cleaner: Cleaner, outcome: Outcome) -> None:
    if isinstance(event, Document):
        outcome.taken[_kind(event.source)] += 1
        _clean(event, cleaner, outcome)
    elif isinstance(event, Seen):  # a page that another feed has named before
        outcome.taken[_kind(event.source)] += 1
    elif isinstance(event, Rejected):
        _refuse(outcome, event.row["reason"], event.row["detail"])


def _clean(document: Document, cleaner: Cleaner, outcome: Outcome) -> None:
    try:
        cleaner.clean(document.row)
    except DocumentError as error:
        _refuse(outcome, error.reason, error.detail)


def _refuse(outcome: Outcome, reason: str, detail: str) -> None:
    outcome.refused[reason] += 1
    if reason == "failed":  # nothing is lost, but what is amiss could be named better
        outcome.unnamed[detail] += 1


def main() -> None:
    """Fuzz as the command line says, and print what became of the files; exit status 1 where something is amiss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keeps the files of what is amiss")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="nabra-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    outcome = fuzz(folder, given.count, given.seed)
    for kind, number in outcome.files.items():
        print(f"{kind:8} {number:6} files {outcome.taken[kind]:6} documents")
    print("refused:", ", ".join(f"{reason} {number}" for reason, number in outcome.refused.most_common()))
    for detail, number in outcome.unnamed.most_common():
        print(f"failed {number}: {detail}")
    for fault in outcome.faults:
        print(fault)
    print(f"{len(outcome.faults)} amiss; files in {folder}")
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()
