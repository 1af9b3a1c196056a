"""Forms of the words in a multi-word token, held against the token that was written.

Stanza's expander spells the words of a token letter by letter and now and then invents a letter (وبالحكومة → و + ب +
الحككمة). What Arabic spelling really changes at the joints is little, so any other difference is undone.
"""

from __future__ import annotations

from collections.abc import Sequence


def repaired_forms(surface: str, forms: Sequence[str]) -> list[str]:
    """`forms` with the one word that does not spell its part of `surface` respelt; unchanged where that is unclear."""
    left, right = 0, len(forms)
    start, end = 0, len(surface)
    while left < right and surface.startswith(forms[left], start):
        start += len(forms[left])
        left += 1
    while right > left and surface.endswith(forms[right - 1], start, end):
        end -= len(forms[right - 1])
        right -= 1
    written = surface[start:end]
    if right - left != 1 or not written or forms[left] in _spellings(written):
        return list(forms)
    return [*forms[:left], written, *forms[right:]]


def _spellings(written: str) -> set[str]:
    """How the dictionary may spell what stands between clitics: للدولة, مدرسته, مستواه, عليه, سماؤه, كتبوه, مما."""
    spellings = {written, written + "ا", written + "ن"}
    if written[0] == "ل":
        spellings |= {"ا" + written, "ال" + written}
    if written[-1] == "ت":
        spellings.add(written[:-1] + "ة")
    if written[-1] in "اي":
        spellings.add(written[:-1] + "ى")
    if written[-1] in "ؤئأ":
        spellings.add(written[:-1] + "ء")
    return spellings | {"ال" + s[1:] for s in spellings if s.startswith("لل")}
