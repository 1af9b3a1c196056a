"""Sentences of a treebank."""

from __future__ import annotations

from pathlib import Path

from nabra.tasks.corpora.treebank import is_pud, read_conllu, sentence_text, surface_tokens, write_conllu
from tests.small_treebank import CONLLU


def read(folder: Path) -> list[list[str]]:
    (folder / "bank.conllu").write_text(CONLLU, encoding="utf-8")
    return list(read_conllu(folder / "bank.conllu"))


def test_sentences_are_read_as_they_were_written(tmp_path: Path) -> None:
    sentences = read(tmp_path) * 2
    write_conllu(sentences, tmp_path / "again" / "bank.conllu")
    assert list(read_conllu(tmp_path / "again" / "bank.conllu")) == sentences
    assert sentence_text(sentences[0]) == 'قال "نعم" وغادر.'
    assert not is_pud(sentences[0])


def test_tokens_come_with_their_words(tmp_path: Path) -> None:
    (sentence,) = read(tmp_path)
    tokens = surface_tokens(sentence)
    assert [token for token, _ in tokens] == ["قال", '"', "نعم", '"', "وغادر", "."]
    assert dict(tokens)["وغادر"] == ("و", "غادر")
