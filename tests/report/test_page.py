"""A report is one file that reaches nothing outside, and shows what others wrote as text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import load_settings
from nabra.flows.cli.views import open_views
from nabra.tasks.report.labels import LABELS, LANGUAGES
from nabra.tasks.report.page import page
from nabra.tasks.report.report import ask_report
from nabra.tasks.report.scope import Scope
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write
from tests.report.conftest import edition
from tests.report.news_warehouse import Text

Html = Callable[[str], str]
HOSTILE = "</script><img src=x onerror=alert(1)>\"'\u202eنص&amp;<b>{{ 7*7 }}"
VOID = {"meta", "link", "img", "br", "input", "hr"}


class Elements(HTMLParser):
    """All elements with their attributes, and whether they were closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def unpacked(html: str) -> Any:
    (pack,) = re.findall(r'<script type="text/plain" id="pack">([^<]*)</script>', html)
    return json.loads(zlib.decompress(base64.b64decode(pack)))


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[str]:
    """A report in which every text that comes from outside is hostile."""
    store = Store.open(load_settings(warehouse=str(tmp_path)).store)
    text = Text("f" * 32, HOSTILE)
    text.quote(HOSTILE, None, HOSTILE)
    text.stand((HOSTILE, None), (HOSTILE + "2", None), favor=True, score=0.9)
    rows = text.article(HOSTILE, datetime(2026, 6, 1, tzinfo=UTC), text.doc_id)
    rows["clean"][0]["url"] = "javascript:alert(1)"
    refused = {"stage": "clean", "url": HOSTILE, "source": HOSTILE, "reason": HOSTILE, "detail": HOSTILE}
    for name in ("raw", "clean", "sentences", "sentiment", "quotes", "stances", "rejects"):
        write(store, Batch("2026-06-01", "one"), name, *(rows.get(name) or [refused]))
    with open_views(store) as views:
        yield page(ask_report(views, Scope(), lambda step: None), edition())


def of_narration(folder: Path, outlets: tuple[str, ...]) -> str:
    """A report of a warehouse in which the narration of outlets in turn is against something for eight weeks."""
    store = Store.open(load_settings(warehouse=str(folder)).store)
    articles = []
    for week in range(8):
        text = Text(f"{week:032x}", "عنوان")
        text.stand(("author", None), ("مشروع السد", None), favor=False, score=0.9)
        moment = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=week)
        articles.append(text.article(outlets[week % len(outlets)], moment, text.doc_id))
    for name in ("raw", "clean", "sentences", "sentiment", "quotes", "stances"):
        write(store, Batch("2026-06-01", "one"), name, *(row for rows in articles for row in rows.get(name, [])))
    with open_views(store) as views:
        return page(ask_report(views, Scope(), lambda step: None), edition("en"))


def test_beside_the_narration_of_several_outlets_stands_that_it_is_one_source(tmp_path: Path) -> None:
    told = "counts as one source"
    assert of_narration(tmp_path / "two", ("sada", "barq")).count(told) == 1
    assert told not in of_narration(tmp_path / "one", ("sada",))


def test_nothing_is_said_of_narration_beside_other_sources(html: Html) -> None:
    assert "counts as one source" not in html("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_elements_are_closed_and_ids_are_unique(html: Html, language: str) -> None:
    elements = Elements(html(language))
    assert elements.open == []
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {attributes["href"] for tag, attributes in elements.found if tag == "a"}
    assert {f"#{name}" for name in ids} >= {t for t in targets if t and t.startswith("#") and not t.startswith("#a/")}


def test_hostile_texts_make_no_element_and_no_attribute(hostile: str) -> None:
    elements = Elements(hostile)
    assert elements.open == []
    assert not {"img", "b\u202e"} & {tag for tag, _ in elements.found}
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert sum(tag == "script" for tag, _ in elements.found) == 2
    assert "&lt;/script&gt;&lt;img src=x" in hostile


def test_hostile_texts_are_no_templates_and_turn_nothing_around(hostile: str) -> None:
    assert "{{ 7*7 }}" in hostile
    assert "\u202e" not in hostile
    assert "\u202e" not in json.dumps(unpacked(hostile), ensure_ascii=False)


def test_an_address_that_is_none_of_the_web_is_no_link(hostile: str) -> None:
    assert "javascript:" not in hostile
    assert unpacked(hostile)["articles"][0][2] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_links_that_a_reader_clicks_lead_outside(html: Html, language: str) -> None:
    for tag, attributes in Elements(html(language)).found:
        assert "src" not in attributes, tag
        assert not {"style", "srcset", "action", "formaction", "background", "ping"} & attributes.keys(), tag
        if str(attributes.get("href", "#"))[0] != "#":
            assert tag == "a"
            assert attributes["rel"] == "noopener noreferrer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_admits_the_style_and_the_script_of_the_file_alone(html: Html, language: str) -> None:
    written = html(language)
    (policy,) = (a["content"] for tag, a in Elements(written).found if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", written, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"


@pytest.mark.parametrize(("language", "direction"), LANGUAGES.items())
def test_a_page_has_the_direction_of_its_language_and_arabic_texts_keep_theirs(
    html: Html, language: str, direction: str
) -> None:
    elements = Elements(html(language)).found
    assert elements[0] == ("html", {"lang": language, "dir": direction})
    assert all(attributes["dir"] == "rtl" for tag, attributes in elements if tag == "blockquote")


def test_listed_actors_are_shown_by_their_first_alias(html: Html) -> None:
    written = html("ar")
    assert "جامعة الدول العربية" in written
    assert unpacked(written)["names"]["arab_league"] == "جامعة الدول العربية"


def test_both_languages_have_the_same_labels_with_the_same_fields() -> None:
    labels = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    assert labels.keys() == LANGUAGES.keys()
    fields = {
        language: {name: sorted(re.findall(r"{(\w+)}", text)) for name, text in of.items()}
        for language, of in labels.items()
    }
    assert fields["ar"] == fields["en"]


def test_every_label_is_used() -> None:
    templates = Path(LABELS).with_name("templates")
    code = "".join(
        path.read_text(encoding="utf-8") for path in [*templates.iterdir(), *Path(LABELS).parent.glob("*.py")]
    )
    built = re.compile(r"(timeline|certain|verdict)_\w+")  # of a step, of a number, of a verdict
    for name in tomllib.loads(LABELS.read_text(encoding="utf-8"))["ar"]:
        assert re.search(rf'labels\.{name}\b|"{name}"', code) or built.fullmatch(name), name


def test_a_report_of_an_article_that_is_only_cleaned_says_what_is_missing(tmp_path: Path) -> None:
    store = Store.open(load_settings(warehouse=str(tmp_path)).store)
    row = {"doc_id": "e" * 32, "source": "sada", "url": "https://sada.example/1", "text": "نص", "story": "e" * 32}
    write(store, Batch("2026-06-01", "one"), "raw", {"doc_id": "e" * 32})
    write(store, Batch("2026-06-01", "one"), "clean", row)
    with open_views(store) as views:
        report = ask_report(views, Scope(), lambda step: None)
    assert report.overview.outlets[0] | {"unread": 1, "untitled": 1, "undated": 1} == report.overview.outlets[0]
    assert "There are no positions" in page(report, edition("en"))
