"""What a source's selectors leave of a page."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.clean.extract import extract_article
from nabra.tasks.clean.noise import load_noise
from nabra.tasks.clean.selectors import Hints, select_content

PARAGRAPHS = [
    "افتتحت بلدية مرسانا يوم الأحد رصيفاً جديداً للسفن الكبيرة بعد عمل استمر عامين كاملين في المرفأ القديم.",
    "وقال رئيس البلدية إن الكلفة بلغت أربعين مليون دينار، وإن الرصيف ملك للناس جميعاً من صيادين وتجار.",
    "وأضاف أن السفن الأولى ستصل في الربيع المقبل، وأن البلدية ستخفض الرسوم على الصيادين إلى النصف.",
]
TEASER = "وصل فريق عين الريم إلى نهائي البطولة بعد فوزه على فريق الوادي بثلاثة أهداف نظيفة أمام جمهور كبير."
PAGE = f"""<!doctype html><html lang="ar"><head><meta charset="windows-1256"><title>رصيف جديد في مرسانا</title></head>
<body><div class="story"><h1>رصيف جديد في مرسانا</h1><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>
<div class="related"><p>{TEASER}</p></div><p>{PARAGRAPHS[2]}</p></div>
<div class="opinion"><p>{TEASER}</p><p>{TEASER}</p></div>
<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":"2024-05-12T09:30:00+03:00"}}</script>
</body></html>"""


def words(page: str) -> str:
    return " ".join(html.document_fromstring(page.encode(), html.HTMLParser(encoding="utf-8")).text_content().split())


def test_what_is_dropped_is_gone_and_the_text_after_it_stays() -> None:
    page = select_content(PAGE, Hints(drop=(".related", ".opinion", ".related p")))
    assert TEASER not in page
    assert all(paragraph in page for paragraph in PARAGRAPHS)


def test_only_what_is_kept_is_left_in_the_body_beside_the_metadata() -> None:
    page = select_content(PAGE, Hints(keep=(".story", ".story p"), drop=(".related",)))
    assert words(page).count(PARAGRAPHS[0]) == 1
    assert "opinion" not in page
    assert "<title>رصيف جديد في مرسانا</title>" in page
    assert "datePublished" in page


def test_a_page_that_has_nothing_to_keep_is_left_whole() -> None:
    assert words(select_content(PAGE, Hints(keep=(".gone",)))) == words(PAGE)


def test_without_selectors_the_page_is_untouched() -> None:
    assert select_content(PAGE, Hints(zone="Africa/Cairo")) is PAGE


def test_the_extractor_sees_what_the_selectors_leave() -> None:
    noise = load_noise(CONFIG_FOLDER / "noise.toml")
    hints = Hints(keep=(".story",), drop=(".related",))
    article = extract_article(PAGE, "https://port.example/1", datetime(2024, 6, 20, tzinfo=UTC), "UTC", noise, hints)
    assert article is not None
    assert [line for line in article.text.split("\n") if line in PARAGRAPHS] == PARAGRAPHS
    assert TEASER not in article.text
    assert article.published_at is not None


@given(st.text(max_size=200), st.sampled_from(["p", "*", "div > a", "body", "html"]))
@example("<!", "p")
def test_any_page_is_survived(page: str, selector: str) -> None:
    assert isinstance(select_content(page, Hints((selector,), (selector,))), str)
    assert isinstance(select_content(f"<p>{page}<div><a>", Hints((selector,))), str)
