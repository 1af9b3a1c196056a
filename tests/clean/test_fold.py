from hypothesis import given
from hypothesis import strategies as st

from tasks.clean.fold import fold, fold_with_offsets


def test_spellings_of_one_word_fold_to_one_key() -> None:
    assert {fold(word) for word in ("أيضًا", "ايضا", "إيضاً", "أيـــضاً")} == {"ايضا"}
    assert fold("مدرسةٌ على ١٢") == "مدرسه علي 12"


@given(st.text(st.sampled_from("ابةىأإـًَُّْ\u200c ١2xX.")))
def test_offsets_lead_from_the_key_back_to_the_text(text: str) -> None:
    key, offsets = fold_with_offsets(text)
    assert key == fold(text)
    assert len(offsets) == len(key) + 1
    assert offsets[-1] == len(text)
    assert all(fold(text[offset]) == character for offset, character in zip(offsets, key, strict=False))
