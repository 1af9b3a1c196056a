"""Sentences of a treebank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nabra.tasks.corpora.treebank import (
    Token,
    from_conllu,
    is_pud,
    parsed_lines,
    read_conllu,
    read_tokens,
    sentence_text,
    surface_tokens,
    with_analysis,
    with_heads,
    with_tokens,
    write_conllu,
)
from nabra.tasks.parse.parser import ParsedSentence, Word
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


def test_tokens_written_again_are_the_sentence(tmp_path: Path) -> None:
    (sentence,) = read(tmp_path)
    tokens = read_tokens(sentence)
    assert with_tokens(sentence, tokens) == sentence
    glued = [replace(token, space_after=False) for token in tokens]
    assert sentence_text(with_tokens(sentence, glued)) == 'قال"نعم"وغادر.'
    assert read_tokens(with_tokens(sentence, glued)) == [
        replace(token, words=tuple(_without_space(token))) for token in glued
    ]


def _without_space(token: Token) -> Iterator[tuple[str, ...]]:
    """Only a word that is a token says that no space follows it."""
    for columns in token.words:
        yield (*columns[:-1], "SpaceAfter=No") if len(token.words) == 1 else columns


def test_words_have_the_spans_of_their_tokens_in_the_text(tmp_path: Path) -> None:
    (sentence,) = read(tmp_path)
    text = sentence_text(sentence)
    words = from_conllu(sentence)
    assert [text[word.start : word.end] for word in words] == ["قال", '"', "نعم", '"', "وغادر", "وغادر", "."]
    assert [(word.form, word.token_id, word.head, word.lemma) for word in words[4:6]] == [
        ("و", 5, 6, None),
        ("غادر", 5, 1, None),
    ]


def test_another_analysis_changes_tags_and_tree_alone(tmp_path: Path) -> None:
    (sentence,) = read(tmp_path)
    words = from_conllu(sentence)
    assert with_analysis(sentence, words) == sentence
    other = with_analysis(sentence, [replace(words[0], upos="AUX", deprel="parataxis", head=3), *words[1:]])
    assert [line for line in other if line not in sentence] == ["1\tقال\t_\tAUX\t_\t_\t3\tparataxis\t_\t_"]


def test_a_sentence_without_a_tree_gets_one_for_those_who_want_one(tmp_path: Path) -> None:
    (sentence,) = read(tmp_path)
    assert with_heads(sentence) == sentence
    bare = ["1\tزار\t_\tVERB\t_\t_\t_\t_\t_\t_", "2\tسامر\t_\tX\t_\t_\t_\t_\t_\t_"]
    assert with_heads(bare) == [
        "1\tزار\t_\tVERB\t_\t_\t0\troot\t_\t_",
        "2\tسامر\t_\tX\t_\t_\t1\tdep\t_\t_",
    ]


def test_a_parsed_sentence_has_its_tokens_as_they_are_written() -> None:
    conjunction = Word(1, 1, 0, 6, "و", None, "CCONJ", None, None, 2, "cc")
    words = (conjunction, Word(2, 1, 0, 6, "غادر", "غادر", "VERB", None, None, 0, "root"))
    assert parsed_lines("وغادرَ", ParsedSentence(words, ())) == [
        "# text = وغادرَ",
        "1-2\tوغادرَ\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\tو\t_\tCCONJ\t_\t_\t2\tcc\t_\t_",
        "2\tغادر\tغادر\tVERB\t_\t_\t0\troot\t_\t_",
    ]
