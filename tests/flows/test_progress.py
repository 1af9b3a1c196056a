"""How far the stages are, in articles."""

from __future__ import annotations

import pytest

from nabra.flows.terminal import progress
from nabra.flows.terminal.inert import InertConsole
from nabra.flows.terminal.progress import stage_progress, told_articles


def test_articles_are_counted_by_the_steps_that_are_done() -> None:
    assert told_articles(0, 8, 1200) == "0 of 1,200 articles, 1,200 left"
    assert told_articles(2, 8, 1200) == "300 of 1,200 articles, 900 left"
    assert told_articles(8, 8, 1200) == "1,200 of 1,200 articles, 0 left"


def test_how_long_it_takes_is_told_as_soon_as_a_step_is_done() -> None:
    assert told_articles(0, 4, 40, seconds=600) == "0 of 40 articles, 40 left"
    assert told_articles(1, 4, 40, seconds=600) == "10 of 40 articles, 30 left, about 30 min"
    assert told_articles(3, 4, 40, seconds=6) == "30 of 40 articles, 10 left, about 1 min"


def test_where_there_is_no_terminal_each_step_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "console", InertConsole(stderr=True, width=120))
    with stage_progress(2, 60) as advance:
        advance("clean a", 0)
        advance("", 1)
        advance("parse a", 0)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "[1/2] clean a: 0 of 60 articles, 60 left"
    assert second == "[2/2] parse a: 30 of 60 articles, 30 left, about 1 min"


def test_steps_alone_are_counted_where_the_articles_are_not_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "console", InertConsole(stderr=True, width=120))
    with stage_progress(2) as advance:
        advance("clean a", 0)
    assert capsys.readouterr().err == "[1/2] clean a\n"
