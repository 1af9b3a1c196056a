"""A sample is judged in one HTML file that reaches nothing outside, and what it saves is read back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from nabra.flows.cli.audit import Kind, audit
from nabra.flows.cli.views import open_views
from nabra.tasks.decisions.decisions import Subject
from nabra.tasks.decisions.judgements import Finding, estimates
from nabra.tasks.errors import UsageError
from nabra.tasks.report.sheet import sheet
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, small_warehouse
from tests.report.browser import chromium, needs_chromium
from tests.report.test_page import HOSTILE, Elements


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


def written(store: Store, kind: Kind, folder: Path, lang: str = "ar") -> Path:
    audit(kind, number=50, html=folder / "sample.html", lang=lang, warehouse=str(store))  # type: ignore[arg-type]
    return folder / "sample.html"


def data_of(page: Path) -> dict[str, Any]:
    (data,) = re.findall(r'<script type="application/json" id="sheet">([^<]*)</script>', page.read_text("utf-8"))
    found: dict[str, Any] = json.loads(data)
    return found


def saved(page: Path, **changes: Any) -> Path:
    """What the script of the page saves."""
    file = page.with_suffix(".json")
    file.write_text(json.dumps(data_of(page) | {"by": "سلمى", "verdicts": {}} | changes), encoding="utf-8")
    return file


def read(store: Store, file: Path) -> None:
    audit(None, number=50, saved=file, warehouse=str(store))


def asked(store: Store, query: str) -> list[tuple[Any, ...]]:
    with open_views(store) as views:
        return views.sql(query).fetchall()


def test_what_was_saved_is_read_back_once(store: Store, tmp_path: Path) -> None:
    page = written(store, Kind.sentiment, tmp_path)
    file = saved(page, verdicts={"0": "right", "2": "wrong"})
    read(store, file)
    assert asked(store, "select item, verdict, made_by from judgements order by item") == [
        (0, "right", "سلمى"),
        (2, "wrong", "سلمى"),
    ]
    assert estimates(store)["sentiment"].judged == 2
    with pytest.raises(UsageError, match="was judged already"):
        read(store, file)


def test_what_is_to_be_hidden_is_wrong_and_hidden(store: Store, tmp_path: Path) -> None:
    read(store, saved(written(store, Kind.stances, tmp_path), verdicts={"0": "hide"}))
    assert asked(store, "select verdict, (select count(*) from stances) from judgements") == [("wrong", 0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "other"},
        {"verdicts": {"0": "maybe"}},
        {"verdicts": {"7": "right"}},
        {"verdicts": []},
        {"findings": [{"kind": "quotes"}]},
        {"by": 3},
    ],
)
def test_a_file_that_no_page_saved_is_one_clear_line(store: Store, tmp_path: Path, wrong: dict[str, Any]) -> None:
    file = saved(written(store, Kind.quotes, tmp_path), **wrong)
    with pytest.raises(UsageError, match="was not saved by a page of nabra audit") as caught:
        read(store, file)
    assert "\n" not in str(caught.value)
    assert not store.batches("judgements")


def test_the_page_asks_nothing_outside_and_others_words_are_text(tmp_path: Path) -> None:
    subject = Subject("stances", DOC, 1, "text", 0, 5, HOSTILE, HOSTILE, HOSTILE, "favor")
    html = sheet("d", [Finding("stances", subject, "favor", "s", 1, HOSTILE, HOSTILE, HOSTILE)], "ar")
    elements = Elements(html)
    assert elements.open == []
    assert elements.found[0] == ("html", {"lang": "ar", "dir": "rtl"})
    assert not {"img", "b", "link", "a"} & {tag for tag, _ in elements.found}
    assert not {"src", "href", "style", "action"} & {name for _, each in elements.found for name in each}
    assert "\u202e" not in html
    assert sum(tag == "script" for tag, _ in elements.found) == 2
    (policy,) = (each["content"] for _, each in elements.found if each.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")


@needs_chromium
@pytest.mark.browser
@pytest.mark.slow
def test_a_person_clicks_and_saves_in_a_browser(store: Store, tmp_path: Path) -> None:
    page = written(store, Kind.sentiment, tmp_path, "en")
    with chromium(**{"download.default_directory": str(tmp_path)}) as driver:
        driver.get(page.as_uri())
        driver.find_element(By.CSS_SELECTOR, "input[name='0'][value=right]").click()
        driver.find_element(By.CSS_SELECTOR, "input[name='1'][value=wrong]").click()
        driver.find_element(By.ID, "by").send_keys("Salma")
        assert driver.find_element(By.ID, "count").text == "2"
        driver.find_element(By.ID, "save").click()
        WebDriverWait(driver, 20).until(lambda _: list(tmp_path.glob("nabra-audit-*.json")))
        assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []
    (file,) = tmp_path.glob("nabra-audit-*.json")
    read(store, file)
    assert asked(store, "select verdict, made_by from judgements order by item") == [
        ("right", "Salma"),
        ("wrong", "Salma"),
    ]
