"""Lemmas by edits of the word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.parse.lemmas import Edit, LemmaScript, derive_lemma, first_lemma, lemma_table, table_key

WORD = st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئ", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("الحكومة", "حكومة"), ("أمناء", "أمين"), ("يؤمنون", "آمن"), ("الصحفيين", "صحفي"), ("قال", "قال")],
)
def test_a_script_makes_the_lemma_that_it_was_derived_from(form: str, lemma: str) -> None:
    script = derive_lemma(form, lemma)
    assert script is not None
    assert script.apply(form) == lemma


@given(WORD, WORD)
def test_every_word_with_a_letter_of_its_lemma_has_a_script(form: str, lemma: str) -> None:
    script = derive_lemma(form, lemma)
    assert (script is not None) == bool({*form} & {*lemma})
    assert script is None or script.apply(form) == lemma


@given(
    WORD, st.lists(st.builds(Edit, st.booleans(), st.integers(0, 5), st.integers(0, 5), WORD | st.just("")), max_size=3)
)
def test_a_script_makes_no_word_of_nothing(form: str, edits: list[Edit]) -> None:
    lemma = LemmaScript(tuple(edits)).apply(form)
    assert lemma is None or lemma


def test_one_script_serves_the_broken_plurals_of_a_pattern() -> None:
    script = derive_lemma("أمناء", "أمين")
    assert script is not None
    assert script == derive_lemma("وزراء", "وزير") == derive_lemma("سفراء", "سفير")
    assert script.apply("خبراء") == "خبير"


def test_a_script_that_does_not_fit_is_passed_over() -> None:
    cut_five, cut_article = LemmaScript((Edit(False, 0, 5, ""),)), LemmaScript((Edit(False, 0, 2, ""),))
    assert first_lemma("البيت", [cut_five, cut_article]) == "بيت"
    assert first_lemma("من", [cut_five, cut_article]) == "من"


def test_the_table_has_the_words_that_always_have_one_lemma() -> None:
    words = [("كتب", "NOUN", "كتاب"), ("كتب", "VERB", "كتب"), ("عين", "NOUN", "عين"), ("عين", "NOUN", "عينة")]
    assert lemma_table(words) == {table_key("كتب", "NOUN"): "كتاب", table_key("كتب", "VERB"): "كتب"}
