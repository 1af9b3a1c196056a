"""Names in Latin letters, as English newspapers write them: by the lists, by word, and else letter by letter.

The letters follow the simplified romanization of the press (no dots, no macrons; sh, kh, gh, th). Arabic writes no
short vowels: where two consonants meet one is put in, which is a guess. A name of the lists has its own `latin`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.entries import Named
from nabra.tasks.actors.lists import name_key
from nabra.tasks.arabic.folding import fold, without_article
from nabra.tasks.data_files import Entry, read_data_file

LATIN: Final = CONFIG_FOLDER / "latin.toml"
_CONSONANTS: Final = {
    "ب": "b",
    "ت": "t",
    "ث": "th",
    "ج": "j",
    "ح": "h",
    "خ": "kh",
    "د": "d",
    "ذ": "dh",
    "ر": "r",
    "ز": "z",
    "س": "s",
    "ش": "sh",
    "ص": "s",
    "ض": "d",
    "ط": "t",
    "ظ": "z",
    "ع": "a",
    "غ": "gh",
    "ف": "f",
    "ق": "q",
    "ك": "k",
    "ل": "l",
    "م": "m",
    "ن": "n",
    "ه": "h",
    "ء": "",
    "پ": "p",
    "چ": "ch",
    "ڤ": "v",
    "گ": "g",
}
_LONG: Final = {"ا": "a", "و": "o", "ي": "i"}
_LIQUIDS: Final = frozenset("رلو")
_FOREIGN_LETTERS: Final = 5  # words so long may begin with two consonants: ترامب, not كريم
_ARTICLES: Final = re.compile(r"\b(?:al|el|ar|as|ash|at|ad|an)-", re.IGNORECASE)
_LATIN_WORDS: Final = re.compile(r"[^\s\-]+")
# At the beginning hamza and ع are not heard before a long vowel: أوباما, إيران, عون; و and ي are consonants: وليد.
_BEGINNINGS: Final = {"او": "o", "عو": "o", "اي": "i", "عي": "i", "عا": "a", "و": "w", "ي": "y"}
_HALF_VOWELS: Final = frozenset("وي")
# What several letters stand for together: تش in تشاد, نغ in هونغ, ا after ا.
_TOGETHER: Final = (
    (re.compile("tash|tsh"), "ch"),
    (re.compile("ngh$"), "ng"),
    (re.compile("a{2,}"), "a"),
    (re.compile("iy$|ii"), "i"),
)


class LatinFile(Entry):
    """`config/latin.toml`: the usual form of a word of names."""

    words: dict[str, str]


@lru_cache(maxsize=1)
def latin_words() -> Mapping[str, str]:
    """The words of `config/latin.toml`, by their keys without article."""
    return {_key(word): latin for word, latin in read_data_file(LATIN, LatinFile).words.items()}


class Romanizer:
    """Names in Latin letters; `entries` of the lists teach how their words are written."""

    def __init__(self, entries: Iterable[Named] = ()) -> None:
        self._words = {**dict(_learned(entries)), **latin_words()}

    def name(self, name: str) -> str:
        """The name in Latin letters; its article stays, as `al-`."""
        return " ".join(self._word(word) for word in name_key(name).split())

    def _word(self, key: str) -> str:
        stem = without_article(key)
        latin = self._words.get(stem) or self._words.get(key)
        if latin is None:
            latin = spelled(stem).capitalize()
        return f"al-{latin}" if stem != key and not latin.startswith("al-") else latin


def spelled(key: str) -> str:
    """A word letter by letter, in lower case: `منصور` as mansor."""
    begin = next((begin for begin in _BEGINNINGS if key.startswith(begin)), "")
    letters = key[len(begin) :]
    written = _BEGINNINGS.get(begin, "") + ("a" if begin in _HALF_VOWELS and _is_consonant(letters, 0) else "")
    written += "".join(_letter(letters, at) + _short_vowel(letters, at) for at in range(len(letters)))
    for pattern, sound in _TOGETHER:
        written = pattern.sub(sound, written)
    return written or key


def _letter(letters: str, at: int) -> str:
    letter, last = letters[at], at == len(letters) - 1
    if letter == "ه" and last:
        return "a" if at else "h"
    before, after = letters[at - 1 : at], letters[at + 1 : at + 2]
    if letter in _HALF_VOWELS and (after == "ا" or (before == "ا" and not last)):
        return "w" if letter == "و" else "y"
    return _LONG.get(letter) or _CONSONANTS.get(letter, letter)


def _short_vowel(letters: str, at: int) -> str:
    """The vowel that stands unwritten after a consonant which another follows: after every second of a row."""
    if not _is_consonant(letters, at) or not _is_consonant(letters, at + 1):
        return ""
    row = 0
    while at - row > 0 and _is_consonant(letters, at - row - 1):
        row += 1
    begins_foreign = at == 0 and len(letters) >= _FOREIGN_LETTERS and letters[1] in _LIQUIDS
    begins_foreign = begins_foreign and not _is_consonant(letters, 2)
    starts_word = at - row == 0
    return "a" if (row % 2 == 0) is starts_word and not begins_foreign else ""


def _is_consonant(letters: str, at: int) -> bool:
    return 0 <= at < len(letters) and letters[at] not in _LONG and not (letters[at] == "ه" and at == len(letters) - 1)


def _learned(entries: Iterable[Named]) -> Iterator[tuple[str, str]]:
    """How the names of listed people are written by word, where Arabic and Latin have as many words."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        words = name_key(entry.name or "").split()
        latin = _LATIN_WORDS.findall(_ARTICLES.sub("", entry.latin or ""))
        if len(words) == len(latin):
            for word, written in zip(words, latin, strict=True):
                seen[without_article(word)][written] += 1
    for word, counts in seen.items():
        usual = min(counts, key=lambda written: (-counts[written], written))
        if not usual.isupper():  # the second, an initial
            yield word, usual


def _key(word: str) -> str:
    return without_article(fold(name_key(word)))
