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
STATE = '<script>window.state = {"title": "افتتاح الرصيف الثالث", "publishedAt": "2024-05-06T09:00:00Z"}</script>'
BODY = "<p>أعلنت بلدية الميناء يوم الأحد افتتاح الرصيف الثالث بعد أعمال استمرت عامين في أطراف المدينة القديمة.</p>" * 3


def published(head: str, *parts: str, zone: str = "UTC") -> Published | None:
    page = Page(
        f"<html><head>{head}</head><body><h1>افتتاح الرصيف الثالث</h1>{''.join(parts)}{BODY}</body></html>", "u"
    )
    return find_published(page, *find_headline(page), NOW, zone)


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
    found = find_published(page, *find_headline(page), NOW, "UTC")
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


@pytest.mark.parametrize(
    "part",
    [
        '<div class="byline">المصري اليوم</div>',
        "<p>كتب: المصري اليوم</p>",
        '<a class="logo" href="/"><span>المصري اليوم</span></a>',
        '<p class="lead">استمرت المعارك أكثر من عام في محيط المدينة</p>',
        '<p class="lead">من أشهر المشاريع في المدينة القديمة</p>',
        "<h2>ثورة 25 يناير في ذاكرة المدينة</h2>",
        "<h2>ثورة 25 يناير</h2>",
        "<h2>قمة الرياض 12 مايو 2017</h2>",
        "<p>توقف قبل عامين</p>",
        "<p>وصل الوزير اليوم إلى المدينة</p>",
        "<p>اندلعت ثورة <b>25 يناير 2011</b> في القاهرة</p>",
        '<p>ثورة <a href="/tag">25 يناير 2011</a></p>',
        '<a class="tag" href="/t">14 آذار</a>',
        "<p>الميدان - 25 يناير 2011</p>",
        '<div class="update">ارتفع الدولار منذ يومين</div>',
        "<p>قبل أيام</p>",
        "<p>منذ سنوات</p>",
    ],
)
def test_prose_and_names_near_the_headline_are_no_date(part: str) -> None:
    assert published("", part) is None


@pytest.mark.parametrize(
    ("part", "day"),
    [
        ("<p>كتب: المصري اليوم</p><p>12 مايو 2017</p>", datetime(2017, 5, 12, tzinfo=UTC)),
        ("<p>كتب: المصري اليوم<br>12 مايو 2017</p>", datetime(2017, 5, 12, tzinfo=UTC)),
        ("<p>12 مايو 2017<br>المصري اليوم<br>القاهرة</p>", datetime(2017, 5, 12, tzinfo=UTC)),
        ("<div>كتب: المصري اليوم <span>12 مايو 2017</span></div>", datetime(2017, 5, 12, tzinfo=UTC)),
        ("<div><span>المصري اليوم</span> | <span>12 مايو 2017</span></div>", datetime(2017, 5, 12, tzinfo=UTC)),
        ("<div><a>سلمى الهادي</a> <i>12 مايو 2017</i></div>", datetime(2017, 5, 12, tzinfo=UTC)),
        ('<p class="date">8 من شهر مايو من عام 2017</p>', datetime(2017, 5, 8, tzinfo=UTC)),
        ("<p>الأربعاء 22 كانون الثاني يناير 2015</p>", datetime(2015, 1, 22, tzinfo=UTC)),
        ("<p>قبل عامين</p>", datetime(2022, 6, 20, tzinfo=UTC)),
        ("<p>توقف قبل عامين</p><p>12 مايو 2017</p>", datetime(2017, 5, 12, tzinfo=UTC)),
    ],
)
def test_a_date_line_near_the_headline_is_the_page_s_date(part: str, day: datetime) -> None:
    found = published("", part)
    assert found is not None
    assert (found.source, found.moment.at) == ("text", day)


@pytest.mark.parametrize(
    "part",
    [
        '<div class="date"><script>var until = "2024-01-31";</script></div>',
        "<div><script>document.write('12 مايو 2024')</script></div>",
        '<script>var ad = {"publishedAt": "2024-01-31T09:00:00Z"}</script>',
        '<style>.day::after { content: "12 مايو 2024" }</style>',
        "<div><style>/* 2024-05-12 */</style></div>",
        f"<template>{TIME}{LINE}{MARKED}{META}</template>",
        f"<noscript>{TIME}{LINE}</noscript>",
        f"<template><script>{STATE}</script>{JSON_LD}</template>",
        "<select><option>12 مايو 2024</option><option>11 مايو 2024</option></select>",
        '<datalist><option value="x">12 مايو 2024</option></datalist>',
        "<!-- 12 مايو 2024 -->",
        '<div class="date" style="display:none">12 مايو 2024</div>',
        '<div hidden><p class="date">12 مايو 2024</p></div>',
        "<textarea>12 مايو 2024</textarea>",
        "<svg><text>12 مايو 2024</text></svg>",
    ],
)
def test_what_no_reader_sees_is_no_date(part: str) -> None:
    assert published("", part) is None


@pytest.mark.parametrize("head", ["header", 'div id="header"', 'div class="top-bar"', "nav"])
def test_the_day_in_the_head_of_the_site_is_not_the_article_s(head: str) -> None:
    day = f"<{head}><p class='date'>الخميس 20 حزيران 2024</p></{head.split()[0]}>"
    page = Page(f"<html><body>{day}<h1>افتتاح الرصيف الثالث</h1>{BODY}</body></html>", "u")
    assert find_published(page, *find_headline(page), NOW, "UTC") is None


def test_the_day_of_a_card_below_the_text_is_not_the_article_s_and_one_at_its_end_is() -> None:
    end = '<p class="date">نشر في 12 مايو 2024</p>'
    card = '<div class="box"><a href="/2">خبر آخر عن سوق الزهور في الحي الشرقي</a><p class="date">1 مايو 2024</p></div>'
    assert published("", BODY, card) is None
    found = published("", BODY, end, card)
    assert found is not None
    assert found.moment.at == datetime(2024, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "at", "zone"),
    [
        ("Sun, 12 May 2024 10:30:00 GMT+3", datetime(2024, 5, 12, 7, 30, tzinfo=UTC), "GMT+3"),
        ("Sun, 12 May 2024 10:30:00 +03:00", datetime(2024, 5, 12, 7, 30, tzinfo=UTC), "+03:00"),
        ("1715499000", datetime(2024, 5, 12, 7, 30, tzinfo=UTC), "UTC"),
        ("الأحد 12 أيار/مايو 2024 10:30 ص", datetime(2024, 5, 12, 7, 30, tzinfo=UTC), "Asia/Beirut"),
    ],
)
def test_metadata_are_read_in_every_form_with_their_zone(written: str, at: datetime, zone: str) -> None:
    for head in (
        f'<meta name="pubdate" content="{written}">',
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{written}"}}</script>',
    ):
        found = published(head, zone="Asia/Beirut")
        assert found is not None
        assert (found.moment.at, found.moment.zone) == (at, zone)


@pytest.mark.parametrize(
    "graph",
    [
        '{"@type": "WebPage", "datePublished": "2024-05-12"}',
        '{"@graph": [{"@type": ["ItemPage"], "datePublished": "2024-05-12"}]}',
    ],
)
def test_json_ld_without_an_article_gives_the_date_of_the_page(graph: str) -> None:
    found = published(f'<script type="application/ld+json">{graph}</script>')
    assert found is not None
    assert (found.source, found.moment.at) == ("json-ld", datetime(2024, 5, 12, tzinfo=UTC))
    article = '{"@type": "NewsArticle", "datePublished": "2024-05-01"}'
    found = published(f'<script type="application/ld+json">[{graph}, {article}]</script>')
    assert found is not None
    assert found.moment.at == datetime(2024, 5, 1, tzinfo=UTC)


def test_after_the_text_only_a_line_with_a_label_or_a_name_is_the_page_s_date() -> None:
    long = f"<p>{'أعلنت بلدية الميناء افتتاح الرصيف الثالث بعد أعمال استمرت عامين. ' * 4}</p>"
    assert published("", long, "<p>12 مايو 2024</p>") is None
    assert published("", long, "<p>نشر بتاريخ: 12 مايو 2024</p>") is not None
    assert published("", long, '<p class="date">12 مايو 2024</p>') is not None


def test_of_the_dates_in_a_script_that_of_the_article_counts() -> None:
    state = (
        '<script>{"list": [{"title": "خبر آخر", "publishedAt": "2024-01-01"}, '
        '{"title": "افتتاح الرصيف الثالث", "publishedAt": "2024-05-06"}]}</script>'
    )
    found = published("", state)
    assert found is not None
    assert (found.source, found.moment.at) == ("script", datetime(2024, 5, 6, tzinfo=UTC))
