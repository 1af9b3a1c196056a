"""Scores of a parser, with a parser of a few lines: every word a token under the first, names begin with أ."""

from __future__ import annotations

import pytest

from nabra.tasks.evaluate.treebank import score_ner, score_sentences, score_treebank
from tests.word_tools import WordParser


class NounParser(WordParser):
    upos = "NOUN"


def sentence(*words: tuple[str, str, str, int, str]) -> list[str]:
    text = " ".join(form for form, *_ in words)
    rows = [
        f"{number}\t{form}\t{lemma}\t{upos}\t_\t_\t{head}\t{deprel}\t_\t_"
        for number, (form, lemma, upos, head, deprel) in enumerate(words, start=1)
    ]
    return [f"# text = {text}", *rows]


def test_noun_and_proper_noun_count_as_one() -> None:
    gold = sentence(("زار", "زار", "VERB", 0, "root"), ("سامر", "سامر", "PROPN", 1, "nsubj"))
    scores = score_treebank([gold], NounParser())
    assert scores["Words"] == 1.0
    assert scores["UPOS"] == 0.5
    assert scores["UAS"] == 1.0
    assert scores["LAS"] == 0.5


def test_a_word_that_is_not_split_is_wrong() -> None:
    gold = [
        "# text = وقال سامر",
        "1-2\tوقال\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\tو\tو\tCCONJ\t_\t_\t2\tcc\t_\t_",
        "2\tقال\tقال\tVERB\t_\t_\t0\troot\t_\t_",
        "3\tسامر\tسامر\tPROPN\t_\t_\t2\tnsubj\t_\t_",
    ]
    # One word of two found, one of three wanted.
    assert score_treebank([gold], WordParser())["Words"] == pytest.approx(2 * 1 / (2 + 3))


def test_entities_count_with_their_exact_span_and_type() -> None:
    gold = [[("زار", "O"), ("أحمد", "B-PER")], [("أكرم", "B-PER"), ("سعيد", "I-PER"), ("أثينا", "B-LOC")]]
    assert score_ner(gold, WordParser()) == pytest.approx({"P": 1 / 3, "R": 1 / 3, "F1": 1 / 3})


def test_sentences_in_boilerplate_do_not_count() -> None:
    article = {
        "text": "انتهى العمل. غادر الوفد.\nاقرأ أيضا",
        "sentences": [{"start": 0, "end": 12}, {"start": 13, "end": 20}],
    }
    scores = score_sentences([article])
    assert scores == {"P": 0.5, "R": 0.5, "F1": 0.5}
