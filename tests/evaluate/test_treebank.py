"""Scores of a parser on trees, with a parser of a few lines: every word a token under the first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nabra.tasks.corpora.treebank import read_treebank
from nabra.tasks.errors import UsageError
from nabra.tasks.evaluate.treebank import score_given, score_treebank
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence, Word
from tests.word_tools import WordParser

BUT = [
    "# text = ولكن سامراً عاد",
    "1-2\tولكن\t_\t_\t_\t_\t_\t_\t_\t_",
    "1\tو\tو\tCCONJ\t_\t_\t2\tcc\t_\t_",
    "2\tلٰكن\tلكن\tCCONJ\t_\tForeign=Yes\t0\troot\t_\t_",
    "3\tسامراً\tسَامِر\tX\tU---------\t_\t4\tnsubj\t_\t_",
    "4\tعاد\tعاد\tVERB\t_\t_\t2\tparataxis\t_\t_",
]


class NounParser(WordParser):
    upos = "NOUN"


class ButParser:
    """Knows one sentence, as the models would: without diacritics, in the official manner."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        return [self._sentence(sentence) for sentence in sentences]

    def _sentence(self, sentence: str) -> ParsedSentence:
        rows = [("و", 0, 4, "CCONJ", 2, "cc"), ("لكن", 0, 4, "CCONJ", 0, "root")]
        rows += [("سامرا", 5, 11, "X", 4, "nsubj"), ("عاد", 12, 15, "VERB", 2, "parataxis")]
        words = [
            Word(n, max(n - 1, 1), start, end, form, form, upos, None, None, head, deprel)
            for n, (form, start, end, upos, head, deprel) in enumerate(rows, start=1)
        ]
        words[1:3] = [Word(**vars(words[1]) | {"feats": "Foreign=Yes"}), Word(**vars(words[2]) | {"lemma": "سامر"})]
        return ParsedSentence(tuple(words), (NamedEntity(5, 11, "PER"),))


def sentence(*words: tuple[str, str, str, int, str]) -> list[str]:
    text = " ".join(form for form, *_ in words)
    rows = [
        f"{number}\t{form}\t{lemma}\t{upos}\t_\tNumber=Sing\t{head}\t{deprel}\t_\t_"
        for number, (form, lemma, upos, head, deprel) in enumerate(words, start=1)
    ]
    return [f"# text = {text}", *rows]


def test_the_scores_are_those_of_the_conll_scorer() -> None:
    gold = sentence(("زار", "زار", "VERB", 0, "root"), ("سامر", "سامر", "NOUN", 1, "nsubj"))
    scores = score_given([gold], NounParser())
    assert [scores[name] for name in ("Words", "UPOS", "UAS", "LAS")] == [1.0, 0.5, 1.0, 0.5]
    assert scores["intervals"]["LAS"] == [0.5, 0.5]


def test_a_word_that_is_not_split_is_wrong() -> None:
    gold = [
        "# text = وقال سامر",
        "1-2\tوقال\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\tو\tو\tCCONJ\t_\t_\t2\tcc\t_\t_",
        "2\tقال\tقال\tVERB\t_\t_\t0\troot\t_\t_",
        "3\tسامر\tسامر\tPROPN\t_\t_\t2\tnsubj\t_\t_",
    ]
    # One word of two found, one of three wanted.
    assert score_given([gold], WordParser())["Words"] == pytest.approx(2 * 1 / (2 + 3))


def test_what_is_right_loses_nothing_by_diacritics_of_the_file() -> None:
    scores = score_treebank([BUT], ButParser())["given"]["official"]
    assert {name: value for name, value in scores.items() if name != "intervals" and value < 1} == {}


def test_in_the_conventions_of_the_tables_gold_and_prediction_take_the_same_step() -> None:
    scores = score_treebank([BUT], ButParser())
    assert scores["given"]["tables"]["LAS"] == 1.0
    assert scores["given"]["tables"]["UPOS"] == 1.0


def test_a_text_is_cut_by_nabra_where_boundaries_are_its_own() -> None:
    one = sentence(("زار", "زار", "X", 0, "root"), ("الوفد", "وفد", "X", 1, "dep"), (".", ".", "X", 1, "dep"))
    first = ["# newpar", *one]
    scores = score_treebank([first, one, first], WordParser())
    # WordParser takes "الوفد ." for what it is, so that nothing but the boundaries can be wrong; these are not.
    assert scores["own"]["official"]["Sentences"] == 1.0
    unmarked = sentence(("زار", "زار", "X", 0, "root"), ("الوفد", "وفد", "X", 1, "dep"))
    assert score_treebank([["# newpar", *unmarked], unmarked], WordParser())["own"]["official"]["Sentences"] == 0.0
    assert score_treebank([unmarked, unmarked], WordParser())["own"]["official"]["Sentences"] == 1.0


def test_columns_that_the_file_leaves_empty_are_not_scored() -> None:
    bare = [
        "# text = زار سامر",
        *(f"{n}\t{form}\t{form}\tX\t_\t_\t_\t_\t_\t_" for n, form in ((1, "زار"), (2, "سامر"))),
    ]
    scores = score_treebank([bare], WordParser())["given"]["official"]
    assert set(scores) == {"Tokens", "Sentences", "Words", "UPOS", "Lemmas", "intervals"}
    assert scores["Lemmas"] == 1.0


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "holds no sentence"),
        ("# text = زار\n1 زار\n\n", "sentence 1 is no CoNLL-U: '1 زار' has no ten columns"),
        ("1\tزار\t_\tX\t_\t_\t0\troot\t_\t_\n\n", "has no # text"),
        ("# text = عاد\n1\tزار\t_\tX\t_\t_\t0\troot\t_\t_\n\n", "its tokens say 'زار', its # text 'عاد'"),
        ("# text = زار\n1.1\tزار\t_\tX\t_\t_\t0\troot\t_\t_\n\n", "empty nodes"),
    ],
)
def test_a_file_that_is_no_treebank_is_refused_by_name(tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "bank.conllu"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=rf"bank\.conllu.*{fault}"):
        read_treebank(path)
