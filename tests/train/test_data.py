"""Training files for Stanza."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nabra.tasks.corpora.treebank import read_conllu, sentence_text
from nabra.tasks.train.data import annotated_trees, augmented, write_ner_data, write_tokenizer_data
from tests.small_treebank import CONLLU


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    path = tmp_path / "bank.conllu"
    path.write_text(CONLLU, encoding="utf-8")
    return path


def test_labels_mark_tokens_multi_word_tokens_and_sentence_ends(treebank: Path, tmp_path: Path) -> None:
    write_tokenizer_data(treebank, tmp_path / "out", "train", augment=True)
    text = (tmp_path / "out" / "train.txt").read_text(encoding="utf-8").strip().split("\n\n")
    labels = (tmp_path / "out" / "train.labels").read_text(encoding="utf-8").strip().split("\n\n")
    assert text == ['قال "نعم" وغادر.', "قال “نعم” وغادر."]
    assert labels == ["0010100110000032"] * 2


def test_trees_are_those_of_the_parsers_eyes(treebank: Path) -> None:
    treebank.write_text(CONLLU.replace("قال", "قــالَ"), encoding="utf-8")
    (tree,) = annotated_trees(treebank)
    assert sentence_text(tree) == 'قال "نعم" وغادر.'


def test_puds_trees_come_twice_and_the_others_once(treebank: Path) -> None:
    (padt,) = read_conllu(treebank)
    pud = [padt[0], "# source = UD_Arabic-PUD v2 test", *padt[1:]]
    assert augmented([padt]) == [padt]
    assert augmented([pud]) == [pud, pud]


def test_one_sentence_in_ten_comes_again_without_its_hamza() -> None:
    sentences = [[f"# text = أكد{n}", f"1\tأكد{n}\tأكد\tVERB\t_\t_\t0\troot\t_\t_"] for n in range(20)]
    assert [sentence_text(lines) for lines in augmented(sentences)[20:]] == ["اكد0", "اكد10"]


def test_stanza_reads_names_as_json_without_diacritics(tmp_path: Path) -> None:
    write_ner_data([[("زارَ", "O"), ("سامر", "B-PER")], [("ـ", "O")]], tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == [
        [{"text": "زار", "ner": "O"}, {"text": "سامر", "ner": "B-PER"}],
        [{"text": "-", "ner": "O"}],
    ]
