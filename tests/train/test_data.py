"""Training files for Stanza."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nabra.tasks.errors import UsageError
from nabra.tasks.train.data import (
    data_files,
    read_bio,
    read_conllu,
    surface_tokens,
    typographic,
    without_hamza,
    without_misc,
    write_ner_data,
    write_tokenizer_data,
)

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


def test_bio_blocks_become_sentences(tmp_path: Path) -> None:
    (tmp_path / "in.bio").write_text("زار\tO\nسامر\tB-PER\n\nنعم\tO\n", encoding="utf-8")
    sentences = read_bio(tmp_path / "in.bio")
    assert sentences == [[("زار", "O"), ("سامر", "B-PER")], [("نعم", "O")]]
    write_ner_data(sentences, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == [
        [{"text": "زار", "ner": "O"}, {"text": "سامر", "ner": "B-PER"}],
        [{"text": "نعم", "ner": "O"}],
    ]


def test_names_of_the_kind_misc_are_anercorps_alone() -> None:
    name, other = [("كأس", "B-MISC")], [("سامر", "B-PER")]
    sentences = [name] * 420 + [name, other]
    assert without_misc("dev", sentences) == [name] * 420 + [other]


def test_a_sentence_without_hamza_keeps_its_lemmas(treebank: Path) -> None:
    lines = ["# text = أكد إلى", "1\tأكد\tأكد\tVERB", "2\tإلى\tإلى\tADP"]
    assert without_hamza(lines) == ["# text = اكد الى", "1\tاكد\tأكد\tVERB", "2\tالى\tإلى\tADP"]


def test_tokens_come_with_their_words(treebank: Path) -> None:
    (sentence,) = read_conllu(treebank)
    tokens = surface_tokens(sentence)
    assert [token for token, _ in tokens] == ["قال", '"', "نعم", '"', "وغادر", "."]
    assert dict(tokens)["وغادر"] == ("و", "غادر")


def test_data_may_lie_in_the_folder_or_beside_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "train.jsonl").touch()
    assert data_files(tmp_path / "data", ["gold/train.jsonl"]) == [tmp_path / "gold" / "train.jsonl"]
    with pytest.raises(UsageError, match=r"is missing: \S*/ner/train\.bio; name its folder with --data"):
        data_files(tmp_path / "data", ["ner/train.bio", "gold/train.jsonl"])
