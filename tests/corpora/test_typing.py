"""The sentences of `bench/typing.conllu`: news with the habits of real typing, words and lemmas as in the treebank."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.corpora.treebank import FORM, LEMMA, UPOS, read_tokens, read_treebank, sentence_text

SENTENCES: Final = read_treebank(Path(__file__).parents[2] / "bench" / "typing.conllu")
TOKENS: Final = [token for lines in SENTENCES for token in read_tokens(lines)]
UPOS_TAGS: Final = {"ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "NOUN", "NUM", "PART", "PRON", "PUNCT", "SCONJ", "SYM"}
UPOS_TAGS |= {"VERB", "X"}


def test_there_are_a_hundred_sentences_each_with_a_number_and_a_text_of_its_own() -> None:
    numbers = [lines[0] for lines in SENTENCES]
    assert numbers == [f"# sent_id = typing-{number:03}" for number in range(1, 101)]
    assert len({sentence_text(lines) for lines in SENTENCES}) == 100


def test_words_are_numbered_through_and_ranges_hold_theirs() -> None:
    for lines in SENTENCES:
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        assert all(len(columns) == 10 for columns in rows)
        numbers = [int(columns[0]) for token in read_tokens(lines) for columns in token.words]
        assert numbers == list(range(1, len(numbers) + 1))
        ranges = [token for token in read_tokens(lines) if len(token.words) > 1]
        assert len(ranges) == sum("-" in columns[0] for columns in rows)
        for token in ranges:
            # Words may be respelt (واهداه is و + أهدى + ه); ل swallows an alif, or two letters (لله).
            assert abs(len("".join(token.forms)) - len(skeleton(token.surface).text)) <= 2, token.surface
            assert fold(token.surface)[0] == fold(token.forms[0])[0]


def test_words_are_tagged_and_have_lemmas_without_diacritics_and_no_tree() -> None:
    words = [columns for token in TOKENS for columns in token.words]
    assert {columns[UPOS] for columns in words} == UPOS_TAGS
    assert all(skeleton(columns[LEMMA]).text == columns[LEMMA] for columns in words)
    assert {columns[at] for columns in words for at in (4, 5, 6, 7, 8)} == {"_"}
    assert all(columns[FORM] == token.surface for token in TOKENS if len(token.words) == 1 for columns in token.words)


def test_the_habits_are_there() -> None:
    lemmas = {token.surface: [columns[LEMMA] for columns in token.words] for token in TOKENS}
    assert lemmas["الى"] == ["إلى"]
    assert lemmas["هاذا"] == ["هذا"]
    assert lemmas["يحلِّل"] == ["حلل"]
    assert lemmas["عيّناتٍ"] == ["عينة"]
    assert lemmas["أمناء"] == ["أمين"]
    assert lemmas["يؤمنون"] == ["آمن"]
    assert lemmas["هونغ"] == ["هونغ"]
    assert lemmas["بويكيبيديا"] == ["ب", "ويكيبيديا"]
    assert lemmas["بدارفور"] == ["ب", "دارفور"]
    glued = [
        (one.surface, other.surface)
        for one, other in pairwise(TOKENS)
        if not one.space_after and other.surface.isalnum()
    ]
    assert len(glued) >= 15
    assert sum("ـ" in token.surface for token in TOKENS) >= 2
    assert sum(token.surface.endswith("ه") and token.words[-1][LEMMA].endswith("ة") for token in TOKENS) >= 30
    assert sum(token.surface.endswith("ى") and token.words[-1][LEMMA].endswith("ي") for token in TOKENS) >= 20
