"""Files on a local folder and on a real S3 server: whole or absent, whatever the storage does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nabra.config.settings import StoreSettings
from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.store import Store
from tests.faulty_proxy import FaultyProxy, faulty_proxy


@pytest.fixture
def any_files(any_store: Store) -> Files:
    return any_store.files


def test_writing_leaves_no_temporary_file(tmp_path: Path) -> None:
    files = Files.open(StoreSettings(warehouse=str(tmp_path), s3_endpoint="", s3_region=""))
    files.write("raw/one", b"content")
    assert list((tmp_path / "_tmp").iterdir()) == []


def test_a_warehouse_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    files = Files.open(StoreSettings(warehouse=str(blocker / "w"), s3_endpoint="", s3_region=""))
    with pytest.raises(StoreError, match=r"cannot be written.*--warehouse"):
        files.prepare()


@pytest.fixture
def proxy(s3_server: str) -> Iterator[FaultyProxy]:
    with faulty_proxy(s3_server, share=0.0) as proxy:
        yield proxy


def behind(proxy: FaultyProxy, name: str) -> Files:
    settings = StoreSettings(warehouse=f"s3://news/{name}", s3_endpoint=proxy.address, s3_region="us-east-1")
    return Files.open(settings)


def test_an_object_is_put_in_one_request(proxy: FaultyProxy, tmp_path: Path) -> None:
    behind(proxy, tmp_path.name).write("_small", b"content")
    assert proxy.requests == {"PUT": 1}


def test_a_store_that_fails_now_and_then_is_tried_again(proxy: FaultyProxy, tmp_path: Path) -> None:
    files, proxy.share = behind(proxy, tmp_path.name), 0.2
    for number in range(20):
        files.write(f"_notes/{number}", b"content")
    assert proxy.faults.total() > 0
    proxy.share = 0.0
    assert len(files.read_all("_notes")) == 20


def test_a_store_that_fails_on_and_on_is_an_error_and_leaves_whole_objects(
    proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nabra.tasks.warehouse.bucket.S3_ATTEMPTS", 1)
    files, proxy.share = behind(proxy, tmp_path.name), 0.5
    contents, refused = [bytes([number]) * 5000 for number in range(30)], []
    for content in contents:
        try:
            files.write("_notes/one", content)
        except StoreError as error:
            refused.append(str(error))
    assert 0 < len(refused) < len(contents)
    assert all("_notes/one cannot be written" in text for text in refused)
    proxy.share = 0.0
    assert files.read_all("_notes")["_notes/one"] in contents


def test_a_file_that_another_process_removes_at_the_same_time_is_removed(any_files: Files) -> None:
    names = [f"_notes/{number}" for number in range(60)]
    for name in names:
        any_files.write(name, b"")
    started = threading.Barrier(3)

    def remove_all(_: int) -> None:
        started.wait()
        for name in names:
            any_files.remove(name)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(remove_all, range(3)))
    assert not any_files.read_all("_notes")
