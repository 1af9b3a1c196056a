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


NOTICE = "جميع الحقوق محفوظة © صحيفة الميناء 2004"
TEXT = "قال رئيس البلدية إن أعمال الرصيف انتهت، وإن السفن الكبيرة ستصل إليه ابتداء من الشهر المقبل. " * 3


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (f"<title>{NOTICE}</title>", f"<td class=title>{TITLE}</td>"),
        ("<title>صحيفة الميناء</title>", f"<td align=center><font size=5 color=red><b>{TITLE}</b></font></td>"),
        ("<title>صفحة جديدة 1</title>", f"<td><p><b><font size=4>{TITLE}</font></b></p></td>"),
        ("<title>Untitled Document</title>", f"<th>{TITLE}</th>"),
        ("<title>www.almina.example</title>", f'<td style="font: bold 22px Tahoma">{TITLE}</td>'),
        ("<title>أخبار محلية</title>", f"<td>{TITLE}</td>"),
        ("<title>جريدة الميناء اليومية المستقلة</title>", f'<td><span class="headline">{TITLE}</span></td>'),
        ("", f"<td><font size=+2>{TITLE}</font><br><font size=2>كتب: سامر الطيب</font></td>"),
        ("", f"<td><strong>{TITLE}</strong></td></tr><tr><td>12 مايو 2004</td>"),
        ("<title>شبكة الميناء</title>", f"<td><a href=3><font class=storytitle><b>{TITLE}</b></font></a></td>"),
    ],
)
def test_the_headline_of_an_old_page_is_the_line_set_off_above_the_text(head: str, line: str) -> None:
    banner = "<tr><td><font size=6>جريدة الميناء اليومية المستقلة</font></td></tr>"
    links = "<tr><td><a href=1>الرئيسية</a> | <a href=2>أخبار المدينة</a></td></tr>"
    foot = f"<tr><td><h3>{NOTICE}</h3></td></tr>"
    table = f"<table>{banner}{links}<tr>{line}</tr><tr><td>{TEXT}<br><br>{TEXT}</td></tr>{foot}</table>"
    assert find_headline(Page(f"<html><head>{head}</head><body>{table}</body></html>", "u"))[0] == TITLE


def test_a_page_without_a_line_above_its_text_keeps_what_its_head_says() -> None:
    for title in ("الرصيف الثالث", "صحيفة الميناء"):
        body = f"<table><tr><td>{TEXT}</td></tr></table>{NOTICE}"
        page = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
        assert find_headline(Page(page, "u"))[0] == title


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
