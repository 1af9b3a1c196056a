"""Articles on list pages."""

from __future__ import annotations

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.links import read_links

BASE = "https://www.port.example/politics/"
PAGE = """<html><head><title>بوابة الميناء</title></head><body>
<header><a href="/about">تعرف على فريق بوابة الميناء الإخبارية</a></header>
<nav><a href="/sea">أخبار البحر والصيد والملاحة والموانئ</a></nav>
<main>
 <article><header><h2><a href="/news/101/رصيف">بلدية مرسانا تفتتح رصيفاً جديداً للسفن</a></h2></header>
  <a href="/news/101/رصيف#photo"><img src="a.jpg"></a> <a href="/news/101/رصيف">المزيد</a></article>
 <article><a href="https://port.example/news/102">نقابة الصيادين ترحب بخفض رسوم الإبحار</a></article>
 <a href="/tag/sea">كل ما كتب عن البحر والموانئ القديمة</a>
 <a href="/login">سجل الدخول لتقرأ كل المقالات الجديدة</a>
 <a href="/weather">حالة الطقس</a>
 <a href="https://other.example/news/7">خبر من موقع آخر لا يخص الميناء</a>
 <a href="mailto:a@port.example">اكتب إلينا إن كان لديك خبر</a>
 <a href="http://[broken">عنوان مكسور لا يقود إلى أي مكان</a>
 <a href="/politics/">كل أخبار السياسة في هذه الصفحة</a>
</main>
<aside><a href="/news/55">الأكثر قراءة في هذا الأسبوع كله</a></aside>
<footer><a href="/terms">شروط الاستخدام وسياسة الخصوصية في الموقع</a></footer>
</body></html>"""


def links(page: str | bytes, selector: str | None = None, *, charset: str | None = None, max_items: int = 50):
    content = page.encode() if isinstance(page, str) else page
    return [(item.link, item.title) for item in read_links(content, charset, BASE, max_items, selector)]


def test_headlines_of_the_same_host_are_found_and_menus_tags_and_logins_are_not() -> None:
    assert links(PAGE) == [
        ("https://www.port.example/news/101/رصيف", "بلدية مرسانا تفتتح رصيفاً جديداً للسفن"),
        ("https://port.example/news/102", "نقابة الصيادين ترحب بخفض رسوم الإبحار"),
    ]


def test_a_selector_names_the_links_or_what_they_stand_in() -> None:
    assert links(PAGE, "aside a") == [("https://www.port.example/news/55", "الأكثر قراءة في هذا الأسبوع كله")]
    assert [link for link, _ in links(PAGE, "article")] == [link for link, _ in links(PAGE)]
    assert [link for link, _ in links(PAGE, 'a[href*="weather"]')] == ["https://www.port.example/weather"]


def test_the_first_links_are_taken_and_a_base_element_is_heeded() -> None:
    page = PAGE.replace("<head>", '<head><base href="https://www.port.example/old/">').replace(
        '"/news/101', '"news/101'
    )
    assert links(page, max_items=1) == [
        ("https://www.port.example/old/news/101/رصيف", "بلدية مرسانا تفتتح رصيفاً جديداً للسفن")
    ]


@pytest.mark.parametrize("charset", ["windows-1256", None])
def test_titles_are_read_in_the_charset_of_the_server_or_the_page(charset: str | None) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="windows-1256">').encode("cp1256")
    assert links(page, charset=charset)[1][1] == "نقابة الصيادين ترحب بخفض رسوم الإبحار"


@pytest.mark.parametrize(
    "page", ["", " ", "<html></html>", "<p>لا روابط</p>", b"\x00\xff" * 20, "<a href='/x'>قصير</a>"]
)
def test_a_page_without_articles_is_refused(page: str | bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        links(page)
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("name", ["bz2", "hex", "idna", "punycode", "utf-7"])
def test_a_charset_that_the_web_does_not_have_costs_no_list_page(name: str) -> None:
    page = f"<meta charset={name}><a href=/1>افتتاح الرصيف الجديد في الميناء</a>".encode()
    for declared in (None, name):
        (item,) = read_links(page, declared, "https://example.org/", 10, None)
        assert item.title == "افتتاح الرصيف الجديد في الميناء"
