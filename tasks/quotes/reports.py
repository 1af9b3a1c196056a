"""Where a sentence reports what somebody says: the reporting word, where its subject stands, where its content starts.

The small parser errs in one attachment of five, so the order of words on the page leads and the tree helps: a cue is
known by its form, its content by what starts it (أن, a quotation mark, a colon, the cue's preposition, the object).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from nabra.tasks.arabic.folding import after_letters, fold
from nabra.tasks.arabic.particles import ABOUT, CLAUSE_OPENERS, TA_MARBUTA
from nabra.tasks.quotes.attributions import find_attribution
from nabra.tasks.quotes.contents import Content, Report, find_content
from nabra.tasks.quotes.cued_sentence import CuedSentence
from nabra.tasks.quotes.cues import Cues, Reporter
from nabra.tasks.quotes.document import Part, Sentence

_RELAYING: Final = (fold("نقل"), fold("ينقل"), fold("تنقل"))
_NOT_VERBS: Final = frozenset(("ADP", "CCONJ", "PUNCT", "NUM", "PRON", "DET"))
_QUOTING: Final = fold("نقلا")


def find_reports(part: Part, sentence: Sentence, cues: Cues) -> list[Report]:
    """The reports of a sentence, in the order of their cues; none whose cue stands inside a longer quotation."""
    cued = CuedSentence(part, sentence, cues)
    found: list[Report] = []
    for index in range(len(cued.keys)):
        if cued.quoted[index] is None:
            # Where an earlier report took what stands before it, an attribution only adds to that.
            report = (None if found else find_attribution(cued, index)) or _report(cued, index)
            if report is not None and not _repeats(report, found):
                found.append(replace(report, subject=_relayed(cued, report.subject)))
    return found


def _repeats(report: Report, found: list[Report]) -> bool:
    """True if an earlier cue already took this content (نقل … قوله إن) or holds the cue in its subject."""
    return any(repeats(report, other) for other in found for repeats in REPEATED)


def _same_content(report: Report, other: Report) -> bool:
    return other.content == report.content


def _in_subject(report: Report, other: Report) -> bool:
    return other.subject[0] <= report.index < other.subject[1]


@dataclass(frozen=True)
class _Met:
    """A reporting word at token `index` of a sentence; `letters` of its key are proclitics."""

    cued: CuedSentence
    index: int
    letters: int
    reporter: Reporter

    @property
    def opens(self) -> bool:
        """True if the word starts a clause of its own."""
        return any(opens(self) for opens in OPENS)


def _report(cued: CuedSentence, index: int) -> Report | None:
    cue = cued.cue(index)
    if cue is None:
        return None
    letters, reporter = cue
    met = _Met(cued, index, letters, reporter)
    if any(refuses(met) for refuses in NO_REPORTS):
        return None
    content = find_content(cued, index, reporter)
    if content is None or any(refuses(met, content) for refuses in NO_REPORTS_OF):
        return None
    token = cued.sentence.tokens[index]
    first = index + 1 + bool(reporter.behind)
    subject = (first, content.edge if content.start != "before" else cued.clause_end(first))
    return Report(
        index,
        after_letters(cued.part.text, token.start, letters),
        token.end,
        reporter.form,
        content.start,
        subject,
        content.first,
        content.content,
        met.opens,
        content.quotation,
        addressee=reporter.addressee,
    )


def _lacks_its_word(met: _Met) -> bool:
    """True if the word that must follow the cue does not: `جاء` without `في`."""
    following = {*met.cued.keys[met.index + 1 : met.index + 2]}
    return bool(met.reporter.behind) and not following & met.reporter.behind


def _is_unsaid(met: _Met) -> bool:
    """True if the verb is negated, and so reports nothing: `لم يؤكد أن`, `دون أن يذكر أن`."""
    before = (tuple(met.cued.keys[max(0, met.index - size) : met.index]) for size in (1, 2))
    return met.reporter.form == "verb" and not met.reporter.denial and not met.cued.cues.unsaid.isdisjoint(before)


def _is_noun(met: _Met, content: Content) -> bool:
    """True for a noun that is spelled like a verb: طالب 'student'."""
    return met.reporter.form == "verb" and met.cued.tokens[met.index].upos == "NOUN"


def _is_particle(met: _Met, content: Content) -> bool:
    """True for a preposition or the like that is spelled like a verb: عبر 'through'."""
    if met.reporter.form != "verb" or met.cued.tokens[met.index].upos not in _NOT_VERBS:
        return False
    return content.start not in ("that", "speech", "preposition") or not (met.opens or met.index == 0)


def _is_feminine_noun(met: _Met, content: Content) -> bool:
    """True for a noun that is spelled like a feminine participle: مطالبة 'demand'."""
    feminine = met.reporter.form == "participle" and met.cued.keys[met.index].endswith(TA_MARBUTA)
    return feminine and content.start not in ("that", "speech") and "،" not in met.cued.gap(met.index)


def _is_joined(met: _Met) -> bool:
    return met.letters > 0


def _is_participle(met: _Met) -> bool:
    return met.reporter.form == "participle"


def _is_led(met: _Met) -> bool:
    """True after a word that leads to a clause: `كما قال`, `من جانبه قال`."""
    return not CLAUSE_OPENERS.isdisjoint(met.cued.keys[max(0, met.index - 1) : met.index])


def _follows_punctuation(met: _Met) -> bool:
    return bool(set(met.cued.gap(met.index)) & set("،؛.:"))


def _relayed(cued: CuedSentence, subject: tuple[int, int]) -> tuple[int, int]:
    """In `نقلت الوكالة عن X`, `ما نقلته الوكالة عن X` and `ذكرت نقلاً عن X` the speaker is X."""
    for at in range(*subject):
        if cued.keys[at] == ABOUT and any(relays(cued, subject, at) for relays in RELAYS):
            return at + 1, subject[1]
    return subject


def _is_of_relaying_verb(cued: CuedSentence, subject: tuple[int, int], at: int) -> bool:
    return cued.keys[subject[0] - 1].lstrip("وف").startswith(_RELAYING)


def _follows_quoting(cued: CuedSentence, subject: tuple[int, int], at: int) -> bool:
    return cued.keys[at - 1] == _QUOTING


# What keeps a word of the lexicon from reporting: by itself, and with such a content.
NO_REPORTS: Final = (_lacks_its_word, _is_unsaid)
NO_REPORTS_OF: Final = (_is_noun, _is_particle, _is_feminine_noun)

# By what a cue starts a clause of its own.
OPENS: Final = (_is_joined, _is_participle, _is_led, _follows_punctuation)

# What an earlier cue of the sentence has said already: نقل … قوله إن.
REPEATED: Final = (_same_content, _in_subject)

# The عن that leads to the speaker.
RELAYS: Final = (_is_of_relaying_verb, _follows_quoting)
