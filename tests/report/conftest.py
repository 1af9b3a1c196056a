"""Reports of small warehouses, made once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from nabra.flows.cli.views import open_views
from nabra.tasks.report.page import Edition, page
from nabra.tasks.report.report import Report, ask_report
from nabra.tasks.report.scope import Scope
from tests.report.news_warehouse import news_warehouse

LISTED = {"un": "الأمم المتحدة", "arab_league": "جامعة الدول العربية"}


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("news")
    news_warehouse(folder)
    return folder


@pytest.fixture
def views(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    from nabra.config.settings import load_settings
    from nabra.tasks.warehouse.store import Store

    with open_views(Store.open(load_settings(warehouse=str(warehouse)).store)) as connection:
        yield connection


@pytest.fixture
def told(views: duckdb.DuckDBPyConnection) -> Callable[..., Report]:
    """The report of the articles that the filters choose."""
    return lambda **filters: ask_report(views, Scope(**filters), lambda step: None)


def edition(language: str = "ar") -> Edition:
    return Edition(language, LISTED, datetime(2026, 6, 2, tzinfo=UTC), "0.1.0")


@pytest.fixture
def html(told: Callable[..., Report]) -> Callable[[str], str]:
    """The page in a language."""
    return lambda language: page(told(), edition(language))
