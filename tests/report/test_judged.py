"""Beside its counts a report tells how many of them are right, where a sample was judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nabra.flows.cli.views import open_views
from nabra.tasks.decisions.judgements import Judgement, draw, keep, new_draw
from nabra.tasks.report.page import page
from nabra.tasks.report.report import Report, ask_report
from nabra.tasks.report.scope import Scope
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import small_warehouse
from tests.report.conftest import edition


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


def judge(store: Store, **verdicts: list[bool]) -> None:
    for kind, verdict in verdicts.items():
        with open_views(store) as views:
            drawn = draw(views, kind, 50)
        pairs = zip(drawn, verdict, strict=True)
        keep(store, [Judgement(n, each, right, "سلمى") for n, (each, right) in enumerate(pairs)], new_draw())


def told(store: Store) -> Report:
    with open_views(store) as views:
        return ask_report(views, Scope(), lambda step: None)


def test_each_kind_that_was_judged_has_its_count_and_how_many_are_right(store: Store) -> None:
    judge(store, quotes=[True], stances=[False], sentiment=[True, True, True])
    found = {each.label: (each.count, each.right, each.estimate.judged) for each in told(store).judged}
    assert found == {"quotes": (1, (1, 1, 1), 1), "stances": (1, (0, 0, 0), 1), "tone": (3, (3, 3, 3), 3)}


def test_the_page_says_it_beside_the_counts_and_no_longer_that_nobody_has_checked(store: Store) -> None:
    assert "no person has checked it" in page(told(store), edition("en"))
    judge(store, quotes=[True])
    shown = page(told(store), edition("en"))
    overview = re.sub("<[^>]+>", "", shown.split('<section id="overview"')[1].split("</section>")[0])
    assert "Quotes: of 1 about 1 are right (1 to 1); precision 1.00 (1.00 to 1.00), 1 judged." in overview
    assert "no person has checked it" not in shown
