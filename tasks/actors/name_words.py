"""The words of a name as identity compares them: its surname, its briefer forms, its other spellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from nabra.tasks.actors.latin import latin_words
from nabra.tasks.actors.lists import name_key
from nabra.tasks.actors.surnames import surnames
from nabra.tasks.arabic.folding import fold, without_article, word_keys
from nabra.tasks.arabic.particles import NAME_LINKS

Words = tuple[str, ...]

# Before a name, and no part of it. `الملك سلمان` is another matter: without its title it is no name.
_COURTESIES: Final = frozenset(
    map(fold, ("دكتور", "سيد", "سيدة", "شيخ", "شيخة", "أستاذ", "مهندس", "حاج", "فريق", "لواء", "عميد", "عقيد", "جنرال"))
)
_FORMS: Final = dict(zip(map(fold, ("ابن", "أبي", "أبا")), map(fold, ("بن", "أبو", "أبو")), strict=True))
# Letters by which newspapers write one foreign sound: سيرغي and سيرجي, ميركاتو and ميركاطو.
_SOUNDS: Final = str.maketrans("غگچطڤپ", "ججج" + "ت" + "ف" + "ب")
_VOWELS: Final = str.maketrans("", "", "اويه")
_MIN_CONSONANTS: Final = 4  # حسن and حسين are two names, ترامب and ترمب one
_LONG: Final = 3  # words of a name of which a part is as good as the whole


@lru_cache(maxsize=1 << 16)
def name_words(name: str) -> Words:
    """The keys of a name's words without articles and courtesies."""
    keys = [without_article(key) for key in name_key(name).split()]
    keys = [_FORMS.get(key, key) for key in keys]
    while len(keys) > 2 and keys[0] in _COURTESIES:
        del keys[0]
    return tuple(keys)


@lru_cache(maxsize=1 << 16)
def surnames_of(name: str) -> tuple[Words, ...]:
    """The surnames of a full name in the same form, the briefest first; none of a name that is brief itself."""
    words = name_words(name)
    spelled = " ".join(word_keys(name_key(name))[-len(words) :]) if words else ""
    return tuple(name_words(surname) for surname in surnames(spelled)) if spelled else ()


def fullest(names: Sequence[str]) -> str:
    """The fullest of some names of one: with a surname before without, the most words, then the shortest letters."""
    return min(names, key=lambda name: (not surnames_of(name), -len(name_words(name)), len(name), name))


def sound(words: Words) -> Words:
    """The words without the choices between letters of one sound."""
    return tuple(word.translate(_SOUNDS) for word in words)


def consonants(words: Words) -> Words:
    """The first letter and the consonants of each word: spellings of one name have them in common."""
    return tuple(word[:1] + word[1:].translate(_VOWELS) for word in sound(words))


def is_spelling(one: Words, other: Words) -> bool:
    """True for two spellings of one name: one word is written with other letters of its sound, or with a vowel more."""
    differing = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    return len(one) == len(other) and len(differing) == 1 and _is_same_word(*differing[0])


def contains(full: Words, brief: Words) -> bool:
    """True for a briefer form of a full name: its first and last word, its last ones, or its first before a link."""
    if not 1 < len(brief) < len(full):
        return False
    if full[-len(brief) :] == brief:
        return brief[0] not in NAME_LINKS
    if full[: len(brief)] == brief:
        return len(brief) >= _LONG and full[len(brief)] in NAME_LINKS
    return (full[0], full[-1]) == (brief[0], brief[-1]) and _is_among(brief, full)


def briefer_forms(full: Words) -> Iterator[Words]:
    """The forms of a name that `contains` finds by its end or its beginning; those from within are too many to name."""
    ends = (full[at:] for at in range(1, len(full) - 1))
    beginnings = (full[:at] for at in range(_LONG, len(full)))
    yield from (form for form in (*ends, *beginnings) if contains(full, form))


def speaks_for_itself(words: Words) -> bool:
    """True for a name that is so long that no other bears it."""
    return len(words) >= _LONG


def _is_among(brief: Words, full: Words) -> bool:
    rest = iter(full)
    return all(word in rest for word in brief)


def _is_same_word(one: str, other: str) -> bool:
    brief, full = sorted(sound((one, other)), key=len)
    if brief == full:
        return True
    (letters,) = consonants((brief,))
    more = len(full) - len(brief) == 1 and consonants((full,)) == (letters,)
    return more and len(letters) >= _MIN_CONSONANTS and not _are_two_names(one, other)


def _are_two_names(one: str, other: str) -> bool:
    """True for سلمان and سليمان: each has a usual form in English of its own."""
    known = latin_words()
    return one in known and other in known and known[one] != known[other]
