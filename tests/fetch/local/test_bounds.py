"""Hostile local input, whatever its size: it ends soon and in little memory, and what is beside it is read."""

from __future__ import annotations

import gzip
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.fetch.outcomes import Document, Rejected
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import fetched
from tests.fetch.local.test_warc import Archive

SETTINGS = load_settings().fetch
# Reads what it is given and prints the reasons of refusals, and the most memory it had, in MB.
READ = """
import re, sys
from pathlib import Path
from nabra.config.settings import load_settings
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Rejected
from nabra.tasks.fetch.targets import Target
if __name__ == "__main__":
    events = fetch_documents([Target(sys.argv[1], "cli")], load_settings().fetch)
    print(*{event.row["reason"] for event in events if isinstance(event, Rejected)})
    print(int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""
SPARSE_BYTES = 640 << 20  # far more than the memory that is allowed


def reasons(path: Path) -> list[str]:
    """What becomes of each document: its reason, or `taken`."""
    return [str(event.row.get("reason", "taken")) for event in fetched(SETTINGS, Target(str(path), "cli"))]


@pytest.mark.parametrize("suffix", [".txt", ".html", ".csv", ".jsonl", ".xml", ".warc", ".warc.gz"])
def test_a_pipe_a_socket_and_a_device_are_refused_and_not_waited_for(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"link{suffix}").symlink_to(tmp_path / f"pipe{suffix}")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / f"socket{suffix}"))
        (tmp_path / "z.txt").write_text("نص", encoding="utf-8")
        *refusals, good = fetched(SETTINGS, Target(str(tmp_path), "cli"))
    assert isinstance(good, Document)
    assert [row.row["detail"] for row in refusals if row.row["reason"] == "refused"] == [
        "a named pipe, not a file",
        "a named pipe, not a file",
        "a socket, not a file",
    ]
    (tmp_path / f"device{suffix}").symlink_to("/dev/zero")
    assert reasons(tmp_path / f"device{suffix}") == reasons(tmp_path / f"pipe{suffix}") == ["refused"]


@pytest.mark.parametrize(
    ("name", "start", "reason"),
    [
        ("a.csv", b"", "too_large"),
        ("a.csv", b"id,text\n1,abc\n", "too_large"),
        ("a.csv", b'id,text\n1,"abc', "too_large"),
        ("a.jsonl", b"", "too_large"),
        ("a.txt", b"", "too_large"),
        ("a.xml", b"<rss>", "too_large"),
        ("a.warc", b"", "malformed"),
        ("a.warc", b"WARC/1.0\r\nX: ", "too_large"),
        ("a.warc.gz", b"", "malformed"),
    ],
)
def test_a_large_file_of_nothing_costs_no_memory(tmp_path: Path, name: str, start: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(start)
    os.truncate(path, SPARSE_BYTES)
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    found, megabytes = done.stdout.splitlines()
    assert found == reason
    assert int(megabytes) < 400


@pytest.mark.parametrize(
    ("name", "line"), [("a.jsonl", b"\n"), ("a.jsonl", b"[{}]\n"), ("a.csv", b"\n"), ("a.csv", b",x\n")]
)
def test_a_file_of_lines_that_are_no_rows_is_left_and_told_once(tmp_path: Path, name: str, line: bytes) -> None:
    (tmp_path / name).write_bytes((b"id,text\n" if name == "a.csv" else b"") + line * 1_000_000)
    last = fetched(SETTINGS, Target(str(tmp_path), "cli"))[-1]
    assert (last.row["reason"], last.row["url"]) == ("malformed", (tmp_path / name).as_uri())
    assert "see fetch.max_bad_records; the rest is left" in last.row["detail"]


def test_packed_nothing_ends_soon(tmp_path: Path) -> None:
    (tmp_path / "members.warc.gz").write_bytes(gzip.compress(b"") * 1_000_000)
    (tmp_path / "zeros.warc.gz").write_bytes(gzip.compress(bytes(50_000_000)))
    assert reasons(tmp_path) == ["too_large", "too_large"]


def test_many_rows_and_records_are_bounded_by_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(f'{{"id": {n}, "text": "نص"}}\n' for n in range(9)), encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,text\n" + "".join(f"{n},نص\n" for n in range(9)), encoding="utf-8")
    archive = Archive(tmp_path / "c.warc")
    for _ in range(9):
        archive.add(b"GIF89a", "image/gif")
    archive.close()
    events = fetched(SETTINGS.model_copy(update={"max_records": 5}), Target(str(tmp_path), "cli"))
    refusals = [event.row for event in events if isinstance(event, Rejected)]
    assert len(events) - len(refusals) == 10
    assert [row["reason"] for row in refusals] == ["too_large"] * 3
    assert all("fetch.max_records" in row["detail"] for row in refusals)


def test_an_archive_or_feed_with_spoiled_bytes_costs_nothing_else(tmp_path: Path) -> None:
    draw = random.Random(7)
    whole = Archive(tmp_path / "a.warc")
    for _ in range(4):
        whole.add("<p>خبر من الواحة</p>".encode())
    whole.close()
    feed = b"<rss version='2.0'><channel><item><title>&#1582;</title><link>z.html</link></item></channel></rss>"
    for name, content in (("a.warc", (tmp_path / "a.warc").read_bytes()), ("f.xml", feed)):
        for number in range(150):
            spoiled = bytearray(content)
            for _ in range(draw.randrange(1, 6)):
                spoiled[draw.randrange(len(spoiled))] = draw.randrange(256)
            (tmp_path / f"{number}{name}").write_bytes(spoiled)
    (tmp_path / "bad.xml").write_text("<rss version='2.0'><channel><title>&#1114112;</title></channel></rss>")
    (tmp_path / "z.txt").write_text("نص", encoding="utf-8")
    last = fetched(SETTINGS.model_copy(update={"max_pages": 1}), Target(str(tmp_path), "cli"))
    assert (tmp_path / "z.txt").as_uri() in [event.row["url"] for event in last if isinstance(event, Document)]
    bad = next(event.row for event in last if event.row["url"] == (tmp_path / "bad.xml").as_uri())
    assert bad["reason"] == "empty"
