"""Training files for Stanza."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nabra.tasks.corpora.treebank import read_conllu
from nabra.tasks.train.data import typographic, without_hamza, write_ner_data, write_tokenizer_data
from tests.small_treebank import CONLLU


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    path = tmp_path / "bank.conllu"
    path.write_text(CONLLU, encoding="utf-8")
    return path


def test_typographic_quotes_stand_in_text_and_words_alike(treebank: Path) -> None:
    (sentence,) = read_conllu(treebank)
    lines = typographic(sentence)
    assert lines[1] == "# text = قال “نعم” وغادر."
    assert [line.split("\t")[1] for line in lines[2:]] == ["قال", "“", "نعم", "”", "وغادر", "و", "غادر", "."]


def test_labels_mark_tokens_multi_word_tokens_and_sentence_ends(treebank: Path, tmp_path: Path) -> None:
    write_tokenizer_data(treebank, tmp_path / "out", "train", augment=True)
    text = (tmp_path / "out" / "train.txt").read_text(encoding="utf-8").strip().split("\n\n")
    labels = (tmp_path / "out" / "train.labels").read_text(encoding="utf-8").strip().split("\n\n")
    assert text == ['قال "نعم" وغادر.', "قال “نعم” وغادر."]
    assert labels == ["0010100110000032"] * 2


def test_a_sentence_without_hamza_keeps_its_lemmas(treebank: Path) -> None:
    lines = ["# text = أكد إلى", "1\tأكد\tأكد\tVERB", "2\tإلى\tإلى\tADP"]
    assert without_hamza(lines) == ["# text = اكد الى", "1\tاكد\tأكد\tVERB", "2\tالى\tإلى\tADP"]


def test_stanza_reads_names_as_json(tmp_path: Path) -> None:
    write_ner_data([[("زار", "O"), ("سامر", "B-PER")], [("نعم", "O")]], tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == [
        [{"text": "زار", "ner": "O"}, {"text": "سامر", "ner": "B-PER"}],
        [{"text": "نعم", "ner": "O"}],
    ]
