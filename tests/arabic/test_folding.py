from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.arabic.folding import after_letters, fold, fold_with_offsets, readings, without_article, words


def test_fold_makes_spellings_of_one_word_alike() -> None:
    assert fold("إِيرَانُ") == fold("ايران") == fold("ايـــران")
    assert fold("مستشفى") == fold("مستشفي")
    assert fold("٢٠٢٦") == "2026"


def test_words_keep_their_marks_and_places() -> None:
    text = "قالَ 🙂 الوزيـــر_أمس"
    assert [text[word.start : word.end] for word in words(text)] == ["قالَ", "الوزيـــر", "أمس"]


def test_a_tatweel_alone_is_no_word() -> None:
    assert [word.key for word in words("لـ ـ «عكا»")] == ["ل", "عكا"]


def test_readings_give_the_article_its_alef_back() -> None:
    assert (0, "العراق") in readings(fold("للعراق"))
    assert (1, "العراق") in readings(fold("وللعراق"))
    assert (2, "موسكو") in readings(fold("وبموسكو"))


def test_after_letters_skips_the_marks_on_a_proclitic() -> None:
    text = "وَبِـموسكو"
    assert text[after_letters(text, 0, 2) :] == "موسكو"


def test_without_article_leaves_short_words_alone() -> None:
    assert without_article(fold("الوزير")) == fold("وزير")
    assert without_article(fold("ال")) == fold("ال")


@given(st.text(alphabet=st.sampled_from("أإىةواللبتaZ9 ـًٌَُِّْ🙂\u200f\n_"), max_size=40))
def test_words_are_in_order_apart_and_never_empty(text: str) -> None:
    found = list(words(text))
    assert all(word.key and fold(text[word.start : word.end]) == word.key for word in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(st.text(st.sampled_from("ابةىأإـًَُّْ\u200c ١2xX.")))
def test_offsets_lead_from_the_key_back_to_the_text(text: str) -> None:
    key, offsets = fold_with_offsets(text)
    assert key == fold(text)
    assert len(offsets) == len(key) + 1
    assert offsets[-1] == len(text)
    assert all(fold(text[offset]) == character for offset, character in zip(offsets, key, strict=False))
