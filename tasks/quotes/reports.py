"""Where a sentence reports what somebody says: the reporting word, where its subject stands, where its content starts.

The small parser errs in one attachment of five, so the order of words on the page leads and the tree helps: a cue is
known by its form, its content by what starts it (أن, a quotation mark, a colon, the cue's preposition, the object).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nabra.tasks.arabic.folding import after_letters, fold
from nabra.tasks.quotes.attributions import find_attribution
from nabra.tasks.quotes.contents import Content, Report, find_content
from nabra.tasks.quotes.cues import Cues, Reporter
from nabra.tasks.quotes.document import Part, Sentence
from nabra.tasks.quotes.reading import Reading

_RELAY: Final = fold("عن")
_RELAYING: Final = (fold("نقل"), fold("ينقل"), fold("تنقل"))
_FEMININE: Final = fold("ة")
_NOT_VERBS: Final = frozenset(("ADP", "CCONJ", "PUNCT", "NUM", "PRON", "DET"))
_QUOTING: Final = fold("نقلا")
_CLAUSE_OPENERS: Final = frozenset(
    map(fold, ("كما", "فيما", "بينما", "حيث", "جانبه", "جانبها", "جهته", "جهتها", "بدوره", "بدورها", "جانبهم"))
)


def find_reports(part: Part, sentence: Sentence, cues: Cues) -> list[Report]:
    """The reports of a sentence, in the order of their cues; none whose cue stands inside a longer quotation."""
    reading = Reading(part, sentence, cues)
    found: list[Report] = []
    for index in range(len(reading.keys)):
        if reading.quoted[index] is None:
            # Where an earlier report took what stands before it, an attribution only adds to that.
            report = (None if found else find_attribution(reading, index)) or _report(reading, index)
            if report is not None and not _repeats(report, found):
                found.append(replace(report, subject=_relayed(reading, report.subject)))
    return found


def _repeats(report: Report, found: list[Report]) -> bool:
    """Whether an earlier cue already took this content (نقل … قوله إن) or holds the cue in its subject."""
    return any(
        other.content == report.content or other.subject[0] <= report.index < other.subject[1] for other in found
    )


def _report(reading: Reading, index: int) -> Report | None:
    met = reading.cue(index)
    if met is None:
        return None
    letters, reporter = met
    if reporter.behind and not {*reading.keys[index + 1 : index + 2]} & reporter.behind:
        return None
    if _is_unsaid(reading, index, reporter):
        return None
    content = find_content(reading, index, reporter)
    opens = _opens(reading, index, letters, reporter)
    if content is None or not _fits(reading, index, reporter, content, opens):
        return None
    token = reading.sentence.tokens[index]
    first = index + 1 + bool(reporter.behind)
    subject = (first, content.edge if content.start != "before" else reading.clause_end(first))
    return Report(
        index,
        after_letters(reading.part.text, token.start, letters),
        token.end,
        reporter.form,
        content.start,
        subject,
        content.first,
        content.content,
        opens,
        content.quotation,
        addressee=reporter.addressee,
    )


def _is_unsaid(reading: Reading, index: int, reporter: Reporter) -> bool:
    """Whether the verb at `index` is negated, and so reports nothing: `لم يؤكد أن`, `دون أن يذكر أن`."""
    before = (tuple(reading.keys[max(0, index - size) : index]) for size in (1, 2))
    return reporter.form == "verb" and not reporter.denial and not reading.cues.unsaid.isdisjoint(before)


def _fits(reading: Reading, index: int, reporter: Reporter, content: Content, opens: bool) -> bool:
    """Whether the form is the reporting one: not عبر 'through', طالب 'student', nor a noun like a participle."""
    clause = content.start in ("that", "speech")
    if reporter.form == "verb" and reading.tokens[index].upos == "NOUN":
        return False
    if reporter.form == "verb" and reading.tokens[index].upos in _NOT_VERBS:
        return (clause or content.start == "preposition") and (opens or index == 0)
    feminine = reporter.form == "participle" and reading.keys[index].endswith(_FEMININE)
    return clause or not feminine or "،" in reading.gap(index)


def _opens(reading: Reading, index: int, letters: int, reporter: Reporter) -> bool:
    led = _CLAUSE_OPENERS & {*reading.keys[max(0, index - 1) : index]}
    return bool(letters or reporter.form == "participle" or led or set(reading.gap(index)) & set("،؛.:"))


def _relayed(reading: Reading, subject: tuple[int, int]) -> tuple[int, int]:
    """In `نقلت الوكالة عن X`, `ما نقلته الوكالة عن X` and `ذكرت نقلاً عن X` the speaker is X."""
    verb = reading.keys[subject[0] - 1].lstrip("وف")
    for at in range(*subject):
        relays = verb.startswith(_RELAYING) or reading.keys[at - 1] == _QUOTING
        if reading.keys[at] == _RELAY and relays:
            return at + 1, subject[1]
    return subject
