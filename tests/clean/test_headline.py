import pytest

from nabra.tasks.clean.headline import find_author, find_headline
from nabra.tasks.clean.page import Page

TITLE = "افتتاح الرصيف الثالث في الميناء"


def page(head: str, body: str) -> Page:
    return Page(f"<html><head>{head}</head><body>{body}<p>{'نص الخبر هنا. ' * 20}</p></body></html>", "u")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (f'<meta property="og:title" content="{TITLE} - صحيفة الميناء">', f"<h1>{TITLE}</h1>", TITLE),
        (f"<title>صحيفة الميناء: {TITLE}</title>", f"<b>صحيفة الميناء</b><font>{TITLE}</font>", TITLE),
        (f"<title>{TITLE} | صحيفة الميناء</title>", "", TITLE),
        (f"<title>شاهد: {TITLE} » صحيفة الميناء</title>", f"<h1>{TITLE}</h1>", TITLE),
        ("<title>صحيفة الميناء - نسخة للطباعة</title>", f"<h2>{TITLE}</h2>", TITLE),
        (f'<meta property="og:title" content="{TITLE}">', "<h1>صحيفة الميناء</h1>", TITLE),
        ("", f"<h1>{TITLE}</h1>", TITLE),
        ("", "", None),
    ],
)
def test_the_headline_is_the_one_shown_without_the_names_of_site_and_section(
    head: str, body: str, title: str | None
) -> None:
    assert find_headline(page(head, body))[0] == title


@pytest.mark.parametrize(
    ("head", "body", "author"),
    [
        (
            '<script type="application/ld+json">{"@type": "Article", "author": [{"name": "سلمى الهادي"}]}</script>',
            "",
            "سلمى الهادي",
        ),
        ('<meta name="author" content="سلمى الهادي">', "", "سلمى الهادي"),
        ('<meta name="author" content="admin">', '<a rel="author">سلمى الهادي</a>', "سلمى الهادي"),
        ('<meta name="author" content="https://example.org/x">', "<p>بقلم: سلمى الهادي</p>", "سلمى الهادي"),
        ("", '<span class="byline">بواسطة سلمى الهادي</span>', "سلمى الهادي"),
        ("", "<div>كتبت: سلمى الهادي</div>", "سلمى الهادي"),
        ("", "<div>كتبت الصحيفة قبل عام عن المشروع نفسه.</div>", None),
        (
            '<script type="application/ld+json">{"@type": "Article", '
            '"author": {"@type": "Organization", "name": "الميناء"}}</script>',
            "",
            None,
        ),
    ],
)
def test_the_byline_is_a_person_and_no_address_site_or_account(head: str, body: str, author: str | None) -> None:
    read = page(head, f"<h1>{TITLE}</h1>{body}")
    assert find_author(read, find_headline(read)[1]) == author
