"""Whose a document is that the command line names without saying whose it is."""

import pytest

from nabra.tasks.errors import UsageError
from nabra.tasks.fetch.targets import targets_from_arguments
from tests.fetch.conftest import fetched


def sources(settings, path, *source):
    return [document.row["source"] for document in fetched(settings(), *targets_from_arguments([str(path)], *source))]


@pytest.mark.parametrize(
    ("head", "source"),
    [
        ('<meta property="og:site_name" content="بي بي سي &amp; نيوز">', "بي بي سي نيوز"),
        ("<META content='Port' property='og:site_name'><link rel=canonical href=https://x.example/a>", "Port"),
        ('<link rel="canonical" href="https://www.port.example/a">', "port.example"),
        ('<meta property="og:url" content="http://news.port.example/a">', "news.port.example"),
        ('<meta property="og:site_name" content="' + "طويل " * 40 + '">', "cli"),
        ('<link rel="canonical" href="/a">', "cli"),
        ("", "cli"),
    ],
)
def test_a_saved_page_says_whose_it_is(tmp_path, settings, head, source):
    (tmp_path / "a.html").write_text(f"<html><head>{head}</head><p>نص</p></html>", encoding="utf-8")
    assert sources(settings, tmp_path) == [source]


def test_the_name_is_read_in_the_charset_of_the_page(tmp_path, settings):
    page = '<meta charset="windows-1256"><meta property="og:site_name" content="الميناء"><p>نص</p>'
    (tmp_path / "a.html").write_bytes(page.encode("cp1256"))
    assert sources(settings, tmp_path) == ["الميناء"]


def test_a_row_is_of_the_source_it_names_else_of_its_host(tmp_path, settings):
    rows = ['{"url": "https://www.port.example/a", "text": "نص"}', '{"id": 1, "source": "sky", "text": "نص"}']
    (tmp_path / "a.jsonl").write_text("\n".join([*rows, '{"id": 2, "text": "نص آخر"}']), encoding="utf-8")
    assert sources(settings, tmp_path) == ["port.example", "sky", "cli"]


def test_a_name_that_is_given_counts_for_all_but_rows_that_name_theirs(tmp_path, settings):
    (tmp_path / "a.html").write_text('<meta property="og:site_name" content="آخر"><p>نص</p>', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"id": 1, "source": "sky", "text": "نص"}', encoding="utf-8")
    assert sources(settings, tmp_path, "port") == ["port", "sky"]


@pytest.mark.parametrize("name", ["", "  ", "!!", "x" * 65])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(UsageError, match="--source"):
        targets_from_arguments(["."], name)
