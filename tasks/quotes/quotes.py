"""Quotes: every stretch of an article that it attributes to somebody, with the cue and the speaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from nabra.tasks.actors.match import Actors
from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.quotation_marks import Quotation
from nabra.tasks.quotes.contents import Report
from nabra.tasks.quotes.cues import Cues, starts_with
from nabra.tasks.quotes.document import Document, Part, Sentence
from nabra.tasks.quotes.reading import MIN_QUOTED
from nabra.tasks.quotes.reports import find_reports
from nabra.tasks.quotes.speakers import Speaker, Voices

_TRIM: Final = " \t\n\u00a0،؛.:-–—*•●"
_MAX_CLAUSE_OPENING: Final = 5  # words between a comma and the reporting verb of the next clause: ، من جانبه قال
_MAX_BARE_SUBJECT: Final = 8  # words without a verb that can be the bare subject of a quoted predicate
_MIN_FLOATING: Final = 6  # words of a quotation without a cue that can go on with the last statement
_MAX_HEADLINE: Final = 20  # words
_MAX_HEADLINE_SPEAKER: Final = 5  # words
_RELATIVES: Final = frozenset(map(fold, ("الذي", "التي", "الذين", "ما", "اللذين", "اللواتي", "من", "وما")))


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


def find_quotes(document: Document, actors: Actors, cues: Cues) -> list[Quote]:
    """The quotes of a document, headline first, in the order of the text."""
    found: list[Quote] = []
    for part in document.parts:
        collector = _Collector(part, cues, Voices(document, part, actors, cues))
        found.extend(collector.quotes())
    return found


@dataclass
class _Collector:
    part: Part
    cues: Cues
    voices: Voices

    def quotes(self) -> list[Quote]:
        found: list[Quote] = []
        for sentence in self.part.sentences:
            reports = find_reports(self.part, sentence, self.cues)
            for number, report in enumerate(reports):
                nested = any(earlier.first < report.index for earlier in reports[:number]) and not report.opens
                speaker = self.voices.of(sentence, report, number == 0, nested)
                end = self._end(sentence, report, reports[number + 1 :])
                found.extend(self._spans(sentence, report, end, speaker))
            if not reports:
                found.extend(self._headline(sentence))
            found.extend(self._floating(sentence, found))
        spans: dict[tuple[int, int, str], Quote] = {}
        for quote in found:
            spans.setdefault((quote.start, quote.end, quote.kind), quote)
        return sorted(spans.values(), key=lambda quote: (quote.start, -quote.end))

    def _end(self, sentence: Sentence, report: Report, later: Sequence[Report]) -> int:
        """Where the content ends: at the sentence's end, the next report, or the narrator's addition."""
        if report.stop is not None:
            return report.stop
        ends = [sentence.end]
        ends += [self._clause_start(sentence, next_) for next_ in later if next_.opens and next_.index > report.first]
        ends += self._narrator(sentence, report)
        return min((end for end in ends if end > report.content), default=report.content)

    def _clause_start(self, sentence: Sentence, report: Report) -> int:
        """Where the clause of a later report starts: at the comma before its opening words, else at its cue."""
        tokens = sentence.tokens
        if report.form == "verb":
            for at in range(report.index, max(0, report.index - _MAX_CLAUSE_OPENING), -1):
                if set("،؛.") & {*self.part.text[tokens[at - 1].end : tokens[at].start]}:
                    return tokens[at - 1].end
        return tokens[report.index].start

    def _narrator(self, sentence: Sentence, report: Report) -> Iterator[int]:
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
        if report.quotation is None and (not inside or self._stands_alone(sentence, report, end, inside)):
            yield from self._quote(sentence, report.content, end, "indirect", cue, speaker)

    def _statements(self, start: int, end: int) -> list[Quotation]:
        """The quotations in [start, end) that are statements, not names."""
        return [q for q in self.part.quotations if start < q.start < end and self._is_statement(q)]

    def _is_statement(self, quotation: Quotation) -> bool:
        before = self.part.text[max(0, quotation.start - 40) : quotation.start - 1].split()
        return self._size(quotation) >= MIN_QUOTED and not (before and fold(before[-1]) in self.cues.titles)

    def _size(self, quotation: Quotation) -> int:
        return len(self.part.text[quotation.start : quotation.end].split())

    def _stands_alone(self, sentence: Sentence, report: Report, end: int, inside: Sequence[Quotation]) -> bool:
        """Whether the content says something outside its quotations, more than their bare subject."""
        start = report.content
        if report.start in ("preposition", "object"):
            return len(self.part.text[start : inside[0].start].split()) > 1
        outside = [
            i
            for i, token in enumerate(sentence.tokens)
            if start <= token.start < end and not any(q.start <= token.start < q.end for q in inside)
        ]
        verbs = [i for i in outside if sentence.tokens[i].upos == "VERB"]
        said = [i for i in verbs if i == outside[0] or sentence.tokens[i - 1].key not in _RELATIVES]
        return bool(said) or len(outside) > _MAX_BARE_SUBJECT

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

    def _headline(self, sentence: Sentence) -> Iterator[Quote]:
        """A headline `X: …`, where X names an actor or a person."""
        text = self.part.text[sentence.start : sentence.end]
        name, colon, said = text.partition(":")
        many = len(name.split()) > _MAX_HEADLINE_SPEAKER or len(text.split()) > _MAX_HEADLINE
        if not colon or not said.strip() or many or text.rstrip().endswith("."):
            return
        speaker = self.voices.introduce(sentence, sentence.start + len(name))
        if speaker is None:
            return
        cue = Cue(colon, sentence.start + len(name))
        start = cue.start + 1
        for quotation in self._statements(start, sentence.end):
            yield from self._quote(sentence, quotation.start, quotation.end, "direct", cue, speaker)
            return
        yield from self._quote(sentence, start, sentence.end, "indirect", cue, speaker)

    def _floating(self, sentence: Sentence, found: Sequence[Quote]) -> Iterator[Quote]:
        """A quotation at the head of a sentence without a cue: the last speaker goes on."""
        head = self.part.text[sentence.start : sentence.end]
        low = sentence.start + len(head) - len(head.lstrip(_TRIM))
        for quotation in self.part.quotations:
            if quotation.start - 1 != low or self._size(quotation) < _MIN_FLOATING or not found:
                continue
            if not any(q.kind == "direct" and q.start < quotation.end and quotation.start < q.end for q in found):
                cue = Cue(found[-1].cue, found[-1].cue_start)
                yield from self._quote(sentence, quotation.start, quotation.end, "direct", cue, self.voices.last)
