"""Names in Latin letters: by the lists, by word, else letter by letter."""

from __future__ import annotations

import pytest

from nabra.tasks.actors.entries import Person
from nabra.tasks.actors.latin import Romanizer, latin_words, spelled


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("سالم الحداد", "Salem al-Haddad"),
        ("محمد بن سلمان", "Mohammed bin Salman"),
        ("عبد الله سعيد", "Abdullah Saeed"),
        ("عبدالله سعيد", "Abdullah Saeed"),
        ("إيران", "Iran"),
        ("أوباما", "Obama"),
    ],
)
def test_a_name_is_written_as_english_newspapers_do(name: str, latin: str) -> None:
    assert Romanizer().name(name) == latin


def test_the_list_teaches_how_words_are_written() -> None:
    listed = Person(id="person:x", name="سيرين قلعجي", latin="Cyrine Qalaji")
    assert Romanizer([listed]).name("منى قلعجي") == "Mona Qalaji"


def test_a_list_whose_latin_has_other_words_teaches_nothing() -> None:
    listed = Person(id="person:x", name="الأمير قلعجي", latin="Prince of the Castle")
    assert Romanizer([listed]).name("قلعجي") == "Qalaji"


@pytest.mark.parametrize(
    ("word", "latin"), [("وليد", "walid"), ("كلينتون", "klinton"), ("كريم", "karim"), ("تشاد", "chad"), ("هبه", "haba")]
)
def test_an_unwritten_vowel_is_put_between_consonants(word: str, latin: str) -> None:
    assert spelled(word) == latin


def test_names_that_look_alike_are_known_to_be_two() -> None:
    assert latin_words()["سلمان"] != latin_words()["سليمان"]
