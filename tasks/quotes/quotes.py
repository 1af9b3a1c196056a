"""Quotes: every stretch of an article that it attributes to somebody, with the cue and the speaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from nabra.tasks.actors.match import Actors
from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.particles import FREE_RELATIVES, RELATIVE_PRONOUNS
from nabra.tasks.arabic.quotation_marks import Quotation
from nabra.tasks.quotes.contents import Report
from nabra.tasks.quotes.cued_sentence import MIN_QUOTED
from nabra.tasks.quotes.cues import Cues, starts_with
from nabra.tasks.quotes.document import ParsedDocument, Part, Sentence
from nabra.tasks.quotes.reports import find_reports
from nabra.tasks.quotes.speakers import SpeakerResolver
from nabra.tasks.quotes.speakers_met import Speaker

_TRIM: Final = " \t\n\u00a0،؛.:-–—*•●"
_MAX_CLAUSE_OPENING: Final = 5  # words between a comma and the reporting verb of the next clause: ، من جانبه قال
_MAX_BARE_SUBJECT: Final = 8  # words without a verb that can be the bare subject of a quoted predicate
_MIN_FLOATING: Final = 6  # words of a quotation without a cue that can go on with the last statement
_MAX_HEADLINE: Final = 20  # words
_MAX_HEADLINE_SPEAKER: Final = 5  # words


class Cue(NamedTuple):
    """The reporting word as written, and where it starts."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Quote:
    """`[start, end)` of the part is what the speaker says; `sentence` is the one in which it starts."""

    sentence: Sentence
    part: str
    start: int
    end: int
    kind: Literal["direct", "indirect"]
    cue: str
    cue_start: int
    speaker: Speaker | None


def find_quotes(document: ParsedDocument, actors: Actors, cues: Cues) -> list[Quote]:
    """The quotes of a document, headline first, in the order of the text."""
    found: list[Quote] = []
    for part in document.parts:
        collector = _Collector(part, cues, SpeakerResolver(document, part, actors, cues))
        found.extend(collector.quotes())
    return found


@dataclass
class _Collector:
    part: Part
    cues: Cues
    speakers: SpeakerResolver

    def quotes(self) -> list[Quote]:
        found: list[Quote] = []
        for sentence in self.part.sentences:
            reports = find_reports(self.part, sentence, self.cues)
            for number, report in enumerate(reports):
                nested = any(earlier.first < report.index for earlier in reports[:number]) and not report.opens
                speaker = self.speakers.of(sentence, report, number == 0, nested)
                end = self._end(sentence, report, reports[number + 1 :])
                found.extend(self._spans(sentence, report, end, speaker))
            for find in UNREPORTED:
                found.extend(find(self, sentence, reports, found))
        spans: dict[tuple[int, int, str], Quote] = {}
        for quote in found:
            spans.setdefault((quote.start, quote.end, quote.kind), quote)
        return sorted(spans.values(), key=lambda quote: (quote.start, -quote.end))

    def _end(self, sentence: Sentence, report: Report, later: Sequence[Report]) -> int:
        """Where the content ends: at the sentence's end, the next report, or the narrator's addition."""
        if report.stop is not None:
            return report.stop
        ends = [sentence.end]
        for find in ENDS:
            ends += find(self, sentence, report, later)
        return min((end for end in ends if end > report.content), default=report.content)

    def _next_report(self, sentence: Sentence, report: Report, later: Sequence[Report]) -> Iterator[int]:
        for following in later:
            if following.opens and following.index > report.first:
                yield self._clause_start(sentence, following)

    def _clause_start(self, sentence: Sentence, report: Report) -> int:
        """Where the clause of a later report starts: at the comma before its opening words, else at its cue."""
        tokens = sentence.tokens
        if report.form == "verb":
            for at in range(report.index, max(0, report.index - _MAX_CLAUSE_OPENING), -1):
                if set("،؛.") & {*self.part.text[tokens[at - 1].end : tokens[at].start]}:
                    return tokens[at - 1].end
        return tokens[report.index].start

    def _narrator(self, sentence: Sentence, report: Report, later: Sequence[Report]) -> Iterator[int]:
        """Where the narrator goes on himself: `، وذلك بعد أن …`."""
        tokens = sentence.tokens
        keys = [token.key for token in tokens]
        for at in range(report.first + 1, len(tokens)):
            gap = self.part.text[tokens[at - 1].end : tokens[at].start]
            led = set("،.؛") & {*gap} and starts_with(keys, at, self.cues.narrator)
            if led and self.part.quotation_at(tokens[at].start) is None:
                yield tokens[at - 1].end

    def _spans(self, sentence: Sentence, report: Report, end: int, speaker: Speaker | None) -> Iterator[Quote]:
        cue = Cue(self.part.text[report.cue_start : report.cue_end], report.cue_start)
        inside = self._statements(report.content, end)
        if report.quotation is not None:
            inside = [report.quotation, *(q for q in inside if q != report.quotation)]
        for quotation in inside:
            yield from self._quote(sentence, quotation.start, quotation.end, "direct", cue, speaker)
        outside = [
            index
            for index, token in enumerate(sentence.tokens)
            if report.content <= token.start < end and not any(q.start <= token.start < q.end for q in inside)
        ]
        more = not inside or any(says(self, sentence, report, outside, inside) for says in SAYS_MORE)
        if report.quotation is None and more:
            yield from self._quote(sentence, report.content, end, "indirect", cue, speaker)

    def _statements(self, start: int, end: int) -> list[Quotation]:
        """The quotations in [start, end) that are statements, not names."""
        return [q for q in self.part.quotations if start < q.start < end and self._is_statement(q)]

    def _is_statement(self, quotation: Quotation) -> bool:
        return not any(refuses(self, quotation) for refuses in NO_STATEMENTS)

    def _is_short(self, quotation: Quotation) -> bool:
        return self._size(quotation) < MIN_QUOTED

    def _is_title(self, quotation: Quotation) -> bool:
        """True after a word that leads to the title of a work: كتاب «…»."""
        before = self.part.text[max(0, quotation.start - 40) : quotation.start - 1].split()
        return bool(before) and fold(before[-1]) in self.cues.titles

    def _size(self, quotation: Quotation) -> int:
        return len(self.part.text[quotation.start : quotation.end].split())

    def _has_more_than_a_name(
        self, sentence: Sentence, report: Report, outside: Sequence[int], inside: Sequence[Quotation]
    ) -> bool:
        """True if words lead to the quotation in an object: `أمله في أن «…»`, but not `الملك بـ«…»`."""
        leading = self.part.text[report.content : inside[0].start].split()
        return report.start in ("preposition", "object") and len(leading) > 1

    def _has_verb(
        self, sentence: Sentence, report: Report, outside: Sequence[int], inside: Sequence[Quotation]
    ) -> bool:
        """True if a verb of the clause stands outside the quotations, which is in no relative clause."""
        tokens = sentence.tokens
        verbs = (at for at in outside if tokens[at].upos == "VERB")
        said = any(at == outside[0] or tokens[at - 1].key not in RELATIVE_PRONOUNS | FREE_RELATIVES for at in verbs)
        return report.start not in ("preposition", "object") and said

    def _is_long(self, sentence: Sentence, report: Report, outside: Sequence[int], inside: Sequence[Quotation]) -> bool:
        """True if more stands outside the quotations than their bare subject."""
        return report.start not in ("preposition", "object") and len(outside) > _MAX_BARE_SUBJECT

    def _quote(
        self,
        sentence: Sentence,
        start: int,
        end: int,
        kind: Literal["direct", "indirect"],
        cue: Cue,
        speaker: Speaker | None,
    ) -> Iterator[Quote]:
        text = self.part.text[start:end]
        start += len(text) - len(text.lstrip(_TRIM))
        end -= len(text) - len(text.rstrip(_TRIM))
        if start < end:
            yield Quote(sentence, self.part.name, start, end, kind, cue.text, cue.start, speaker)

    def _headline(self, sentence: Sentence, reports: Sequence[Report], found: Sequence[Quote]) -> Iterator[Quote]:
        """A headline `X: …`, where X names an actor or a person."""
        text = self.part.text[sentence.start : sentence.end]
        name, colon, said = text.partition(":")
        many = len(name.split()) > _MAX_HEADLINE_SPEAKER or len(text.split()) > _MAX_HEADLINE
        if reports or not colon or not said.strip() or many or text.rstrip().endswith("."):
            return
        speaker = self.speakers.introduce(sentence, sentence.start + len(name))
        if speaker is None:
            return
        cue = Cue(colon, sentence.start + len(name))
        start = cue.start + 1
        for quotation in self._statements(start, sentence.end):
            yield from self._quote(sentence, quotation.start, quotation.end, "direct", cue, speaker)
            return
        yield from self._quote(sentence, start, sentence.end, "indirect", cue, speaker)

    def _floating(self, sentence: Sentence, reports: Sequence[Report], found: Sequence[Quote]) -> Iterator[Quote]:
        """A quotation at the head of a sentence without a cue: the last speaker goes on."""
        head = self.part.text[sentence.start : sentence.end]
        low = sentence.start + len(head) - len(head.lstrip(_TRIM))
        for quotation in self.part.quotations:
            if quotation.start - 1 != low or self._size(quotation) < _MIN_FLOATING or not found:
                continue
            if not any(q.kind == "direct" and q.start < quotation.end and quotation.start < q.end for q in found):
                cue = Cue(found[-1].cue, found[-1].cue_start)
                yield from self._quote(sentence, quotation.start, quotation.end, "direct", cue, self.speakers.last)


# What ends a content before its sentence does; what is no statement though it stands in marks; what is said outside the
# quotations in a content, and so is a quote of its own; what is quoted without a report.
ENDS: Final = (_Collector._next_report, _Collector._narrator)
NO_STATEMENTS: Final = (_Collector._is_short, _Collector._is_title)
SAYS_MORE: Final = (_Collector._has_more_than_a_name, _Collector._has_verb, _Collector._is_long)
UNREPORTED: Final = (_Collector._headline, _Collector._floating)
