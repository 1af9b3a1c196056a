"""What is known of an address, and when it is asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.config.settings import FetchSettings, load_settings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.page_states import PAGE, Ask, Memory, PageState, answered, failed, newest_pages, robots_page
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.schemas import PAGES, table

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASK = Ask("https://news.example/1", PAGE, "port", "https://news.example/feed", "عنوان", NOON)
CACHED = Payload(b"one", etag='"1"')
Settings = Callable[..., FetchSettings]


def test_every_state_is_a_row_of_pages() -> None:
    first = answered(ASK, None, CACHED, NOON)
    states = [first, answered(ASK, first, None, NOON + HOUR), failed(ASK, first, DocumentError("timeout", ""), NOON)]
    states.append(robots_page("https://news.example/robots.txt", "port", "User-agent: *", NOON))
    rows = table(PAGES, [state.row for state in states])
    assert rows["outcome"].to_pylist() == ["changed", "not_modified", "failed", "changed"]
    assert newest_pages(rows.to_pylist())[ASK.url] == states[1]


def test_a_page_that_stays_the_same_keeps_the_time_of_its_change() -> None:
    first = answered(ASK, None, CACHED, NOON)
    same = answered(ASK, first, CACHED, NOON + HOUR)
    assert (same.outcome, same.changed_at, same.checked_at) == ("unchanged", NOON, NOON + HOUR)
    edited = answered(ASK, same, Payload(b"two"), NOON + 2 * HOUR)
    assert (edited.outcome, edited.changed_at, edited.etag) == ("changed", NOON + 2 * HOUR, None)


def test_a_failure_keeps_what_the_page_gave_before_and_since_when_it_fails() -> None:
    error = DocumentError("http_error", "status 500")
    first = failed(ASK, answered(ASK, None, CACHED, NOON), error, NOON + HOUR)
    second = failed(ASK, first, error, NOON + 2 * HOUR)
    assert (second.reason, second.changed_at, second.etag) == ("http_error", NOON + HOUR, '"1"')


def asked(held: timedelta, payload: Payload = CACHED) -> PageState:
    """A page checked at noon that has been the same for so long."""
    return replace(answered(ASK, None, payload, NOON), changed_at=NOON - held)


@given(st.integers(0, 72), st.integers(0, 72))
def test_a_page_is_due_once_half_the_time_has_passed_that_it_has_held(held: int, waited: int) -> None:
    settings = load_settings().fetch
    assert asked(held * HOUR).is_due(NOON + waited * HOUR, settings) == (2 * waited >= held)


def test_a_page_asked_every_hour_is_asked_ever_more_rarely_and_then_no_more() -> None:
    settings, page, hours = load_settings().fetch, asked(timedelta()), []
    for hour in range(1, 200):
        now = NOON + hour * HOUR
        if page.is_due(now, settings):
            page = answered(ASK, page, None, now)
            hours.append(hour)
    assert hours == [1, 2, 3, 5, 8, 12, 18, 27, 41, 62, 93]


@pytest.mark.parametrize("minutes", [0, 30])
def test_a_page_that_would_be_sent_whole_waits_for_an_hour(minutes: int) -> None:
    settings = load_settings().fetch
    page = asked(timedelta(), Payload(b"one"))
    assert not page.is_due(NOON + timedelta(minutes=minutes), settings)
    assert page.is_due(NOON + HOUR, settings)


def test_an_article_that_is_another_each_time_is_asked_ever_more_rarely() -> None:
    settings, versions, page = load_settings().fetch, 1, asked(timedelta())
    for hour in range(1, 24 * 30):
        now = NOON + hour * HOUR
        if page.is_due(now, settings, versions):
            versions += 1
            page = answered(ASK, page, Payload(str(hour).encode(), etag=str(hour)), now)
    assert versions == 12


def test_robots_txt_is_remembered_for_a_day() -> None:
    robots = robots_page("https://news.example/robots.txt", "port", "User-agent: *", NOON)
    memory = Memory({}, {robots.url: robots})
    assert memory.robots(NOON + 23 * HOUR) == {robots.url: "User-agent: *"}
    assert memory.robots(NOON + 24 * HOUR) == {}
