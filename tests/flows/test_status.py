import io
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nabra.flows.cli.figures import Figures
from nabra.flows.cli.status import describe_warehouse
from nabra.flows.cli.views import open_views, run_query
from nabra.flows.terminal.bidi import put
from nabra.flows.terminal.tables import readable_bytes
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import StoreError
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.folder import Folder
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.lease import hold
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded
from tests.flows.small_warehouse import DOC, OTHER, TITLE, path_of, write


def lines(store: Store) -> list[list[str]]:
    stream = io.StringIO()
    put(describe_warehouse(store), stream)
    return [line.split() for line in stream.getvalue().splitlines()]


def test_status_counts_files_and_rows_and_names_the_last_day(store: Store) -> None:
    rows = {line[0]: line for line in lines(store) if line}
    assert rows["raw"][1:3] == ["2", "3"]
    assert rows["raw"][-1] == "2026-04-13"
    assert rows["sentences"][1:3] == ["1", "3"]
    assert rows["sentences"][-1] == "2026-04-12"
    assert rows["rejects"][1:3] == ["1", "1"]


def test_status_counts_a_batch_as_pending_until_all_its_datasets_are_there(store: Store) -> None:
    assert ["parse", "1", "1"] in lines(store)
    assert ["clean", "2", "0"] in lines(store)
    assert ["stance", "1", "1"] in lines(store)
    path_of(store, "entities", Batch("2026-04-12", "one")).unlink()
    assert ["parse", "0", "2"] in lines(store)


def test_status_counts_a_story_once_however_many_articles_tell_it(store: Store) -> None:
    assert ["2", "stories", "in", "2", "articles"] in lines(store)
    write(store, Batch("2026-04-14", "three"), "clean", {"doc_id": "copy", "text": "نص", "story": OTHER})
    assert ["2", "stories", "in", "3", "articles"] in lines(store)


def test_status_and_sql_count_the_same_stories_where_articles_were_edited(store: Store) -> None:
    edited = {"doc_id": DOC, "version": 2, "story": OTHER}
    for name, dataset in DATASETS.items():
        known = {column.name for column in dataset.columns}
        rows = [{key: edited[key] for key in edited.keys() & known}] if name in ("raw", "clean") else []
        write(store, Batch("2026-04-14", "three"), name, *rows)
    assert superseded(store, tuple(STAGES.values())) == {(DOC, 1)}
    with open_views(store) as views:
        told = run_query(views, "select count(*) as stories, sum(articles)::int as articles from stories").to_pylist()
    assert Figures(store).stories() == (told[0]["stories"], told[0]["articles"]) == (1, 2)


def test_status_counts_articles_without_a_date_by_source(store: Store) -> None:
    dated = {"doc_id": "dated", "text": "نص", "source": "port", "published_at": datetime(2026, 4, 12, tzinfo=UTC)}
    undated = [{"doc_id": name, "text": "نص", "source": "port"} for name in ("one", "two")]
    write(store, Batch("2026-04-14", "three"), "clean", dated, *undated)
    shown = lines(store)
    assert ["source", "without", "a", "date", "of", "articles"] in shown
    assert ["port", "2", "3"] in shown


def test_status_tells_rejects_by_reason_and_the_newest_article(store: Store) -> None:
    shown = lines(store)
    assert ["clean", "wrong_language", "1"] in [line[:3] for line in shown]
    assert ["Newest", "article:", "2026-04-12", "06:00", "UTC,", DOC] in shown
    assert TITLE.split() in shown


def test_status_of_an_empty_warehouse_says_how_to_fill_it(tmp_path: Path) -> None:
    shown = lines(Store(Files(Folder(), str(tmp_path / "none"))))
    assert shown[0][:1] == ["Nothing"]
    assert shown[0][-2:] == ["nabra", "run"]


def test_status_says_who_works_on_the_warehouse_and_since_when(store: Store, tmp_path: Path) -> None:
    for warehouse in (store, Store(Files(Folder(), str(tmp_path / "new")))):
        assert not any(line[:2] == ["At", "work"] for line in lines(warehouse))
        with hold(warehouse.files, "hourly"):
            (told,) = (line for line in lines(warehouse) if line[:2] == ["At", "work"])
        assert told[5:] == ["UTC:", "run", "hourly,", "process", str(os.getpid()), "on", socket.gethostname()]
        assert not any(line[:2] == ["At", "work"] for line in lines(warehouse))


def test_status_names_a_damaged_file(store: Store) -> None:
    path_of(store, "quotes", Batch("2026-04-12", "one")).write_bytes(b"no parquet")
    with pytest.raises(StoreError, match=r"quotes.*one\.parquet.*damaged"):
        describe_warehouse(store)


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (41_500_000, "41.5 MB")])
def test_sizes_are_readable(size: int, text: str) -> None:
    assert readable_bytes(size) == text
