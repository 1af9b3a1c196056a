"""Tokens and their words: a script gives back what it was derived from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.parse.scripts import Script, derive, word_pieces

ARABIC = [chr(code) for code in range(0x621, 0x64B) if chr(code).isalpha()]
LETTERS = st.text(alphabet=ARABIC, min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("كتاب", ["كتاب"]),
        ("وقال", ["و", "قال"]),
        ("للحكومة", ["ل", "الحكومة"]),
        ("للغة", ["ل", "اللغة"]),
        ("مدرسته", ["مدرسة", "ه"]),
        ("وبمدرستهم", ["و", "ب", "مدرسة", "هم"]),
        ("لديه", ["لدى", "ه"]),
        ("كتبوه", ["كتبوا", "ه"]),
        ("مما", ["من", "ما"]),
        # The annotators spell the hamza of a word within a token that lacks it, beside what the joint had changed.
        ("ادارتها", ["إدارة", "ها"]),
        ("ب", ["ب"]),
        # The stem is shorter than the clitics.
        ("ابهما", ["أب", "هما"]),
    ],
)
def test_a_script_makes_the_words_that_it_was_derived_from(token: str, words: list[str]) -> None:
    script = derive(token, words)
    assert script is not None
    assert script.apply(token) == words


def test_the_stem_is_the_word_that_is_respelt_though_another_is_longer() -> None:
    assert derive("لهما", ["ل", "هما"]) == Script(before=("ل",))
    script = derive("فيهما", ["في", "هما"])
    assert script is not None
    assert script.cost == 0


def test_words_that_are_spelt_quite_otherwise_have_no_script() -> None:
    assert derive("اللي", ["اذهب", "الى"]) is None


def test_a_script_that_leaves_no_stem_is_refused() -> None:
    assert Script(before=("و",), after=("ه",)).apply("وه") is None
    assert Script(cut_end="ا", add_end="ى").apply("ا") is None


@given(LETTERS, st.lists(LETTERS, min_size=1, max_size=4))
def test_a_script_that_exists_is_right(token: str, words: list[str]) -> None:
    script = derive(token, words)
    assert script is None or script.apply(token) == words


@given(st.lists(LETTERS, max_size=2), LETTERS, st.lists(LETTERS, max_size=2))
def test_words_written_in_a_row_always_have_a_script(before: list[str], stem: str, after: list[str]) -> None:
    words = [*before, stem, *after]
    script = derive("".join(words), words)
    assert script is not None
    assert script.cost == 0
    assert script.apply("".join(words)) == words


@given(LETTERS, LETTERS.filter(lambda kept: len(kept) > 1), LETTERS, LETTERS)
def test_a_stem_that_is_respelt_at_both_ends_has_a_script(cut: str, kept: str, start: str, end: str) -> None:
    token, words = f"و{cut}{kept}{cut}ها", ["و", start + kept + end, "ها"]
    script = derive(token, words)
    assert script is not None
    assert script.apply(token) == words


@given(LETTERS, st.lists(LETTERS, min_size=1, max_size=4))
def test_every_word_has_letters_of_its_token(token: str, words: list[str]) -> None:
    pieces = word_pieces(token, words)
    assert [piece.form for piece in pieces] == words
    assert all(0 <= piece.start < piece.end <= len(token) for piece in pieces)
    assert sum(piece.clitic is None for piece in pieces) == 1


def test_a_word_stands_in_its_own_letters() -> None:
    pieces = word_pieces("وبمدرستهم", ["و", "ب", "مدرسة", "هم"])
    assert [(piece.start, piece.end, piece.clitic) for piece in pieces] == [
        (0, 1, "و"),
        (1, 2, "ب"),
        (2, 7, None),
        (7, 9, "هم"),
    ]
