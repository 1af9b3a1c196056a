import json
from datetime import UTC, datetime

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.clean.extract import Article, extract_article
from nabra.tasks.clean.noise import load_noise
from nabra.tasks.clean.page import Page

NOW = datetime(2024, 6, 20, 12, tzinfo=UTC)
MEMORY_MIB = 128
NOISE = load_noise(CONFIG_FOLDER / "noise.toml")
FIRST = "أعلنت بلدية الميناء يوم الأحد افتتاح الرصيف الثالث بعد أعمال استمرت عامين كاملين في أطراف المدينة القديمة."
SECOND = "وأوضح مهندس المشروع أن الكلفة بلغت أربعين مليون دينار، وأن العمل شمل تعميق الحوض وبناء مخازن جديدة."
PAGE = f"""<!doctype html><html lang="ar"><head><title>الرصيف الثالث - صحيفة الميناء</title>
<meta property="og:title" content="افتتاح الرصيف الثالث"><link rel="canonical" href="https://example.org/pier">
<meta property="article:published_time" content="2024-05-12T01:30:00+03:00"></head><body>
<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/sport">رياضة</a></li></ul></nav>
<article><h1>افتتاح الرصيف الثالث</h1><p>{FIRST}</p><h2>تفاصيل الكلفة</h2><p>{SECOND}</p>
<ul><li>الرصيف الأول للصيد</li><li>الرصيف الثاني للركاب</li></ul></article>
<div id="comments"><p>تعليق قارئ طويل لا علاقة له بالخبر المنشور في الصحيفة</p></div>
<footer>جميع الحقوق محفوظة</footer></body></html>"""


def extract(page: str) -> Article:
    article = extract_article(page, "https://example.org/4", NOW, "UTC", NOISE)
    assert article is not None
    return article


def test_a_page_becomes_title_text_by_paragraphs_time_and_address() -> None:
    article = extract(PAGE)
    assert article.title == "افتتاح الرصيف الثالث"
    assert article.published_at == datetime(2024, 5, 11, 22, 30, tzinfo=UTC)
    assert (article.published_source, article.published_zone) == ("meta", "+03:00")
    assert article.canonical_url == "https://example.org/pier"
    lines = ["الرصيف الأول للصيد", "الرصيف الثاني للركاب"]
    assert article.text.split("\n") == [FIRST, "تفاصيل الكلفة", SECOND, *lines]


def test_a_page_without_text_has_no_article() -> None:
    assert extract_article("<html><body></body></html>", "https://example.org/3", NOW, "UTC", NOISE) is None


def test_a_fragment_of_html_keeps_its_paragraphs() -> None:
    assert extract(f"<p>{FIRST}</p><p>{SECOND}</p>").text == f"{FIRST}\n{SECOND}"


def test_a_page_drawn_by_the_browser_gives_the_text_that_its_scripts_hold() -> None:
    state = json.dumps({"props": {"title": "رصيف", "body": f"<p>{FIRST}</p><p>{SECOND}</p>"}}, ensure_ascii=False)
    script = f'<script id="__NEXT_DATA__" type="application/json">{state}</script>'
    assert extract(f"<html><body><div id='__next'></div>{script}</body></html>").text == f"{FIRST}\n{SECOND}"


def test_what_json_ld_does_not_know_of_the_text_is_no_part_of_it() -> None:
    stray = "تقرير آخر عن سوق الزهور الذي يفتح أبوابه للزوار صباح كل سبت في الحي الشرقي."
    data = json.dumps({"@type": "NewsArticle", "articleBody": f"{FIRST} {SECOND}"}, ensure_ascii=False)
    head = f'<script type="application/ld+json">{data}</script>'
    body = f"<div><p>{FIRST}</p><p>{stray}</p><p>{SECOND}</p></div>"
    assert extract(f"<html><head>{head}</head><body>{body}</body></html>").text == f"{FIRST}\n{SECOND}"


def test_the_article_stays_where_most_of_the_page_bears_a_name_of_noise() -> None:
    assert extract(
        f'<html><body><div class="promo-content"><p>{FIRST}</p><p>{SECOND}</p></div></body></html>'
    ).text == (f"{FIRST}\n{SECOND}")


@pytest.mark.parametrize(
    "box",
    [
        '<div><img src="1.jpg"><br><strong>جانب من أعمال الرصف في الحي الشرقي</strong></div>',
        "<div><h4>ملخص الخبر</h4><ul><li>الرصيف الثالث يفتح أبوابه.</li><li>الأعمال استمرت عامين.</li></ul></div>",
        "<amp-twitter><blockquote>ملخص الافتتاح كاملا على قناتنا.</blockquote></amp-twitter>",
        '<div class="infobox"><p>بطاقة تعريف</p></div>',
    ],
)
def test_a_box_amid_the_text_is_no_part_of_it(box: str) -> None:
    assert extract(f"<html><body><div><p>{FIRST}</p>{box}<p>{SECOND}</p></div></body></html>").text == (
        f"{FIRST}\n{SECOND}"
    )


def test_a_box_that_a_link_leaps_over_is_no_part_of_the_text() -> None:
    text = [f"{FIRST} وهذا هو الخبر رقم {number}." for number in range(9)]
    box = (
        '<section><a href="#end">تخطى البودكاست وواصل القراءة</a>'
        f'<p>{"حكايات من الهضبة يرويها الباقون. " * 8}</p><p id="end">البودكاست نهاية</p></section>'
    )
    paragraphs = [f"<p>{line}</p>" for line in text]
    body = "".join([*paragraphs[:4], box, *paragraphs[4:]])
    assert extract(f"<html><body><div>{body}</div></body></html>").text == "\n".join(text)


@pytest.mark.parametrize(
    "link", ['<a href="#end">تخطى إلى المحتوى</a>', '<a href="#">تخطى الجميع</a>', '<a href="#b">تخطى المحنة</a>']
)
def test_a_link_over_no_box_takes_no_text_with_it(link: str) -> None:
    body = f"<div>{link}<p>{FIRST}</p><p>{SECOND}</p><p id='end'></p></div>"
    assert extract(f"<html><body><h1>افتتاح الرصيف</h1>{body}</body></html>").text.endswith(f"{FIRST}\n{SECOND}")


def test_a_line_with_the_writers_post_is_no_part_of_the_text() -> None:
    line = "<ul><li>مراسلة الصحيفة في المدينة القديمة</li><li>تصوير</li></ul>"
    body = f"<main>{line}<p>{FIRST}</p><p>{SECOND}</p></main>"
    assert extract(f"<html><body>{body}</body></html>").text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    "address", ["javascript://h/%0aalert(1)", "data://h/x", "https://u:p@h/", "http:///x", "http://h/\x9bx", "//h/a"]
)
def test_a_canonical_address_that_is_none_of_the_web_is_none(address: str) -> None:
    for head in (f'<link rel="canonical" href="{address}">', f'<meta property="og:url" content="{address}">'):
        assert Page(f"<html><head>{head}</head><body>x</body></html>", "https://example.org/").canonical_url is None


def test_numbers_without_end_in_json_ld_cost_no_page() -> None:
    page = f'<html><script type="application/ld+json">{{"a": {"9" * 5_000}}}</script></html>'
    assert Page(page, "https://example.org/").article == {}
