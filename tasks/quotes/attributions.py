"""Attributions: phrases that name the speaker of a statement without a verb that governs it (وفق، بحسب، كما قال)."""

from __future__ import annotations

from typing import Final

from nabra.tasks.arabic.folding import after_letters
from nabra.tasks.arabic.particles import AS, HIM
from nabra.tasks.quotes.contents import Report, find_content
from nabra.tasks.quotes.cues import Phrase, Reporter, starts_with
from nabra.tasks.quotes.reading import Reading

_MAX_SPEAKER: Final = 12  # words
_PHRASE_LETTERS: Final = "وبحط"  # a و before these is the conjunction: وبحسب, ووفقا, وطبقا


def find_attribution(reading: Reading, index: int) -> Report | None:
    """The attribution whose phrase stands at `index`: of what stands before it; at a sentence's head, behind it."""
    for keys in (reading.keys, reading.plain):
        by_verb = starts_with(keys, index, reading.cues.verb_attributions)
        plain = starts_with(keys, index, reading.cues.attributions)
        if by_verb and _leads_to_verb(reading, index + len(by_verb), by_verb):
            return _attributed(reading, index, index + len(by_verb), by_verb=True)
        if plain and not by_verb:
            return _attributed(reading, index, index + len(plain), by_verb=False)
    return None


def _leads_to_verb(reading: Reading, at: int, phrase: Phrase) -> bool:
    """True if a reporting verb stands at `at` for which the phrase before it attributes."""
    if at >= len(reading.keys):
        return False
    reporter = next((found for find in VERBS if (found := find(reading, at))), None)
    if reporter is None or reporter.form != "verb" or not (reporter.speech or reporter.that):
        return False
    return not any(refuses(reading, at, phrase, reporter) for refuses in NO_ATTRIBUTIONS)


def _cue(reading: Reading, at: int) -> Reporter | None:
    met = reading.cue(at)
    return met[1] if met else None


def _with_pronoun(reading: Reading, at: int) -> Reporter | None:
    """A verb whose pronoun takes up ما: وفق ما ذكرته الوكالة."""
    return None if reading.cue(at) else reading.cues.reporters.get(reading.keys[at].removesuffix(HIM))


def _has_content(reading: Reading, at: int, phrase: Phrase, reporter: Reporter) -> bool:
    """True for `كما أكد أن`: 'he also affirmed', no attribution."""
    return phrase == (AS,) and find_content(reading, at, reporter) is not None


# How the verb of an attribution is known, and what is none.
VERBS: Final = (_cue, _with_pronoun)
NO_ATTRIBUTIONS: Final = (_has_content,)


def _attributed(reading: Reading, index: int, speaker: int, *, by_verb: bool) -> Report | None:
    """The report of a phrase from token `index` to `speaker`, where its verb or the name of the speaker stands."""
    tokens = reading.sentence.tokens
    start = speaker + by_verb
    if start >= len(tokens) or reading.keys[start] in reading.cues.not_speakers:
        return None
    end = reading.clause_end(start)
    if by_verb:
        cue = tokens[speaker].start, tokens[speaker].end
    else:
        key = tokens[index].key
        letters = int(key[0] == "و" and key[1:2] != "" and key[1] in _PHRASE_LETTERS)
        cue = after_letters(reading.part.text, tokens[index].start, letters), tokens[speaker - 1].end
    led = next((at for find in STATEMENTS_AFTER if (at := find(reading, start))), None)
    if index <= 1 or led:
        return _before_statement(reading, index, cue, (start, led or end))
    letters = int(tokens[0].key[0] == "و" and tokens[0].letters > 0)
    content = after_letters(reading.part.text, tokens[0].start, letters)
    stop = tokens[index - 1].end
    return Report(index, *cue, "attribution", "before", (start, end), 0, content, opens=True, stop=stop)


def _led_statement(reading: Reading, start: int) -> int | None:
    """The فإن that leads the statement behind the name at `start`."""
    ahead = range(start + 1, min(start + _MAX_SPEAKER, len(reading.keys)))
    led = (at for at in ahead if reading.keys[at][0] == "ف" and reading.keys[at][1:] in reading.cues.complementizers)
    return next(led, None)


# Where the statement after an attribution inside a sentence starts.
STATEMENTS_AFTER: Final = (_led_statement,)


def _before_statement(reading: Reading, index: int, cue: tuple[int, int], subject: tuple[int, int]) -> Report | None:
    """وفقاً للبيان، فإن …: the statement follows."""
    tokens, first = reading.sentence.tokens, subject[1]
    while first < len(tokens) and reading.keys[first].lstrip("ف") in reading.cues.complementizers:
        first += 1
    if first >= len(tokens):
        return None
    return Report(index, *cue, "attribution", "behind", subject, first, tokens[first].start, opens=True)
