"""Texts parsed without losing a character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.evaluate.surface import covering, parse_whole
from nabra.tasks.parse.parser import LongSentencesError, ParsedSentence, Word
from tests.word_tools import WordParser


class SkeletonParser:
    """Reads what the models see: a token that is marks alone is lost to it."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        return [self._sentence(sentence) for sentence in sentences]

    def _sentence(self, sentence: str) -> ParsedSentence:
        shape = skeleton(sentence)
        (parsed,) = WordParser().parse([shape.text])
        spans = [shape.span(word.start, word.end) for word in parsed.words]
        pairs = zip(parsed.words, spans, strict=True)
        return ParsedSentence(tuple(replace(word, start=start, end=end) for word, (start, end) in pairs), ())


class ShortParser(WordParser):
    """Takes sentences of two tokens at most."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        parsed = super().parse(sentences)
        spans = {number: [(word.start, word.end) for word in one.words] for number, one in enumerate(parsed)}
        long = {n: [(s[at][0], s[min(at + 1, len(s) - 1)][1]) for at in range(0, len(s), 2)] for n, s in spans.items()}
        if any(len(cuts) > 1 for cuts in long.values()):
            raise LongSentencesError({number: cuts for number, cuts in long.items() if len(cuts) > 1})
        return parsed


def read(text: str) -> list[tuple[str, int, str]]:
    (parsed,) = SkeletonParser().parse([text])
    return [(text[word.start : word.end], word.head, word.deprel) for word in covering(text, parsed).words]


def test_a_tatweel_alone_is_a_mark_under_the_word_after_it() -> None:
    assert read("زار ـ سامر") == [("زار", 0, "root"), ("ـ", 3, "punct"), ("سامر", 1, "dep")]
    assert read("زار سامر ً") == [("زار", 0, "root"), ("سامر", 1, "dep"), ("ً", 2, "punct")]
    assert read("ـ ً") == [("ـ", 0, "root"), ("ً", 1, "punct")]


def test_marks_belong_to_the_token_that_they_touch() -> None:
    assert read("ـزارَ سامرٌ") == [("ـزارَ", 0, "root"), ("سامرٌ", 1, "dep")]


@given(st.text(alphabet=st.sampled_from("بت ـًّ"), min_size=1, max_size=14).filter(str.strip))
def test_no_character_is_lost_and_there_is_one_root(text: str) -> None:
    words = read(text)
    assert "".join(form for form, _, _ in words) == "".join(text.split())
    assert [head for _, head, _ in words].count(0) == 1


def test_what_is_too_long_comes_in_pieces_that_make_the_text() -> None:
    texts = [["أ ب ت ث ج ", "ح خ"], ["د"]]
    parsed = parse_whole(texts, ShortParser())
    assert [["".join(piece.text for piece in pieces)] for pieces in parsed] == [["أ ب ت ث ج ح خ"], ["د"]]
    assert [piece.start for piece in parsed[0]] == [0, 4, 8, 10]
    for pieces, text in zip(parsed, texts, strict=True):
        assert all("".join(text)[piece.start :].startswith(piece.text) for piece in pieces)


def test_a_number_with_a_space_stays_one_token() -> None:
    number = ParsedSentence((Word(1, 1, 0, 5, "1 000", "1 000", "NUM", None, None, 0, "root"),), ())
    assert [(word.start, word.end) for word in covering("1 000", number).words] == [(0, 5)]
