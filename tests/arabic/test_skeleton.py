"""The skeleton of text, and the way back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.skeleton import DROPPED, skeleton

ARABIC = st.text(
    alphabet=[*"محمدالسعيةىءئؤ  123٣abZ.،«»\n😀", "\u064b", "\u0651", "\u0640", "ﷲ", "ﻻ", "\u0670"], max_size=60
)


def test_diacritics_and_tatweel_are_left_out() -> None:
    assert skeleton("مُحَمَّدٌ قـــال").text == "محمد قال"


def test_a_span_takes_the_marks_of_its_letters_along() -> None:
    text = "قال مُحَمَّدٌ أمس"
    shape = skeleton(text)
    at = shape.text.index("محمد")
    start, end = shape.span(at, at + 4)
    assert text[start:end] == "مُحَمَّدٌ"


def test_presentation_forms_become_letters_and_map_back_to_one_character() -> None:
    text = "ﻻ شيء"
    shape = skeleton(text)
    assert shape.text == "لا شيء"
    assert shape.span(0, 2) == (0, 1)
    assert shape.span(0, 1) == (0, 1)


def test_any_space_becomes_a_plain_one() -> None:
    assert skeleton("سطر\nآخر\tهنا").text == "سطر آخر هنا"


@given(ARABIC)
def test_nothing_but_marks_is_lost(text: str) -> None:
    shape = skeleton(text)
    assert not DROPPED.search(shape.text)
    assert len(shape.origin) == len(shape.text) + 1
    assert list(shape.origin) == sorted(shape.origin)
    covered = {shape.origin[index] for index in range(len(shape.text))}
    assert all(DROPPED.match(letter) for index, letter in enumerate(text) if index not in covered)


@given(ARABIC, st.data())
def test_a_span_of_the_skeleton_is_the_same_letters_in_the_original(text: str, data: st.DataObject) -> None:
    shape = skeleton(text)
    if not shape.text:
        return
    start = data.draw(st.integers(0, len(shape.text) - 1))
    end = data.draw(st.integers(start + 1, len(shape.text)))
    first, last = shape.span(start, end)
    assert 0 <= first < last <= len(text)
    assert shape.text[start:end] in skeleton(text[first:last]).text
