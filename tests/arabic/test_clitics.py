"""Forms within multi-word tokens."""

from __future__ import annotations

import pytest

from nabra.tasks.arabic.clitics import repaired_forms


@pytest.mark.parametrize(
    ("surface", "forms"),
    [
        ("وبالحكومة", ["و", "ب", "الحكومة"]),
        ("وللأمم", ["و", "ل", "الأمم"]),
        ("للغة", ["ل", "اللغة"]),
        ("مدرسته", ["مدرسة", "ه"]),
        ("مستواه", ["مستوى", "ه"]),
        ("عليهم", ["على", "هم"]),
        ("أصدقاؤهم", ["أصدقاء", "هم"]),
        ("كتبوه", ["كتبوا", "ه"]),
        ("مما", ["من", "ما"]),
    ],
)
def test_what_arabic_spelling_changes_at_the_joints_stays(surface: str, forms: list[str]) -> None:
    assert repaired_forms(surface, forms) == forms


@pytest.mark.parametrize(
    ("surface", "forms", "wanted"),
    [
        ("وبالحكومة", ["و", "ب", "الحككمة"], ["و", "ب", "الحكومة"]),
        ("وواشنطن", ["و", "واشنن"], ["و", "واشنطن"]),
        ("كتابها", ["كتبب", "ها"], ["كتاب", "ها"]),
    ],
)
def test_an_invented_spelling_is_undone(surface: str, forms: list[str], wanted: list[str]) -> None:
    assert repaired_forms(surface, forms) == wanted
