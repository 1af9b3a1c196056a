"""The saved pages, read by the whole stage: charset, refusal, title, date, byline, address, words of the text."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nabra.tasks.clean.content import overlap
from tests.pages.build import built
from tests.pages.reading import SavedPage, read_page, saved_pages

SAVED = saved_pages()
ARTICLES = [page for page in SAVED if "no_article" not in page.expected]
MIN_F1 = 0.7  # of one page; the mean is held to more
MIN_MEAN_F1 = 0.95
DEVELOPED = [page for page in ARTICLES if not page.expected["held_out"]]
HELD_OUT = [page for page in ARTICLES if page.expected["held_out"]]


def name(page: SavedPage) -> str:
    return page.name


@pytest.mark.parametrize("page", SAVED, ids=name)
def test_the_charset_of_a_page_is_found(page: SavedPage) -> None:
    assert read_page(page)["charset"] == page.expected["charset"]


@pytest.mark.parametrize("page", [page for page in SAVED if page not in ARTICLES], ids=name)
def test_a_page_without_an_article_is_refused(page: SavedPage) -> None:
    assert read_page(page)["reason"] in ("no_article", "empty")


@pytest.mark.parametrize("page", ARTICLES, ids=name)
def test_a_page_gives_title_time_address_and_language(page: SavedPage) -> None:
    row, expected = read_page(page), page.expected
    assert "reason" not in row, row["detail"]
    assert row["title"] == expected["title"]
    assert row["canonical_url"] == expected["canonical_url"]
    assert row["language"] == expected["language"]
    assert row["published_at"].astimezone(UTC).date() in page.days


@pytest.mark.parametrize("page", DEVELOPED, ids=name)
def test_a_page_gives_its_time_to_the_minute_and_its_byline(page: SavedPage) -> None:
    row, expected = read_page(page), page.expected
    said = datetime.fromisoformat(expected["published_at"])
    wanted = said if said.tzinfo else said.replace(tzinfo=ZoneInfo("UTC"))
    assert row["published_at"] == wanted.replace(second=0 if row["published_at"].second == 0 else wanted.second)
    assert row["author"] == expected["author"]


@pytest.mark.parametrize("pages", [DEVELOPED, HELD_OUT], ids=["developed", "held-out"])
def test_the_words_of_the_text_are_found_and_little_else(pages: list[SavedPage]) -> None:
    scores = {page.name: overlap(read_page(page).get("text", ""), page.text) for page in pages}
    assert sum(scores.values()) / len(scores) >= MIN_MEAN_F1, scores


@pytest.mark.parametrize("page", DEVELOPED, ids=name)
def test_no_page_is_read_badly(page: SavedPage) -> None:
    assert overlap(read_page(page).get("text", ""), page.text) >= MIN_F1


def test_the_saved_pages_are_those_that_the_builder_makes() -> None:
    made = {name: (payload, expected) for name, payload, expected in built()}
    assert {page.name for page in SAVED} == made.keys()
    for page in SAVED:
        assert (page.payload, page.expected) == made[page.name], page.name
