"""Where the content of a report starts: what its cue takes, and where that stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from nabra.tasks.arabic.folding import after_letters, fold
from nabra.tasks.arabic.quotation_marks import MARKS, Quotation
from nabra.tasks.quotes.cues import Reporter
from nabra.tasks.quotes.objects import TITLES, has_subject_before, is_beyond_name, is_object
from nabra.tasks.quotes.reading import MIN_QUOTED, Reading

_MAX_SUBJECT: Final = 45  # words between a reporting verb and its content; beyond, they hardly belong together
_MAX_NAME: Final = 8  # words behind a name in marks within which its أن stands
_MAX_OBJECT: Final = 6  # words from the object's first within which one of its marking words stands
_FORCE: Final = frozenset(map(fold, ("بشدة", "بقوة", "بحدة", "بحزم")))
_PRONOUNS: Final = frozenset(("ه", "ها", "هم", "هما", "ك", "نا"))  # به takes up what was said before
_RELAY: Final = fold("عن")
_TO: Final = fold("ل")

Start = Literal["that", "speech", "preposition", "object", "behind", "before"]


@dataclass(frozen=True, slots=True)
class Report:
    """One act of reporting. All numbers but `index`, `subject` and `first` are offsets in the part.

    `index` is the cue's token; `subject` the range of tokens that may name the speaker; `first` the token at which the
    content starts, and `content` its offset. `stop` ends a content that stands before its attribution. `opens` says
    that the cue starts a clause of its own, and so ends the content of the report before it; `addressee`, that what
    stands in `subject` may be the one addressed.
    """

    index: int
    cue_start: int
    cue_end: int
    form: Literal["verb", "participle", "noun", "attribution"]
    start: Start
    subject: tuple[int, int]
    first: int
    content: int
    opens: bool
    quotation: Quotation | None = None
    stop: int | None = None
    addressee: bool = False


class Content(NamedTuple):
    """The content behind a cue: what starts it, the token where that stands, its first token and offset."""

    start: Start
    edge: int
    first: int
    content: int
    quotation: Quotation | None = None


def find_content(reading: Reading, index: int, reporter: Reporter) -> Content | None:
    """The content that the cue at token `index` reports; None where it reports nothing."""
    finder = _Finder(reading, index, reporter)
    return finder.behind() or finder.before()


@dataclass(frozen=True)
class _Finder:
    reading: Reading
    index: int
    reporter: Reporter

    def behind(self) -> Content | None:
        """The content behind the cue: the first thing that can start it."""
        index, reporter = self.index, self.reporter
        target = self._object() if reporter.object else None
        governed = self._governed()
        at = index + 1
        while at < min(len(self.reading.keys), index + _MAX_SUBJECT):
            token = self.reading.tokens[at]
            quotation = self.reading.opened(at)
            if quotation is not None:
                if self._is_speech(quotation, at):
                    return Content("speech", at, at, quotation.start, quotation)
                if self.reading.size(quotation) >= MIN_QUOTED:
                    at = self.reading.sentence.index_at(quotation.end)
                    continue
            if reporter.speech and ":" in self.reading.gap(at) and not self.reading.keys[at][0].isdigit():
                return self._behind_that(at, "speech")
            if self.reading.keys[at] in self.reading.cues.complementizers and self._is_that(at):
                return self._behind_that(at, "that")  # the preposition of على أن ends the subject, see speakers
            if at == governed:
                return self._behind_that(at, "preposition", 1) if self._stands_alone(at) else self._joined(at)
            if at == target:
                return Content("object", at, at, token.start)
            if at > index + 1 and self._new_clause(at):
                return None
            at += 1
        return None

    def _stands_alone(self, at: int) -> bool:
        return len(self.reading.keys[at]) > 1 and not self.reading.tokens[at].preposition

    def _joined(self, at: int) -> Content:
        token = self.reading.tokens[at]
        return Content("preposition", at, at, after_letters(self.reading.part.text, token.start, token.letters))

    def _is_speech(self, quotation: Quotation, at: int) -> bool:
        gap = self.reading.gap(at)
        if ":" in gap:
            return True
        if self.reading.size(quotation) < MIN_QUOTED or self.reading.keys[at - 1] in self.reading.cues.titles:
            return False
        behind = self.reading.sentence.index_at(quotation.end)
        return at > self.index + 1 or not self._speaks(behind)

    def _speaks(self, behind: int) -> bool:
        """Whether what ends before token `behind` is the name of the speaker: وقالت «الفيدرالية العالمية …» إن."""
        if set(",،.؛") & {*self.reading.gap(behind)}:
            return False
        for at in range(behind, min(behind + _MAX_NAME, len(self.reading.keys))):
            if self.reading.keys[at] in self.reading.cues.complementizers:
                return True
            if self.reading.cue(at):
                return False
        return False

    def _is_that(self, at: int) -> bool:
        if self.reading.part.text[self.reading.tokens[at].start] == "آ":  # the name آنا
            return False
        before, reporter = self.reading.keys[at - 1], self.reporter
        if not reporter.that and before not in reporter.prepositions:
            return "ب" in reporter.prepositions and self.reading.keys[at][0] == "ب"
        return before not in self.reading.cues.not_before_that or (before == _RELAY and _RELAY in reporter.prepositions)

    def _behind_that(self, edge: int, kind: Start, skip: int = 0) -> Content | None:
        """The content from token `edge` on, or behind it where `skip` says so or it is a complementizer."""
        tokens = self.reading.tokens
        at = edge + skip
        while at < len(tokens) and self.reading.keys[at] in self.reading.cues.complementizers:
            at += 1
        if at >= len(tokens):
            return None
        quotation = self.reading.opened(at)
        speech = quotation if quotation and self.reading.size(quotation) >= MIN_QUOTED else None
        opening = speech.start if speech else self._from_mark(at)
        return Content(kind, edge, at, opening, speech)

    def _from_mark(self, at: int) -> int:
        """The start of token `at`, with the mark before it where that opens a short quotation: it stays inside."""
        start = self.reading.tokens[at].start
        return start - 1 if self.reading.part.text[start - 1 : start] in MARKS else start

    def _governed(self) -> int | None:
        """The token at which the cue's prepositional complement starts."""
        index, tokens = self.index, self.reading.tokens
        subject = next((i for i in self.reading.children(index, "nsubj") if i > index), None)
        ahead = range(index + 1, min(len(tokens), index + _MAX_SUBJECT))
        candidates = [at for at in ahead if self._is_governing(at)]
        attached = [at for at in candidates if tokens[at].head == index]
        behind = [at for at in candidates if subject is None or at > subject]
        return next(iter(attached or behind or candidates), None)

    def _is_governing(self, at: int) -> bool:
        """Whether one of the cue's prepositions stands at `at`, alone or joined to its noun."""
        keys, cues, token = self.reading.keys, self.reading.cues, self.reading.tokens[at]
        if keys[at] in self.reporter.prepositions:
            return at + 1 < len(keys) and keys[at + 1] not in cues.adjunct_nouns
        if not token.preposition or token.preposition not in self.reporter.prepositions:
            return False
        if token.preposition == _TO and at > self.index + 1:  # behind the first word ل is too common to tell
            return False
        return token.stem not in cues.adjunct_nouns | _PRONOUNS and keys[at] not in cues.complementizers

    def _object(self) -> int | None:
        """The first token of the cue's object: as the parse has it, or right behind a participle."""
        index, tokens = self.index, self.reading.tokens
        participle = self.reporter.form == "participle"
        behind = index + 1 if participle and index + 1 < len(tokens) and self._is_bare(index + 1) else None
        if self.reporter.that and self.reporter.form == "verb" and self.reading.keys[index].lstrip("وف")[0] in "يت":
            return None
        children = self.reading.children(index, "obj", "xcomp")
        parsed = (at for at in children if at > index and self._is_bare(at) and tokens[at].stem not in TITLES)
        ahead = range(index + 1, min(len(tokens), index + _MAX_SUBJECT))
        matter = (at for at in ahead if self.reading.keys[at] in self.reading.cues.matters and self._is_bare(at))
        found = next(parsed, behind) if tokens[index].upos else behind
        addressed = (at for at in ahead if self.reporter.addressee and self._is_addressee(at))
        forceful = (at for at in ahead if not self.reporter.that and self._is_behind_adverb(at))
        if not participle:
            starts = (found, next(matter, None), next(addressed, None), next(forceful, None))
            found = min((at for at in starts if at is not None), default=None)
        if found is None or not self.reporter.objects:
            return found
        return found if self.reporter.objects & {*self.reading.keys[found : found + _MAX_OBJECT]} else None

    def _is_addressee(self, at: int) -> bool:
        part, sentence = self.reading.part, self.reading.sentence
        if at == self.index + 1:
            return self._is_bare(at) and has_subject_before(part, sentence, self.index)
        if is_object(part, sentence, self.index + 1, at):
            return True
        timed = self.reading.keys[at] in self.reading.cues.circumstances  # دعا المجلس | السبت
        return not timed and is_beyond_name(part, sentence, self.index + 1, at)

    def _is_behind_adverb(self, at: int) -> bool:
        """Whether a noun stands right behind an adverb that ends the subject: `انتقدت روسيا بشدة القرار`."""
        token = self.reading.tokens[at]
        return at > self.index + 1 and self.reading.keys[at - 1] in _FORCE and token.key.startswith("ال")

    def _is_bare(self, at: int) -> bool:
        return not self.reading.tokens[at].preposition and self.reading.tokens[at].upos != "ADP"

    def _new_clause(self, at: int) -> bool:
        """Whether a new report starts at `at`, so that the one before it has no content."""
        met = self.reading.cue(at)
        if met is None or met[1].form == "noun":
            return False
        return bool(met[0]) or "،" in self.reading.gap(at)

    def before(self) -> Content | None:
        """A quotation that ends right before the cue: «…» قال الوزير."""
        index, reporter = self.index, self.reporter
        if reporter.form != "verb" or not (reporter.speech or reporter.that):
            return None
        low = self.reading.tokens[index - 2].start if index > 1 else self.reading.sentence.start
        for quotation in self.reading.part.quotations:
            if low <= quotation.end <= self.reading.tokens[index].start and self.reading.size(quotation) >= MIN_QUOTED:
                return Content("before", index, index, quotation.start, quotation)
        return None
