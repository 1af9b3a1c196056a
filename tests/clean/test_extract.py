import multiprocessing
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tasks.clean.extract import ExtractorPool, extract_article, published_time
from tasks.clean.selectors import Hints
from tasks.errors import DocumentError

FIRST = "أعلنت بلدية الميناء يوم الأحد افتتاح الرصيف الثالث بعد أعمال استمرت عامين كاملين في أطراف المدينة القديمة."
SECOND = "وأوضح مهندس المشروع أن الكلفة بلغت أربعين مليون دينار، وأن العمل شمل تعميق الحوض وبناء مخازن جديدة."
PAGE = f"""<!doctype html><html lang="ar"><head><title>الرصيف الثالث - صحيفة الميناء</title>
<meta property="og:title" content="افتتاح الرصيف الثالث">
<meta property="article:published_time" content="2024-05-12T01:30:00+03:00"></head><body>
<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/sport">رياضة</a></li></ul></nav>
<article><h1>افتتاح الرصيف الثالث</h1><p>{FIRST}</p><h2>تفاصيل الكلفة</h2><p>{SECOND}</p>
<ul><li>الرصيف الأول للصيد</li><li>الرصيف الثاني للركاب</li></ul></article>
<div id="comments"><p>تعليق قارئ طويل لا علاقة له بالخبر المنشور في الصحيفة</p></div>
<footer>جميع الحقوق محفوظة</footer></body></html>"""


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractorPool]:
    with ExtractorPool(1, 30) as running:
        yield running


def test_a_page_becomes_title_text_by_paragraphs_and_time(pool: ExtractorPool) -> None:
    article = pool.submit(PAGE, "https://example.org/3", "port")()
    assert article.title == "افتتاح الرصيف الثالث"
    assert article.published_at == datetime(2024, 5, 11, 22, 30, tzinfo=UTC)
    lines = article.text.split("\n")
    assert FIRST in lines
    assert SECOND in lines
    assert "تفاصيل الكلفة" in lines
    assert "الرصيف الأول للصيد" in article.text
    for stray in ("رياضة", "تعليق قارئ", "جميع الحقوق"):
        assert stray not in article.text


def test_a_page_without_text_has_no_article(pool: ExtractorPool) -> None:
    with pytest.raises(DocumentError, match="no_article"):
        pool.submit("<html><body></body></html>", "https://example.org/0", "port")()


def test_a_process_that_dies_costs_one_page_and_the_next_is_extracted(pool: ExtractorPool) -> None:
    pool.submit(PAGE, "https://example.org/3", "port")()
    assert pool._pool is not None
    dying = pool._pool.schedule(os._exit, args=(3,))
    with pytest.raises(DocumentError, match="failed: the extraction process died with exit code 3"):
        pool._wait(dying)
    assert FIRST in pool.submit(PAGE, "https://example.org/3", "port")().text


def test_a_process_killed_from_outside_costs_no_page(pool: ExtractorPool) -> None:
    pool.submit(PAGE, "https://example.org/3", "port")()
    long = PAGE.replace("</body>", "".join(f"<p>فقرة طويلة رقمها {number}</p>" for number in range(3000)) + "</body>")
    article = pool.submit(long, "https://example.org/4", "port")
    time.sleep(0.1)
    for worker in multiprocessing.active_children():
        worker.kill()
    assert FIRST in article().text


def test_a_process_killed_while_idle_costs_no_page(pool: ExtractorPool) -> None:
    pool.submit(PAGE, "https://example.org/3", "port")()
    for worker in multiprocessing.active_children():
        worker.kill()
    articles = [pool.submit(PAGE, f"https://example.org/{number}", "port") for number in range(5)]
    assert all(FIRST in article().text for article in articles)


def test_a_page_over_its_deadline_is_a_timeout_and_its_process_is_killed() -> None:
    with ExtractorPool(1, 0.2) as pool:
        endless = "<html><body>" + "".join(f"<p>فقرة من نص طويل رقمها {number}</p>" for number in range(100_000))
        begun = time.monotonic()
        with pytest.raises(DocumentError) as caught:
            pool.submit(endless, "https://example.org/9", "port")()
        assert caught.value.reason == "timeout"
        assert time.monotonic() - begun < 30


def test_no_process_starts_without_a_page() -> None:
    with ExtractorPool(2, 10) as pool:
        assert pool._pool is None


def test_a_fragment_of_html_keeps_its_paragraphs() -> None:
    article = extract_article(f"<p>{FIRST}</p><p>{SECOND}</p>", "https://example.org/4")
    assert article is not None
    assert article.text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    ("page", "moment"),
    [
        (
            '<meta content="2024-05-12T09:00:00Z" property="article:published_time">',
            datetime(2024, 5, 12, 9, tzinfo=UTC),
        ),
        ('<script>{"datePublished": "2024-05-12T09:00:00+03:00"}</script>', datetime(2024, 5, 12, 6, tzinfo=UTC)),
        ('<time itemprop="datePublished" datetime="2024-05-12">', datetime(2024, 5, 12, tzinfo=UTC)),
        (
            '<meta property="article:published_time" content="أمس"><i>"datePublished":"2024-05-12"</i>',
            datetime(2024, 5, 12, tzinfo=UTC),
        ),
        ("<p>2024-05-12</p>", None),
    ],
)
def test_the_publication_time_is_read_from_the_metadata_with_its_zone(page: str, moment: datetime | None) -> None:
    assert published_time(page) == moment


def test_a_time_without_a_zone_is_of_the_zone_of_the_source_and_a_day_stays_the_day() -> None:
    def said(time: str) -> datetime | None:
        return published_time(f'<meta property="article:published_time" content="{time}">', "Africa/Cairo")

    assert said("2024-05-12T09:00:00") == datetime(2024, 5, 12, 6, tzinfo=UTC)
    assert said("2024-05-12T09:00:00Z") == datetime(2024, 5, 12, 9, tzinfo=UTC)
    assert said("2024-05-12") == datetime(2024, 5, 12, tzinfo=UTC)


def test_the_hints_of_a_source_are_for_its_pages_alone() -> None:
    hints = {"port": Hints(drop=("article ul",), zone="Africa/Cairo")}
    with ExtractorPool(1, 30, hints) as pool:
        of_port, of_other = (pool.submit(PAGE, "https://example.org/3", source)().text for source in ("port", "other"))
    assert "الرصيف الأول للصيد" not in of_port
    assert "الرصيف الأول للصيد" in of_other
