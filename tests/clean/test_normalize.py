import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.clean.normalize import INVISIBLE, JOINERS, normalize, normalize_line

# Letters and marks of Arabic news beside all that is to go: what a text made of them all does is the property.
PIECES = [
    *"ابتكيىةآأإؤئء ًٌٍَُِّْٰٓٔـ٠١٢٪،؛؟«»“”\"'().…",
    *("\u200c", "\u200d", "\u200b", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\u061c", "\ufeff"),
    *("\u00ad", "\u00a0", "\u2003", "\u202f", "\t", "\r\n", "\r", "\n", "\u2028", "\x85", "\x00", "\x1f", "\x9f"),
    *("A", "é", "e\u0301", "7", "😀", "👨\u200d👩", "ﷺ", "ﻻ", "\u0653"),
]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=40))


@given(texts)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text)[0]
    assert normalize(once) == (once, 0)


@given(texts)
def test_nothing_invisible_and_no_odd_space_is_left(text: str) -> None:
    clean = normalize(text)[0]
    assert not INVISIBLE.search(clean)
    assert not set("\r\t\u00a0\u2028\u2003\u202f") & set(clean)
    assert "  " not in clean
    assert "\n\n" not in clean
    assert clean == clean.strip()
    assert unicodedata.is_normalized("NFC", clean)


@given(texts)
def test_every_letter_mark_digit_and_sign_is_kept(text: str) -> None:
    def visible(of: str) -> str:
        return "".join(
            c for c in unicodedata.normalize("NFC", INVISIBLE.sub("", JOINERS.sub("", of))) if not c.isspace()
        )

    assert visible(normalize(text)[0]) == visible(text)


@pytest.mark.parametrize(
    ("text", "expected", "removed"),
    [
        ("قال\u200f: \u202bنعم\u202c", "قال: نعم", 3),
        ("\ufeffنص\u00adنص", "نصنص", 2),
        ("أول\r\n\r\n \u00a0\r\nثان\rثالث", "أول\nثان\nثالث", 0),
        ("مـــحمّدٌ ١٢٪", "مـــحمّدٌ ١٢٪", 0),
        ("می\u200cخواهم", "می\u200cخواهم", 0),
        ("نص \u200cنص\u200d.", "نص نص.", 2),
        ("ب\u200d\u200d\u200dت", "ب\u200dت", 2),
        ("ا\u200b\u0653", "\u0622", 1),
    ],
)
def test_controls_are_removed_and_counted(text: str, expected: str, removed: int) -> None:
    assert normalize(text) == (expected, removed)


def test_a_headline_is_one_line_or_none() -> None:
    assert normalize_line(" عنوان\n\u200fمن سطرين ") == "عنوان من سطرين"
    assert normalize_line("\u200f \n") is None
    assert normalize_line(None) is None
