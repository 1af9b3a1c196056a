"""From the treebank's manner of annotation to that of the tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.parse.conventions import clause_as_root, in_conventions, with_parts_of_speech
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence, Word

Row = tuple[str, str, int, str]


def sentence(*rows: Row, xpos: str | None = None) -> tuple[Word, ...]:
    return tuple(
        Word(number, number, 10 * number, 10 * number + len(form), form, form, upos, xpos, None, head, deprel)
        for number, (form, upos, head, deprel) in enumerate(rows, start=1)
    )


def tree(words: tuple[Word, ...]) -> list[tuple[int, str]]:
    return [(word.head, word.deprel) for word in words]


def test_the_clause_heads_the_sentence_and_the_conjunction_introduces_it() -> None:
    words = sentence(
        ("و", "CCONJ", 0, "root"),
        ("عاد", "VERB", 1, "parataxis"),
        ("الوفد", "NOUN", 2, "nsubj"),
        ("غادر", "VERB", 1, "parataxis"),
        (".", "PUNCT", 1, "punct"),
    )
    assert tree(clause_as_root(words)) == [(2, "cc"), (0, "root"), (2, "nsubj"), (2, "parataxis"), (2, "punct")]


def test_the_words_of_a_fixed_conjunction_stay_together() -> None:
    words = sentence(
        ("بما", "CCONJ", 0, "root"),
        ("أن", "SCONJ", 1, "fixed"),
        ("الطقس", "NOUN", 4, "nsubj"),
        ("تحسن", "VERB", 1, "advcl"),
    )
    assert tree(clause_as_root(words)) == [(4, "cc"), (1, "fixed"), (4, "nsubj"), (0, "root")]


def test_a_sentence_that_a_verb_heads_stays_and_so_does_a_conjunction_without_a_clause() -> None:
    verb = sentence(("عاد", "VERB", 0, "root"), ("الوفد", "NOUN", 1, "nsubj"))
    alone = sentence(("لكن", "CCONJ", 0, "root"), ("…", "PUNCT", 1, "punct"))
    assert clause_as_root(verb) == verb
    assert clause_as_root(alone) == alone


@given(st.data())
def test_whatever_the_tree_a_tree_comes_out(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 9))
    order = data.draw(st.permutations(range(1, size + 1)))
    heads = {order[0]: 0} | {word: data.draw(st.sampled_from(order[:at])) for at, word in enumerate(order) if at}
    relations = st.sampled_from(["parataxis", "cc", "punct", "fixed", "obl:arg", "nsubj"])
    rows = [
        (
            "و",
            data.draw(st.sampled_from(["CCONJ", "X", "NOUN"])),
            heads[n],
            data.draw(relations) if heads[n] else "root",
        )
        for n in range(1, size + 1)
    ]
    words = in_conventions(ParsedSentence(sentence(*rows), ())).words
    assert [word.head for word in words].count(0) == 1
    for word in words:
        assert (word.head == 0) == (word.deprel == "root")
        steps = 0
        while word.head:
            word, steps = words[word.head - 1], steps + 1
            assert steps <= size
    assert all(word.upos != "X" for word in words)


@pytest.mark.parametrize(
    ("before", "form", "deprel", "upos"),
    [
        ("في", "2015", "obl", "NUM"),
        ("في", "»", "punct", "PUNCT"),
        ("في", "%", "nmod", "SYM"),
        ("في", "+", "nmod", "SYM"),
        ("الوفد", "الذي", "cc", "DET"),
        ("قال", "لكن", "cc", "CCONJ"),
        ("أن", "نسأل", "nsubj", "VERB"),
        ("غادر", "لدى", "case", "ADP"),
        ("في", "انفتاح", "obl", "NOUN"),
    ],
)
def test_an_unanalysed_word_is_told_by_shape_class_and_place(before: str, form: str, deprel: str, upos: str) -> None:
    words = sentence((before, "ADP", 0, "root"), (form, "X", 1, deprel))
    assert with_parts_of_speech(words, ())[1].upos == upos


def test_what_agrees_with_a_noun_before_it_is_an_adjective() -> None:
    words = sentence(("الأمراض", "NOUN", 0, "root"), ("الوبائية", "X", 1, "nmod"))
    assert with_parts_of_speech(words, ())[1].upos == "ADJ"
    words = sentence(("اجتماعا", "NOUN", 0, "root"), ("موسعا", "X", 1, "nmod"))
    assert with_parts_of_speech(words, ())[1].upos == "ADJ"


def test_a_name_is_what_the_model_of_names_finds_what_goes_on_after_it_and_what_is_foreign() -> None:
    words = sentence(("زار", "VERB", 0, "root"), ("سامر", "X", 1, "nsubj"), ("الطيب", "X", 2, "nmod"))
    found = NamedEntity(words[1].start, words[1].end, "PER")
    assert [word.upos for word in with_parts_of_speech(words, [found])] == ["VERB", "PROPN", "PROPN"]
    assert [word.upos for word in with_parts_of_speech(words, [])] == ["VERB", "NOUN", "NOUN"]
    foreign = sentence(("تالين", "X", 0, "root"), xpos="X---------")
    assert with_parts_of_speech(foreign, [])[0] == Word(
        1, 1, 10, 15, *["تالين"] * 2, "PROPN", "X---------", None, 0, "root"
    )
