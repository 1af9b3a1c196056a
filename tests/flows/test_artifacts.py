"""What a run leaves in Prefect, rendered: nothing that came in makes a heading, a link, a picture or HTML."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from nabra.flows.news import RunSummary
from nabra.flows.prefect import artifacts
from nabra.tasks.engine.batch import StageCount
from nabra.tasks.engine.counts import SourceCount

PLANTED = [
    "# عاجل",
    "[ادفع هنا](https://evil.example)",
    "![](https://evil.example/p.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "x | y | [a](https://evil.example) |",
    "```\n# a\n[b](https://evil.example)\n```",
    "`x` [a](https://evil.example) `",
    "``` `` ` [a](https://evil.example)",
    "\\`[a](https://evil.example)",
    "\\| [a](https://evil.example) \\",
    "a\n\n# b\n\n[c]: https://evil.example",
    "a\r\r# b",
    "a\u2028# b\u2029# c\x85# d",
    "https://evil.example www.evil.example a@evil.example",
    "<https://evil.example>",
    "&#35; &lt;b&gt; [a](javascript:alert(1))",
    "~~~\n# a\n~~~",
    "    # a",
    "a\n===",
    "- a\n1. b\n> c",
    "*a* __b__ ~~c~~",
    "x\x1b]0;owned\x07\u202eb",
    "",
]
RENDERED = MarkdownIt("gfm-like", {"html": True, "linkify": False})


def tokens(markdown: str) -> list[Token]:
    return list(chain.from_iterable([token, *(token.children or ())] for token in RENDERED.parse(markdown)))


def kinds(markdown: str) -> list[str]:
    return [token.type for token in tokens(markdown)]


def summary(source: str = "cli", failure: str = "", warehouse: str = "/data/news") -> RunSummary:
    return RunSummary(
        warehouse,
        (StageCount("fetch", documents_in=3, documents_out=3),),
        (SourceCount(source, 3, 3, 0, 0), SourceCount("other", 1, 1, 0, 0)),
        (failure,) if failure else (),
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is published, by key."""
    kept: dict[str, Any] = {}
    for kind in ("table", "markdown", "link"):
        monkeypatch.setattr(artifacts, f"create_{kind}_artifact", lambda key, **data: kept.update({key: data}))
    monkeypatch.setattr(artifacts, "emit_event", lambda event, **data: kept.update({event: data}))
    return kept


@pytest.mark.parametrize("planted", PLANTED)
def test_a_source_and_a_path_make_nothing_but_text(planted: str, made: dict[str, Any]) -> None:
    artifacts.publish(summary(planted, warehouse=f"/data/{planted}"), 1.0)
    plain = summary("cli")
    text = made[artifacts.SUMMARY]["markdown"]
    allowed = {"text", "code_inline"}
    shape = [kind for kind in kinds("\n".join(artifacts.summary(plain))) if kind not in allowed]
    assert [kind for kind in kinds(text) if kind not in allowed] == shape
    for table in (artifacts.STAGES, artifacts.SOURCES):
        assert set(kinds(made[table]["description"])) <= {"paragraph_open", "paragraph_close", "inline", *allowed}
    for row in made[artifacts.SOURCES]["table"]:
        assert set(kinds(row["source"])) <= {"paragraph_open", "paragraph_close", "inline", *allowed}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_failure_stays_in_its_fence(planted: str, made: dict[str, Any]) -> None:
    artifacts.publish(summary(failure=f"{planted}\nparse failed on batch {planted}"), 1.0)
    text = made[artifacts.SUMMARY]["markdown"]
    assert kinds(text) == kinds("\n".join(artifacts.summary(summary(failure="parse failed"))))
    assert "\x1b" not in text
    assert "\u202e" not in str(made[artifacts.FAILED])


FEW = "source port: 3 articles on 2026-11-24: 31 expected, 18 at least (named 30, fetched 30, refused 0)"


def test_sources_that_bring_too_little_are_in_the_summary_and_in_an_event(made: dict[str, Any]) -> None:
    artifacts.publish(replace(summary(), quiet=(FEW,)), 1.0)
    shown = tokens(made[artifacts.SUMMARY]["markdown"])
    assert "Sources that bring too little" in [token.content for token in shown if token.type == "inline"]
    assert FEW in [token.content for token in shown if token.type == "code_inline"]
    assert made["nabra.sources.quiet"]["payload"] == {"quiet": 1, "first": [FEW]}


def test_where_no_source_brings_too_little_nothing_is_said_of_it(made: dict[str, Any]) -> None:
    artifacts.publish(summary(), 1.0)
    assert artifacts.QUIET not in made
    assert "too little" not in made[artifacts.SUMMARY]["markdown"]


@pytest.mark.parametrize("planted", PLANTED)
def test_a_sentence_on_a_source_makes_nothing_but_text(planted: str, made: dict[str, Any]) -> None:
    artifacts.publish(replace(summary(), quiet=(f"source {planted}: 3 articles",)), 1.0)
    plain = "\n".join(artifacts.summary(replace(summary(), quiet=("source port: 3 articles",))))
    assert kinds(made[artifacts.SUMMARY]["markdown"]) == kinds(plain)
    assert "\x1b" not in str(made[artifacts.QUIET])


@pytest.mark.parametrize("path", ["/data/a](https://evil.example)", "/data/ب ج (1) [2]", "s3://news/a](x) <b>"])
def test_a_path_cannot_leave_its_link(path: str, made: dict[str, Any]) -> None:
    artifacts.publish(summary(warehouse=path), 1.0)
    link = made[artifacts.WAREHOUSE]["link"]
    assert not set(link) & set("[]()<> \n")
    shown = link.replace("file:", "https:")  # the renderer of this test makes no links to files
    (opened,) = [token for token in tokens(f"[{shown}]({shown})") if token.type == "link_open"]
    assert opened.attrs["href"] == shown


def test_what_is_planted_is_still_shown() -> None:
    text = "\n".join(artifacts.summary(summary("[ادفع](https://evil.example)")))
    assert "[ادفع](https://evil.example)" in [token.content for token in tokens(text) if token.type == "code_inline"]
    assert "cli" in [token.content for token in tokens("\n".join(artifacts.summary(summary()))) if token.type == "text"]
