"""A run with several workers: the rows of one with one, whoever dies meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.flows.parameters import Location, RunParameters
from nabra.flows.pipeline import open_run, prepare_run
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.resources import Resources
from nabra.tasks.warehouse.layout import AT_WORK
from nabra.tasks.warehouse.store import Store
from tests.in_process import InThisProcess, cleaner_of, stand_ins
from tests.runs import write_articles
from tests.side_by_side import work_side_by_side
from tests.workplace import all_rows

# Copies lie in other batches than their originals.
ARTICLES = 40


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_articles(tmp_path_factory.mktemp("articles") / "in", ARTICLES, pages=4))


@pytest.fixture
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Resources, "workers", property(lambda tools: InThisProcess(stand_ins(tools.settings))))
    cleaners = property(lambda tools: InThisProcess(cleaner_of(tools.settings.clean)))
    monkeypatch.setattr(Resources, "cleaners", cleaners)


def location(folder: Path, more: str = "") -> Location:
    config = folder / "settings.toml"
    config.write_text(f"[run]\nbatch_articles = 4\n{more}", encoding="utf-8")
    return Location(warehouse=str(folder / "w"), config=str(config))


def store_of(place: Location, folder: Path) -> Store:
    return prepare_run(RunParameters(inputs=("x",)), place).store


@pytest.mark.usefixtures("_stand_ins")
@pytest.mark.parametrize("workers", [2, 3])
def test_the_rows_are_those_of_one_worker(articles: str, tmp_path: Path, workers: int) -> None:
    rows = {}
    for number in (1, workers):
        folder = tmp_path / str(number)
        folder.mkdir()
        prepared = prepare_run(RunParameters(inputs=(articles,)), location(folder))
        with open_run(prepared, "none") as run:
            run.fetch()
            groups = work_side_by_side(run, number) if number > 1 else run.work() or []
            summary = run.summary().without_failures()
        rows[number] = (
            all_rows(prepared.store),
            [(c.stage, c.documents_in, c.documents_out, c.known) for c in summary.counts],
        )
        assert len(groups) >= (workers if number > 1 else 0)
    assert rows[1] == rows[workers]
    assert all(rows[1][0].values())
    assert prepared.store.files.read(AT_WORK) == b"null"
    assert failures(prepared.store) == []
