"""Sentence splitting of web news."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.sentences import MAX_UNITS, has_word, split_sentences
from tests.hostile import Hostile, faults


def texts(text: str, max_words: int = 100) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, max_words)]


def test_paragraphs_and_headings_are_sentences_of_their_own() -> None:
    assert texts("خطة جديدة للمياه\nأعلنت الوزارة الخطة. وبدأ العمل\n\nنهاية") == [
        "خطة جديدة للمياه",
        "أعلنت الوزارة الخطة.",
        "وبدأ العمل",
        "نهاية",
    ]


def test_arabic_and_latin_stops_end_a_sentence() -> None:
    assert texts("هل وصل الوفد؟ نعم! وصل أمس. ثم غادر") == ["هل وصل الوفد؟", "نعم!", "وصل أمس.", "ثم غادر"]


@pytest.mark.parametrize(
    "text",
    [
        "بلغ النمو 3.5 في المئة هذا العام",
        "قال د. سامر إن الأمر انتهى",
        "التقى أ.د. سامر الوفد",
        "عاد U.S. Steel إلى السوق",
        "انتظروا.. ثم غادروا",
        "قالوا... وصمتوا",
        "1. افتتاح الجسر",
    ],
)
def test_numbers_abbreviations_and_ellipses_do_not_split(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize(("opening", "closing"), [("«", "»"), ("“", "”"), ("”", "“"), ('"', '"')])
def test_a_quotation_stays_whole(opening: str, closing: str) -> None:
    text = f"قال الوزير {opening}انتهى العمل. سنعود غدا{closing} ثم غادر القاعة. وبقي الوفد."
    assert texts(text) == [f"قال الوزير {opening}انتهى العمل. سنعود غدا{closing} ثم غادر القاعة.", "وبقي الوفد."]


def test_a_closing_mark_after_the_stop_belongs_to_the_sentence() -> None:
    assert texts("قال «انتهى العمل. لن نعود.» ثم غادر.") == ["قال «انتهى العمل. لن نعود.»", "ثم غادر."]


def test_an_unclosed_quotation_does_not_hold_the_paragraph_together() -> None:
    assert texts("قال «انتهى العمل. ثم غادر القاعة.") == ["قال «انتهى العمل.", "ثم غادر القاعة."]


def test_a_forgotten_space_after_a_stop_does_not_join_sentences() -> None:
    assert texts("وصل وفد أطباء بلا حدود.وأوضح المتحدث ذلك.") == ["وصل وفد أطباء بلا حدود.", "وأوضح المتحدث ذلك."]


def test_a_straight_mark_left_open_does_not_swallow_the_next_quotation() -> None:
    text = 'أكد "العريني سعيه. وأردف: "انتهى العمل. سنعود". ثم غادر.'
    assert texts(text) == ['أكد "العريني سعيه.', 'وأردف: "انتهى العمل. سنعود".', "ثم غادر."]


def test_an_endless_sentence_is_cut_at_a_comma() -> None:
    text = " ".join(["كلمة"] * 70) + "، " + " ".join(["كلمة"] * 60)
    assert [len(sentence.split()) for sentence in texts(text, max_words=100)] == [70, 60]


def test_an_endless_sentence_without_commas_is_cut_at_the_limit() -> None:
    assert [len(s.split()) for s in texts(" ".join(["كلمة"] * 250), max_words=100)] == [100, 100, 50]


def test_what_holds_no_word_is_no_sentence() -> None:
    assert texts("بدأ العمل\n***\n😀😀\n— — —\nوانتهى") == ["بدأ العمل", "وانتهى"]


def test_vocalised_words_count_as_words() -> None:
    assert len(texts(" ".join(["يُحَلِّلُونَ"] * 100))) == 1


@pytest.mark.parametrize(
    "wild",
    [
        "<" * 110_000 + "!--",
        "ا" * 60_000,
        "7" * 60_000,
        "😀" * 60_000,
        "a_" * 30_000,
        "a\u0301\u0302" * 20_000,
        "ab-" * 20_000,
    ],
    ids=["brackets", "letter", "digits", "emoji", "underscores", "marks", "hyphens"],
)
def test_text_without_spaces_is_cut_to_what_the_encoder_can_see(wild: str) -> None:
    sentences = texts(f"بدأ العمل {wild} أمس. وانتهى اليوم.")
    assert sentences[-1] == "وانتهى اليوم."
    assert max(map(len, sentences)) <= 100 + 12 * MAX_UNITS // 6


@pytest.mark.parametrize("unit", ["«", "د. ", "1. ", ".", '."', "؟ ", "«. ", "( ", '"', "<!--", "a. "])
def test_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    assert list(faults(lambda text: split_sentences(text, 120), (Hostile(unit),))) == []


@given(st.text(alphabet=[*"ابو. \n؟!«»“”\"'()1،؛a\u064b\u0640…", "د", "😀"], max_size=200), st.integers(20, 60))
def test_every_word_lies_in_exactly_one_sentence(text: str, max_words: int) -> None:
    spans = split_sentences(text, max_words)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    inside = {index for start, end in spans for index in range(start, end)}
    assert not any(text[index].isalnum() for index in range(len(text)) if index not in inside)
    assert all(len(text[start:end].split()) <= max_words for start, end in spans)
    assert all(has_word(text, start, end) for start, end in spans)
