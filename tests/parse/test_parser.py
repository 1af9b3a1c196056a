"""Stanza's offsets brought back to the text, with a pipeline of a few lines in Stanza's place."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.parse.parser import (
    ANALYSERS,
    MAX_TOKENS,
    PARAGRAPH_BREAK,
    SEGMENTERS,
    LongSentencesError,
    StanzaParser,
)


def space_pipeline(text: Any, processors: str) -> Any:
    """A document as Stanza builds it: paragraphs are sentences, white-space words are tokens and entities."""
    if processors == ANALYSERS:
        return text
    sentences = []
    for paragraph in re.finditer(r"\S(?:(?!\n\n).)*", text, re.DOTALL):
        tokens = []
        for number, match in enumerate(re.finditer(r"\S+", paragraph[0]), start=1):
            start, end = paragraph.start() + match.start(), paragraph.start() + match.end()
            word = SimpleNamespace(
                id=number, text=match[0], lemma=None, upos="X", xpos=None, feats=None, head=0, deprel="root"
            )
            tokens.append(SimpleNamespace(text=match[0], start_char=start, end_char=end, words=[word]))
        entities = [SimpleNamespace(start_char=t.start_char, end_char=t.end_char, type="MISC") for t in tokens]
        sentences.append(SimpleNamespace(tokens=tokens, ents=entities))
    return SimpleNamespace(sentences=sentences)


WORD = st.text(alphabet=[*"محمدالوزير123٤aZ.،«»😀", "\u064b", "\u0651", "\u0640", "ﻻ"], min_size=1, max_size=8)
SENTENCES = st.lists(st.lists(WORD, min_size=1, max_size=6).map(" ".join), max_size=6)


@given(SENTENCES)
def test_spans_are_those_of_the_sentence_given(sentences: list[str]) -> None:
    parsed = StanzaParser(space_pipeline).parse(sentences)
    assert len(parsed) == len(sentences)
    for sentence, result in zip(sentences, parsed, strict=True):
        assert [word.form for word in result.words] == skeleton(sentence).text.split()
        for word in result.words:
            assert skeleton(sentence[word.start : word.end]).text.strip() == word.form
        assert [(e.start, e.end) for e in result.entities] == [(w.start, w.end) for w in result.words]


def test_a_sentence_of_marks_alone_has_no_words() -> None:
    parsed = StanzaParser(space_pipeline).parse(["قال", "\u0640\u064b", "نعم"])
    assert [len(result.words) for result in parsed] == [1, 0, 1]


def test_sentences_of_like_length_meet_in_a_batch() -> None:
    seen = []

    def noting(text: Any, processors: str) -> Any:
        if processors == SEGMENTERS:
            seen.append(text.split(PARAGRAPH_BREAK))
        return space_pipeline(text, processors)

    parsed = StanzaParser(noting).parse(["غادر الوزير", "نعم", "قال الوزير إن", "لا"])
    assert seen == [["لا", "نعم", "غادر الوزير", "قال الوزير إن"]]
    assert [len(result.words) for result in parsed] == [2, 1, 3, 1]


def test_sentences_that_the_pipeline_runs_together_are_noticed() -> None:
    def joining(text: Any, processors: str) -> Any:
        return space_pipeline(text.replace("\n\n", "  ") if processors == SEGMENTERS else text, processors)

    with pytest.raises(ValueError, match="did not keep the sentence"):
        StanzaParser(joining).parse(["قال الوزير", "ثم غادر"])


def test_a_sentence_of_too_many_tokens_has_to_be_cut_between_two() -> None:
    long = "\u064b" + "يا " * (2 * MAX_TOKENS + 1)
    with pytest.raises(LongSentencesError) as caught:
        StanzaParser(space_pipeline).parse(["نعم", long])
    ((index, spans),) = caught.value.cuts.items()
    assert index == 1
    assert [len(long[start:end].split()) for start, end in spans] == [MAX_TOKENS, MAX_TOKENS, 1]
    parsed = StanzaParser(space_pipeline).parse([long[start:end] for start, end in spans])
    assert [len(result.words) for result in parsed] == [MAX_TOKENS, MAX_TOKENS, 1]


@pytest.mark.parametrize("token", ["ا" * 1000, "iVBORw0KGgo" * 200, "<UNK>"])
def test_a_token_that_stanza_takes_for_too_long_keeps_its_form(token: str) -> None:
    def replacing(text: Any, processors: str) -> Any:
        document = space_pipeline(text, processors)
        for word in (word for sentence in document.sentences for found in sentence.tokens for word in found.words):
            if len(word.text) >= 1000:
                word.text = word.lemma = "<UNK>"
        return document

    (parsed,) = StanzaParser(replacing).parse([f"قال {token} نعم"])
    assert [word.form for word in parsed.words] == ["قال", token, "نعم"]
