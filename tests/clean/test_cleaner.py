"""Cleaning in real processes, which hang, die, are killed, or take all memory."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from nabra.tasks.clean.cleaner import HTML_START, Cleaner, PageReader, cleaner_pool
from nabra.tasks.clean.selectors import Hints
from nabra.tasks.errors import DocumentError
from nabra.tasks.processes.pool import WorkerPool
from tests.clean.test_clean import document
from tests.clean.test_extract import FIRST, PAGE
from tests.in_process import shipped_cleaner

MEMORY_MIB = 128


def cleaner(hints: dict[str, Hints] | None = None, **settings: Any) -> Cleaner:
    shipped = shipped_cleaner()
    assert isinstance(shipped.extract, PageReader)
    pages = replace(shipped.extract, hints=hints or {})
    bounds = {"deadline_seconds": 100.0, "worker_memory_mib": MEMORY_MIB, "max_text_chars": 10_000_000}
    return replace(shipped, settings=shipped.settings.model_copy(update=bounds | settings), extract=pages)


def clean(pool: WorkerPool, page: str, **values: object) -> dict[str, Any]:
    return pool.submit(Cleaner.clean, document("a.html", page, **values))()


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with cleaner_pool(cleaner(), workers=1) as running:
        yield running


def test_a_process_killed_from_outside_costs_no_page(pool: WorkerPool) -> None:
    clean(pool, PAGE)
    long = PAGE.replace("</body>", "".join(f"<p>فقرة طويلة رقمها {number}</p>" for number in range(3000)) + "</body>")
    article = pool.submit(Cleaner.clean, document("a.html", long))
    time.sleep(0.1)
    for worker in multiprocessing.active_children():
        worker.kill()
    assert FIRST in article()["text"]


def test_a_process_killed_while_idle_costs_no_page(pool: WorkerPool) -> None:
    clean(pool, PAGE)
    for worker in multiprocessing.active_children():
        worker.kill()
    articles = [pool.submit(Cleaner.clean, document(f"{number}.html", PAGE)) for number in range(5)]
    assert all(FIRST in article()["text"] for article in articles)


def test_a_page_that_eats_memory_is_refused_with_its_reason_and_its_process_replaced(pool: WorkerPool) -> None:
    hungry = f"<html><body><p>{FIRST}</p>{'<i></i>' * 1_400_000}</body></html>"
    with pytest.raises(DocumentError, match=f"failed: cleaning took more than {MEMORY_MIB} MiB of memory"):
        clean(pool, hungry)
    assert FIRST in clean(pool, PAGE)["text"]


def test_a_page_over_its_deadline_is_a_timeout_and_its_process_is_killed() -> None:
    with cleaner_pool(cleaner(deadline_seconds=0.2), workers=1) as pool:
        endless = "<html><body>" + "".join(f"<p>فقرة من نص طويل رقمها {number}</p>" for number in range(100_000))
        with pytest.raises(DocumentError) as caught:
            clean(pool, endless)
        assert caught.value.reason == "timeout"


def test_the_hints_of_a_source_are_for_its_pages_alone() -> None:
    hints = {"port": Hints(drop=("article ul",), zone="Africa/Cairo")}
    page = PAGE.replace("T01:30:00+03:00", "T01:30:00")
    with cleaner_pool(cleaner(hints, min_text_chars=1), workers=1) as pool:
        of_port, of_other = (clean(pool, page, source=source) for source in ("port", "other"))
    assert "الرصيف الأول للصيد" not in of_port["text"]
    assert "الرصيف الأول للصيد" in of_other["text"]
    assert (of_port["published_zone"], of_other["published_zone"]) == ("Africa/Cairo", "UTC")


@pytest.mark.parametrize(
    ("start", "is_page"),
    [
        ("<html", True),
        (" <!-- a --> <!doctype html>", True),
        ("<?xml version='1.0'?>\n<!-- <body> --><head>", True),
        ("<!-- <html> -->", False),
        ("<!---->" * 60 + "x", False),
        ("<!--" * 50_000, False),
        ("<!---->" * 30_000, False),
    ],
    ids=["tag", "comment", "xml", "in_comment", "sixty", "open", "thousands"],
)
def test_a_page_shows_in_its_beginning_however_many_comments_stand_there(start: str, is_page: bool) -> None:
    assert bool(HTML_START.match(start)) == is_page
