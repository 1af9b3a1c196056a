from datetime import UTC, datetime

import pytest

from nabra.tasks.clean.headline import find_headline
from nabra.tasks.clean.page import Page
from nabra.tasks.clean.published import Published, find_published

NOW = datetime(2024, 6, 20, 12, tzinfo=UTC)
JSON_LD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-05-01T09:00:00+03:00"}</script>'
)
META = '<meta property="article:published_time" content="2024-05-02T09:00:00Z">'
MARKED = '<span itemprop="datePublished" content="2024-05-03T09:00:00Z"></span>'
TIME = '<time datetime="2024-05-04T09:00:00Z"></time>'
LINE = '<div class="news-date">5 أيار 2024 - 09:00</div>'
STATE = '<script>window.state = {"publishedAt": "2024-05-06T09:00:00Z"}</script>'
BODY = "<p>أعلنت بلدية الميناء يوم الأحد افتتاح الرصيف الثالث بعد أعمال استمرت عامين في أطراف المدينة القديمة.</p>" * 3


def published(head: str, *parts: str, zone: str = "UTC") -> Published | None:
    page = Page(
        f"<html><head>{head}</head><body><h1>افتتاح الرصيف الثالث</h1>{''.join(parts)}{BODY}</body></html>", "u"
    )
    return find_published(page, find_headline(page)[1], NOW, zone)


@pytest.mark.parametrize(
    ("parts", "source", "number"),
    [
        ((JSON_LD + META, MARKED, TIME, LINE, STATE), "json-ld", 1),
        ((META, MARKED, TIME, LINE, STATE), "meta", 2),
        (("", MARKED, TIME, LINE, STATE), "meta", 3),
        (("", TIME, LINE, STATE), "time", 4),
        (("", LINE, STATE), "text", 5),
        (("", STATE), "script", 6),
    ],
)
def test_the_most_trusted_place_that_says_when_counts(parts: tuple[str, ...], source: str, number: int) -> None:
    found = published(*parts)
    assert found is not None
    assert (found.source, found.moment.at.day) == (source, number)


def test_a_page_that_does_not_say_when_has_no_time() -> None:
    assert published("") is None


def test_a_clock_without_a_zone_counts_in_that_of_the_source() -> None:
    found = published("", LINE, zone="Asia/Beirut")
    assert found is not None
    assert (found.moment.at, found.moment.zone) == (datetime(2024, 5, 5, 6, tzinfo=UTC), "Asia/Beirut")


def test_an_islamic_date_alone_is_flagged() -> None:
    found = published("", "<p>15 شعبان 1445 هـ</p>")
    assert found is not None
    assert (found.source, found.moment.at) == ("text-hijri", datetime(2024, 2, 25, tzinfo=UTC))


def test_what_cannot_be_true_is_passed_over() -> None:
    future = '<meta property="article:published_time" content="2031-05-02T09:00:00Z">'
    found = published(future, TIME)
    assert found is not None
    assert found.source == "time"


def test_a_day_in_a_box_with_the_whole_text_is_near_the_headline() -> None:
    found = published("", f"<div><div><i>5 أيار 2024</i><section>{BODY}</section></div></div>")
    assert found is not None
    assert found.moment.at == datetime(2024, 5, 5, tzinfo=UTC)


def test_the_day_above_the_headline_is_not_taken_where_one_stands_below() -> None:
    page = Page(
        f"<html><body><div>الخميس 20 حزيران 2024</div><h1>افتتاح الرصيف الثالث</h1>{LINE}{BODY}</body></html>", "u"
    )
    found = find_published(page, find_headline(page)[1], NOW, "UTC")
    assert found is not None
    assert found.moment.at.month == 5


@pytest.mark.parametrize(
    "other",
    [
        f'<div class="comment-list">{TIME}</div>',
        f'<ul><li>{TIME}<a href="/1">خبر آخر عن سوق الزهور في الحي الشرقي</a></li></ul>',
        f'<div class="related-posts">{TIME}</div>',
    ],
)
def test_the_times_of_comments_and_of_other_articles_do_not_count(other: str) -> None:
    assert published("", other) is None


def test_broken_json_ld_and_its_lists_of_other_articles_do_not_count() -> None:
    broken = '<script type="application/ld+json">{"datePublished": </script>'
    others = (
        '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", '
        '"datePublished": "2024-01-01"}]}</script>'
    )
    found = published(broken + others, LINE)
    assert found is not None
    assert found.source == "text"
