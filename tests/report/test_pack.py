from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import load_settings
from nabra.flows.cli.views import open_views
from nabra.tasks.report.pack import contents
from nabra.tasks.report.scope import Scope, choose
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, small_warehouse, span, write

WIDE = "😀 قال سالم إن «الماء 😀 للجميع» أمس"


def units(text: str, start: int, end: int) -> str:
    """`text.slice(start, end)` as JavaScript has it."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def packed(store: Store, *, pages: bool = True) -> dict[str, Any]:
    with open_views(store) as views:
        choose(views, Scope())
        return contents(views, pages=pages)


def test_offsets_count_as_those_of_javascript_do(tmp_path: Path) -> None:
    store = Store.open(load_settings(warehouse=str(tmp_path)).store)
    batch, words = Batch("2026-06-01", "one"), "الماء 😀 للجميع"
    write(store, batch, "raw", {"doc_id": DOC})
    write(store, batch, "clean", {"doc_id": DOC, "text": WIDE, "story": DOC})
    write(store, batch, "quotes", {"doc_id": DOC, "part": "text", "kind": "direct"} | span(words, WIDE))
    found = packed(store)
    (article,), (quote,) = found["articles"], found["quotes"]
    assert units(article[5], quote[2], quote[3]) == words


def test_marks_lie_in_the_texts(tmp_path: Path) -> None:
    found = packed(small_warehouse(tmp_path))
    texts = {number: article[5] for number, article in enumerate(found["articles"])}
    (quote,), (stance,) = found["quotes"], found["stances"]
    assert units(texts[quote[0]], quote[2], quote[3]) == "الماء للجميع"
    assert units(texts[stance[0]], stance[2], stance[3]) == "انتقدت الرابطة الاتفاق"
    assert (stance[4], stance[6:10]) == (0, ["الرابطة", "الرابطة", "الاتفاق", "الاتفاق"])
    tones = [units(texts[quote[0]], tone[1], tone[2]) for article in found["articles"] for tone in article[6]]
    assert tones == ["قال بن غدير إن «الماء للجميع».", "انتقدت الرابطة الاتفاق."]


@pytest.mark.parametrize("pages", [True, False])
def test_words_stand_in_the_article_or_beside_the_mark(tmp_path: Path, pages: bool) -> None:
    found = packed(small_warehouse(tmp_path), pages=pages)
    assert (found["quotes"][0][7] is None, found["articles"][0][5] is None) == (pages, not pages)
