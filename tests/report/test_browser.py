"""A report in a real browser, from a file, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import JavascriptException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.report.browser import chromium, needs_chromium, resize
from tests.report.test_report import SOURCE, TARGET

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Chrome]


@pytest.fixture(scope="module")
def shared() -> Iterator[Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture
def opened(shared: Chrome, html: Callable[[str], str], tmp_path: Path) -> Iterator[Open]:
    """Opens the report in a language; whatever a test does there, the console stays silent."""

    def open_report(language: str = "ar", width: int = 1100) -> Chrome:
        file = tmp_path / f"{language}.html"
        file.write_text(html(language), encoding="utf-8")
        shared.get("about:blank")
        resize(shared, width, 900)
        shared.get(file.as_uri())
        WebDriverWait(shared, 20).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "#results li"))
        return shared

    yield open_report
    assert [entry for entry in shared.get_log("browser") if entry["level"] == "SEVERE"] == []


def found(driver: Chrome) -> int:
    """How many the search says that it has found."""
    return int("".join(filter(str.isdigit, driver.find_element(By.ID, "found").text)))


def data(driver: Chrome, views: Any, query: str) -> int:
    (count,) = views.execute(query).fetchone()
    return int(count)


def choose(driver: Chrome, name: str, value: str) -> None:
    Select(driver.find_element(By.NAME, name)).select_by_value(value)


def type_words(driver: Chrome, words: str) -> None:
    field = driver.find_element(By.NAME, "words")
    field.clear()
    field.send_keys(words)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_it_opens_in_the_direction_of_its_language_and_asks_for_nothing(
    opened: Open, language: str, direction: str
) -> None:
    driver = opened(language)
    heading = driver.find_element(By.CSS_SELECTOR, "#overview h2")
    assert heading.value_of_css_property("direction") == direction
    rows = driver.find_elements(By.CSS_SELECTOR, "#who_speaks tbody tr:first-child > *")
    first, last = rows[0].location["x"], rows[-1].location["x"]
    assert (first > last) == (direction == "rtl")
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("words", ["الأرقام", "ارقام", "الارقــام لا تكذب", "اَلأَرقام"])
def test_the_search_finds_words_in_any_spelling(opened: Open, views: Any, words: str) -> None:
    driver = opened()
    type_words(driver, words)
    assert found(driver) == data(driver, views, "select count(*) from quotes where text like '%الأرقام%'")
    assert all("الأرقام" in item.text for item in driver.find_elements(By.CSS_SELECTOR, "#results blockquote"))


def test_filters_narrow_what_is_found(opened: Open, views: Any) -> None:
    driver = opened()
    choose(driver, "outlet", "barq")
    of_outlet = "select count(*) from quotes join clean using (doc_id) where source = 'barq'"
    assert found(driver) == data(driver, views, of_outlet)
    choose(driver, "who", "un")
    assert found(driver) == data(driver, views, of_outlet + " and speaker_id = 'un'") > 0
    choose(driver, "kind", "stances")
    of_source = (
        "select count(*) from stances join clean using (doc_id) where clean.source = 'barq' and source_id = 'un'"
    )
    assert found(driver) == data(driver, views, of_source)


def test_more_shows_the_rest(opened: Open) -> None:
    driver = opened()
    before = len(driver.find_elements(By.CSS_SELECTOR, "#results li"))
    driver.find_element(By.ID, "more").click()
    assert len(driver.find_elements(By.CSS_SELECTOR, "#results li")) == 2 * before


def test_all_sentences_of_a_pair_are_one_click_away(opened: Open, views: Any) -> None:
    driver = opened()
    driver.execute_script("arguments[0].click()", driver.find_element(By.CSS_SELECTOR, "button.all"))
    of_pair = f"select count(*) from stances where source = '{SOURCE}' and target = '{TARGET}'"
    assert found(driver) == data(driver, views, of_pair)
    driver.find_element(By.ID, "pair").click()
    assert found(driver) == data(driver, views, "select count(*) from stances")


def test_an_article_page_is_opened_and_closed_by_keys(opened: Open) -> None:
    driver = opened()
    link = driver.find_element(By.CSS_SELECTOR, "#results a[href^='#a/']")
    driver.execute_script("arguments[0].focus()", link)
    ActionChains(driver).send_keys(Keys.ENTER).perform()
    page = driver.find_element(By.ID, "page")
    WebDriverWait(driver, 5).until(lambda _: page.is_displayed())
    assert len(page.find_elements(By.CSS_SELECTOR, ".body mark.quote")) == 2
    assert len(page.find_elements(By.CSS_SELECTOR, ".body mark.evidence")) == 2
    ActionChains(driver).send_keys(Keys.ESCAPE).perform()
    WebDriverWait(driver, 5).until_not(lambda _: page.is_displayed())
    assert "#a/" not in driver.current_url


def test_keys_reach_the_content_past_the_contents(opened: Open) -> None:
    driver = opened()
    ActionChains(driver).send_keys(Keys.TAB).perform()
    assert driver.switch_to.active_element.get_attribute("class") == "skip"
    assert driver.switch_to.active_element.is_displayed()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_phone_scrolls_in_one_direction_alone(opened: Open, language: str) -> None:
    driver = opened(language, width=390)
    assert driver.execute_script("return document.documentElement.scrollWidth") == 390


def test_a_browser_that_cannot_unpack_says_what_is_missing(opened: Open) -> None:
    driver = opened()
    planted = driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.DecompressionStream"}
    )
    driver.refresh()
    assert "DecompressionStream" in driver.find_element(By.ID, "unpack").text
    assert driver.find_element(By.CSS_SELECTOR, "#for_against table").is_displayed()
    assert not driver.find_element(By.ID, "browser").is_displayed()
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", planted)


def test_markup_cannot_be_put_into_the_page(opened: Open) -> None:
    driver = opened()
    with pytest.raises(JavascriptException, match="TrustedHTML"):
        driver.execute_script("document.body.innerHTML = '<b>x</b>'")
    assert "requires 'TrustedHTML'" in driver.get_log("browser")[-1]["message"]


def test_without_scripts_overview_rankings_and_tables_read(html: Callable[[str], str], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html("en"), encoding="utf-8")
    with chromium(**{"profile.managed_default_content_settings.javascript": 2}) as driver:
        driver.get(file.as_uri())
        assert "switched off" in driver.find_element(By.TAG_NAME, "noscript").text
        for section in ("overview", "who_speaks", "for_against", "over_time", "side_by_side"):
            shown = driver.find_elements(
                By.CSS_SELECTOR, f"#{section} table, #{section} figure svg, #{section} .series svg"
            )
            assert any(each.is_displayed() for each in shown), section
        assert SOURCE in driver.find_element(By.ID, "for_against").text
        assert not driver.find_element(By.ID, "browser").is_displayed()


def test_paper_has_no_search_and_no_buttons(opened: Open) -> None:
    driver = opened()
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not driver.find_element(By.ID, "browser").is_displayed()
    assert not any(button.is_displayed() for button in driver.find_elements(By.TAG_NAME, "button"))
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
