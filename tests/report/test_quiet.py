"""Days on which an outlet brought too few articles, in the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from nabra.flows.cli.views import open_views
from nabra.tasks.report.page import page
from nabra.tasks.report.report import Report, ask_report
from nabra.tasks.report.scope import Scope
from nabra.tasks.warehouse.layout import Batch
from tests.flows.small_warehouse import small_warehouse, write
from tests.report.conftest import edition

FEW = {"source": "port", "articles": 3, "expected": 31.4, "least": 18, "quiet_days": 1, "named": 30, "fetched": 30}
LOST = {"source": "town", "articles": 40, "lost": 12}


def told(folder: Path, *rows: dict[str, object]) -> Report:
    store = small_warehouse(folder)
    write(store, Batch("2026-04-12", "coverage"), "coverage", *(row | {"day": "2026-04-12"} for row in rows))
    with open_views(store) as views:
        return ask_report(views, Scope(), lambda step: None)


def test_quiet_days_and_losses_are_shown_with_where_the_articles_went(tmp_path: Path) -> None:
    report = told(tmp_path, FEW, LOST, {"source": "barq", "articles": 9, "expected": 8.0, "least": 2})
    few, lost = report.overview.quiet
    assert (few["outlet"], few["day"], few["articles"], few["least"]) == ("port", date(2026, 4, 12), 3, 18)
    assert (lost["outlet"], lost["lost"], lost["expected"]) == ("town", 12, None)
    html = page(report, edition("en"))
    assert "Days with too few articles" in html
    assert '<td class="n">31</td>' in html


def test_without_quiet_days_the_report_says_so(tmp_path: Path) -> None:
    assert "There are none, or the outlets have not been watched" in page(
        told(tmp_path, {"source": "b"}), edition("en")
    )
