"""The stage `parse` with a parser of a few lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nabra.config.settings import load_settings
from nabra.tasks.parse.parse import parse_articles
from nabra.tasks.parse.parser import LongSentencesError, ParsedSentence
from tests.conftest import clean_table
from tests.word_tools import WordParser

SETTINGS = load_settings().parse


class FragileParser(WordParser):
    """Fails on any sentence that holds the word عطل."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        if any("عطل" in sentence for sentence in sentences):
            raise RuntimeError("cannot parse this")
        return super().parse(sentences)


def test_headline_sentences_come_first_and_the_count_goes_on() -> None:
    out = parse_articles(clean_table(("عنوان الخبر", "جملة أولى. جملة ثانية.")), SETTINGS, WordParser())
    rows = out.tables["sentences"].to_pylist()
    assert [(r["sent_id"], r["part"], r["text"], r["words"]) for r in rows] == [
        (0, "title", "عنوان الخبر", 2),
        (1, "text", "جملة أولى.", 2),
        (2, "text", "جملة ثانية.", 2),
    ]


def test_offsets_are_those_of_the_article() -> None:
    clean = clean_table((None, "سطر أول.\nزار أحمد مقر الأمم المتحدة."))
    out = parse_articles(clean, SETTINGS, WordParser())
    text = clean["text"][0].as_py()
    for row in out.tables["sentences"].to_pylist():
        assert text[row["start"] : row["end"]] == row["text"]
    for row in out.tables["tokens"].to_pylist():
        assert text[row["start"] : row["end"]] == row["form"]
    for row in out.tables["entities"].to_pylist():
        assert text[row["start"] : row["end"]] == row["text"]


def test_names_are_those_of_the_model_alone() -> None:
    out = parse_articles(clean_table((None, "زار أحمد مقر الأمم المتحدة.")), SETTINGS, WordParser())
    rows = out.tables["entities"].to_pylist()
    assert {row["actor_id"] for row in rows} == {None}
    assert "ACTOR" not in {row["type"] for row in rows}


def test_an_article_that_cannot_be_parsed_is_refused_and_the_others_go_on() -> None:
    clean = clean_table((None, "خبر سليم."), (None, "خبر فيه عطل."), (None, "خبر آخر."))
    out = parse_articles(clean, SETTINGS, FragileParser())
    assert set(out.tables["sentences"]["doc_id"].to_pylist()) == {"d0", "d2"}
    (refused,) = out.rejects.to_pylist()
    assert (refused["doc_id"], refused["reason"]) == ("d1", "failed")
    assert refused["detail"] == "RuntimeError: cannot parse this"


def test_the_same_articles_give_the_same_rows() -> None:
    clean = clean_table(("عنوان", "زار أحمد مقر الأمم المتحدة. ثم غادر."))
    first, second = (parse_articles(clean, SETTINGS, WordParser()) for _ in range(2))
    assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)


class ShortParser(WordParser):
    """Takes sentences of three words."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        words = [list(re.finditer(r"\S+", sentence)) for sentence in sentences]
        cuts = {
            number: [(found[at].start(), found[min(at + 3, len(found)) - 1].end()) for at in range(0, len(found), 3)]
            for number, found in enumerate(words)
            if len(found) > 3
        }
        if cuts:
            raise LongSentencesError(cuts)
        return super().parse(sentences)


def test_a_sentence_that_is_too_long_for_the_parser_becomes_several() -> None:
    clean = clean_table((None, "واحد اثنان. ثلاثة أربعة خمسة - - - ستة سبعة."), (None, "ثمانية."))
    out = parse_articles(clean, SETTINGS, ShortParser())
    rows = [(row["doc_id"], row["sent_id"], row["text"]) for row in out.tables["sentences"].to_pylist()]
    assert rows == [
        ("d0", 0, "واحد اثنان."),
        ("d0", 1, "ثلاثة أربعة خمسة"),
        ("d0", 2, "ستة سبعة."),
        ("d1", 0, "ثمانية."),
    ]
    assert all(
        clean["text"][0].as_py()[r["start"] : r["end"]] == r["text"] for r in out.tables["sentences"].to_pylist()[:3]
    )


def test_an_article_without_a_word_is_refused() -> None:
    out = parse_articles(clean_table((None, "😀 !!! - - -"), (None, "خبر.")), SETTINGS, WordParser())
    assert out.tables["sentences"]["doc_id"].to_pylist() == ["d1"]
    assert [(row["doc_id"], row["reason"]) for row in out.rejects.to_pylist()] == [("d0", "empty")]
