"""Sentences of a treebank."""

from __future__ import annotations

from pathlib import Path

from nabra.tasks.corpora.treebank import is_pud, read_conllu, sentence_text, surface_tokens, write_conllu

CONLLU = """# sent_id = 1
# text = قال "نعم" وغادر.
1\tقال\t_\tVERB\t_\t_\t0\troot\t_\t_
2\t"\t_\tPUNCT\t_\t_\t3\tpunct\t_\tSpaceAfter=No
3\tنعم\t_\tINTJ\t_\t_\t1\tobj\t_\tSpaceAfter=No
4\t"\t_\tPUNCT\t_\t_\t3\tpunct\t_\t_
5-6\tوغادر\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
5\tو\t_\tCCONJ\t_\t_\t6\tcc\t_\t_
6\tغادر\t_\tVERB\t_\t_\t1\tconj\t_\t_
7\t.\t_\tPUNCT\t_\t_\t1\tpunct\t_\t_

"""


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
