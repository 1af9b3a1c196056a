"""Which news sentences a parser may teach itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nabra.tasks.corpora.treebank import surface_tokens
from nabra.tasks.parse.parser import ParsedSentence, Word
from nabra.tasks.train.silver import news_sentences, silver_trees

SENTENCE = "أعلنت الحكومة أن المحادثات ستبدأ غدا في العاصمة الجديدة."


class SpellingParser:
    """A parser of one word a token, each on the one before; `unsure` words change their relation without hamza."""

    def __init__(self, unsure: str = "") -> None:
        self.unsure = unsure

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        return [ParsedSentence(tuple(self._words(sentence)), ()) for sentence in sentences]

    def _words(self, sentence: str) -> list[Word]:
        words, at = [], 0
        for number, form in enumerate(sentence.split(), start=1):
            label = "dep" if "أ" in sentence or form != self.unsure else "obj"
            words.append(Word(number, number, at, at + len(form), form, form, "X", None, None, number - 1, label))
            at += len(form) + 1
        return words


class LosingParser(SpellingParser):
    """Finds one word fewer where there is no hamza."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        parsed = super().parse(sentences)
        pairs = zip(sentences, parsed, strict=True)
        return [tree if "أ" in text else replace(tree, words=tree.words[:-1]) for text, tree in pairs]


def test_an_analysis_that_does_not_hang_on_the_spelling_is_kept_with_its_text() -> None:
    (lines,) = silver_trees([SENTENCE], SpellingParser(), 10)
    assert lines[0] == f"# text = {SENTENCE}"
    assert [token for token, _ in surface_tokens(lines)] == SENTENCE.split()


def test_an_analysis_that_changes_with_the_spelling_is_not() -> None:
    assert silver_trees([SENTENCE], SpellingParser(unsure="المحادثات"), 10) == []
    assert silver_trees([SENTENCE], LosingParser(), 10) == []


def test_no_more_sentences_are_read_than_needed() -> None:
    source = iter([SENTENCE] * 500)
    assert len(silver_trees(source, SpellingParser(), 70)) == 70
    assert len(list(source)) == 500 - 2 * 64


def test_headlines_short_lines_and_foreign_text_are_no_sentences_to_learn_from() -> None:
    text = f"عنوان بلا نقطة في آخره وهو طويل بما يكفي\n{SENTENCE}\nقال نعم.\n{SENTENCE[:-1]} عبر Twitter."
    assert list(news_sentences([text])) == [SENTENCE]
