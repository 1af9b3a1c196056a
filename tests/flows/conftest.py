from pathlib import Path

import pytest

from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import small_warehouse
from tests.runs import DONE, Trial, make_trial, write_articles


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder of invented articles, four batches of them."""
    return str(write_articles(tmp_path_factory.mktemp("articles") / "in", 30, pages=2))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, articles: str) -> Trial:
    """What one run makes of the articles."""
    trial = make_trial(tmp_path_factory.mktemp("undisturbed"), articles)
    assert trial.run.finish() == DONE, trial.said()
    assert len(trial.store.batches("stances")) == 4
    return trial


@pytest.fixture
def trial(tmp_path: Path, articles: str) -> Trial:
    """A warehouse that is not there yet."""
    return make_trial(tmp_path, articles)
