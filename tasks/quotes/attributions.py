"""Attributions: phrases that name the speaker of a statement without a verb that governs it (وفق، بحسب، كما قال)."""

from __future__ import annotations

from typing import Final

from nabra.tasks.arabic.folding import after_letters
from nabra.tasks.arabic.particles import AS, HIM
from nabra.tasks.quotes.contents import Report, find_content
from nabra.tasks.quotes.cued_sentence import CuedSentence
from nabra.tasks.quotes.cues import Phrase, Reporter, starts_with

_MAX_SPEAKER: Final = 12  # words
_PHRASE_LETTERS: Final = "وبحط"  # a و before these is the conjunction: وبحسب, ووفقا, وطبقا


def find_attribution(cued: CuedSentence, index: int) -> Report | None:
    """The attribution whose phrase stands at `index`: of what stands before it; at a sentence's head, after it."""
    for keys in (cued.keys, cued.plain):
        by_verb = starts_with(keys, index, cued.cues.verb_attributions)
        plain = starts_with(keys, index, cued.cues.attributions)
        if by_verb and _leads_to_verb(cued, index + len(by_verb), by_verb):
            return _attributed(cued, index, index + len(by_verb), by_verb=True)
        if plain and not by_verb:
            return _attributed(cued, index, index + len(plain), by_verb=False)
    return None


def _leads_to_verb(cued: CuedSentence, at: int, phrase: Phrase) -> bool:
    """True if a reporting verb stands at `at` for which the phrase before it attributes."""
    if at >= len(cued.keys):
        return False
    reporter = next((found for find in VERBS if (found := find(cued, at))), None)
    if reporter is None or reporter.form != "verb" or not (reporter.speech or reporter.that):
        return False
    return not any(refuses(cued, at, phrase, reporter) for refuses in NO_ATTRIBUTIONS)


def _cue(cued: CuedSentence, at: int) -> Reporter | None:
    met = cued.cue(at)
    return met[1] if met else None


def _with_pronoun(cued: CuedSentence, at: int) -> Reporter | None:
    """A verb whose pronoun takes up ما: وفق ما ذكرته الوكالة."""
    return None if cued.cue(at) else cued.cues.reporters.get(cued.keys[at].removesuffix(HIM))


def _has_content(cued: CuedSentence, at: int, phrase: Phrase, reporter: Reporter) -> bool:
    """True for `كما أكد أن`: 'he also affirmed', no attribution."""
    return phrase == (AS,) and find_content(cued, at, reporter) is not None


# How the verb of an attribution is known, and what is none.
VERBS: Final = (_cue, _with_pronoun)
NO_ATTRIBUTIONS: Final = (_has_content,)


def _attributed(cued: CuedSentence, index: int, speaker: int, *, by_verb: bool) -> Report | None:
    """The report of a phrase from token `index` to `speaker`, where its verb or the name of the speaker stands."""
    tokens = cued.sentence.tokens
    start = speaker + by_verb
    if start >= len(tokens) or cued.keys[start] in cued.cues.not_speakers:
        return None
    end = cued.clause_end(start)
    if by_verb:
        cue = tokens[speaker].start, tokens[speaker].end
    else:
        key = tokens[index].key
        letters = int(key[0] == "و" and key[1:2] != "" and key[1] in _PHRASE_LETTERS)
        cue = after_letters(cued.part.text, tokens[index].start, letters), tokens[speaker - 1].end
    led = next((at for find in STATEMENTS_AFTER if (at := find(cued, start))), None)
    if index <= 1 or led:
        return _before_statement(cued, index, cue, (start, led or end))
    letters = int(tokens[0].key[0] == "و" and tokens[0].letters > 0)
    content = after_letters(cued.part.text, tokens[0].start, letters)
    stop = tokens[index - 1].end
    return Report(index, *cue, "attribution", "before", (start, end), 0, content, opens=True, stop=stop)


def _led_statement(cued: CuedSentence, start: int) -> int | None:
    """The فإن that leads the statement after the name at `start`."""
    ahead = range(start + 1, min(start + _MAX_SPEAKER, len(cued.keys)))
    led = (at for at in ahead if cued.keys[at][0] == "ف" and cued.keys[at][1:] in cued.cues.complementizers)
    return next(led, None)


# Where the statement after an attribution inside a sentence starts.
STATEMENTS_AFTER: Final = (_led_statement,)


def _before_statement(cued: CuedSentence, index: int, cue: tuple[int, int], subject: tuple[int, int]) -> Report | None:
    """وفقاً للبيان، فإن …: the statement follows."""
    tokens, first = cued.sentence.tokens, subject[1]
    while first < len(tokens) and cued.keys[first].lstrip("ف") in cued.cues.complementizers:
        first += 1
    if first >= len(tokens):
        return None
    return Report(index, *cue, "attribution", "after", subject, first, tokens[first].start, opens=True)
