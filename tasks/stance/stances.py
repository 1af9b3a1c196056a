"""Stances: who is for or against which listed actor, with the words that show it.

Three sources take positions: the narration, by loaded words beside an actor; the speaker of a quote, by evaluative
words in it or by an evaluative reporting verb; an actor by its acts, where an evaluative word has an actor on each
side. The words come from `config/cues/evaluative.toml`, the order of words and the syntax say who stands on which side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tasks.stance.cues import Cues, Evaluative, Polarity, starts_with
from tasks.stance.document import Document, Mention, Sentence
from tasks.stance.names import Names
from tasks.stance.quotes import Quote
from tasks.stance.sides import ABSTRACT, Scene, Side
from tasks.stance.speakers import Speaker

_NEAR: Final = 4  # words from a cue within which an actor is surely its own
_QUOTE_MARKS: Final = ' "»”“«)('
_OPPOSITE: Final[dict[Polarity, Polarity]] = {"favor": "against", "against": "favor"}

# Factors of the score: a cue's weight is its value where both sides stand close to it in one clause.
_FAR: Final = 0.8  # a side stands beyond `_NEAR`
_IMPLICIT: Final = 0.85  # the source is the speaker, not named beside the cue
_NEGATED: Final = 0.7


@dataclass(frozen=True, slots=True)
class Stance:
    """`source` is for or against `target`; `[start, end)` of the part shows it."""

    sentence: Sentence
    part: str
    source_kind: str
    source: str
    source_id: str | None
    target: Mention
    stance: Polarity
    score: float
    start: int
    end: int
    method: str

    @property
    def key(self) -> tuple[str, str | None, Polarity]:
        """What may be said once in a document."""
        return self.source_id or self.source, self.target.actor_id, self.stance


def find_stances(
    document: Document, quotes: Sequence[Quote], cues: Cues, kinds: Mapping[str, str], min_score: float
) -> list[Stance]:
    """The stances of a document, the best evidence of each (source, target, stance), in the order of the text."""
    best: dict[tuple[str, str | None, Polarity], Stance] = {}
    names = Names(document)
    for part in document.parts:
        for sentence in part.sentences:
            for stance in _Judge(Scene(part, sentence, kinds), quotes, cues, names).stances():
                if stance.source_id == stance.target.actor_id:
                    continue  # praise of one's own side tells nothing
                known = best.get(stance.key)
                if stance.score >= min_score and (known is None or stance.score > known.score):
                    best[stance.key] = stance
    order = [part.name for part in document.parts]
    return sorted(best.values(), key=lambda stance: (order.index(stance.part), stance.start, stance.end))


class _Source(NamedTuple):
    """Who takes a position: kind, name as written, actor id."""

    kind: str
    name: str
    actor_id: str | None


_AUTHOR: Final = _Source("author", "author", None)


@dataclass
class _Judge:
    scene: Scene
    quotes: Sequence[Quote]
    cues: Cues
    names: Names

    def stances(self) -> Iterator[Stance]:
        if not self.scene.actors:
            return
        for at in range(len(self.scene.tokens)):
            for phrase, cue in self._met(at):
                if cue.loaded or cue.beside:
                    yield from self._beside(at, len(phrase), cue)
                else:
                    yield from self._between(at, len(phrase), cue)

    def _met(self, at: int) -> Iterator[tuple[tuple[str, ...], Evaluative]]:
        token = self.scene.tokens[at]
        for letters in sorted({0, token.letters, 1 if token.key[0] in "وف" else 0}):
            keys = [token.key[letters:], *self.scene.keys[at + 1 : at + 5]]
            phrase = starts_with(keys, 0, self.cues.evaluative)
            if phrase is not None:
                yield phrase, self.cues.evaluative[phrase]
                return

    def _quote_at(self, offset: int) -> Quote | None:
        """The innermost quote that holds the offset."""
        holding = [q for q in self.quotes if q.part == self.scene.part.name and q.start <= offset < q.end]
        return min(holding, key=lambda quote: quote.end - quote.start, default=None)

    def _beside(self, at: int, size: int, cue: Evaluative) -> Iterator[Stance]:
        """A word that judges the actor whose name holds it or stands right beside it."""
        for actor in self.scene.actors:
            inside = actor.first <= at <= actor.last and self.scene.kinds[actor.id] not in ABSTRACT
            behind = actor.first == at + size and not self.scene.gap(actor.first).strip(_QUOTE_MARKS)
            before = cue.loaded and actor.last + 1 == at and not self.scene.gap(at).strip(_QUOTE_MARKS)
            if (inside and cue.loaded) or behind or before:
                judged = self.scene.with_coordinated([actor], self.scene.actors)
                yield from self._spoken(at, size, cue, judged)

    def _between(self, at: int, size: int, cue: Evaluative) -> Iterator[Stance]:
        """The sides of a cue: subject and target around it, or the speaker and the target."""
        if any(actor.first <= at <= actor.last for actor in self.scene.actors):
            return
        low, high = self.scene.clause(at)
        after = [actor for actor in self.scene.actors if at < actor.first <= high]
        before = [actor for actor in self.scene.actors if low <= actor.last < at]
        report = next((q for q in self.quotes if self._is_cue(q, at)), None)
        if report is not None and not cue.act:
            yield from self._reported(at, cue, report)
            return
        if cue.mutual:
            yield from self._mutual(at, cue, after)
            return
        subject, targets = self.scene.roles(at, size, cue, before, after)
        if subject is not None and targets and (cue.act or self._quote_at(self.scene.tokens[at].start) is None):
            yield from self._acted(at, cue, subject, targets)
        elif not cue.act:
            near = self.scene.with_coordinated(after[:1], after) or self.scene.with_coordinated(before[-1:], [])
            yield from self._spoken(at, size, cue, near, quoted_only=True)
        elif targets:
            yield from self._spoken(at, size, cue, targets, quoted_only=True)

    def _is_cue(self, quote: Quote, at: int) -> bool:
        return (
            quote.part == self.scene.part.name
            and self.scene.tokens[at].start <= quote.cue_start < self.scene.tokens[at].end
        )

    def _mutual(self, at: int, cue: Evaluative, after: Sequence[Side]) -> Iterator[Stance]:
        if len(after) > 1:
            yield from self._acted(at, cue, after[0], after[1:2])
            yield from self._acted(at, cue, after[1], after[:1])

    def _negated(self, at: int) -> bool:
        return not self.cues.negators.isdisjoint(key.removeprefix("و") for key in self.scene.keys[max(0, at - 2) : at])

    def _score(self, at: int, cue: Evaluative, actor: Side, implicit: bool) -> float:
        distance = max(actor.first - at, at - actor.last)
        score = cue.weight * (_FAR if distance > _NEAR else 1.0) * (_IMPLICIT if implicit else 1.0)
        return score * (_NEGATED if self._negated(at) else 1.0)

    def _acted(self, at: int, cue: Evaluative, subject: Side, targets: Sequence[Side]) -> Iterator[Stance]:
        if cue.act and self._negated(at):
            return
        for target in targets:
            if target.id != subject.id:
                start, end = self.scene.evidence(
                    min(at, subject.first, target.first), max(at, subject.last, target.last)
                )
                score = self._score(at, cue, target, implicit=False)
                source = _Source("actor", subject.mention.text, subject.id)
                yield self._stance(source, target, cue, at, score, (start, end))

    def _reported(self, at: int, cue: Evaluative, quote: Quote) -> Iterator[Stance]:
        """An evaluative reporting verb: its speaker stands to the first actor in what it reports."""
        inside = [actor for actor in self.scene.actors if quote.start <= actor.mention.start < quote.end]
        source = self._speaking(quote)
        if source is None or not inside:
            return
        for target in self.scene.with_coordinated(inside[:1], inside):
            score = self._score(at, cue, target, implicit=False)
            span = (min(self.scene.tokens[at].start, quote.start), quote.end)
            yield self._stance(source, target, cue, at, score, span)

    def _spoken(
        self, at: int, size: int, cue: Evaluative, targets: Sequence[Side], quoted_only: bool = False
    ) -> Iterator[Stance]:
        """The position of whoever speaks here: the speaker of the quote around the cue, else the narration."""
        quote = self._quote_at(self.scene.tokens[at].start)
        narrated = None if quoted_only else _AUTHOR
        source = narrated if quote is None else self._speaking(quote)
        if source is None:
            return
        for target in targets:
            span = self.scene.evidence(min(at, target.first), max(at + size - 1, target.last))
            score = self._score(at, cue, target, implicit=not cue.loaded)
            yield self._stance(source, target, cue, at, score, span)

    def _speaking(self, quote: Quote) -> _Source | None:
        """The speaker of a quote as a source, if it is an actor or a named person or organisation."""
        speaker = quote.speaker
        if speaker is None or not self._is_named(speaker):
            return None
        name = speaker.text if speaker.actor_id else self.names.of(quote.part, speaker)
        return _Source("speaker", name, speaker.actor_id)

    def _is_named(self, speaker: Speaker) -> bool:
        """Whether the speaker is an actor or a named person or organisation, not 'sources' or 'residents'."""
        return speaker.actor_id is not None or any(
            m.type in ("PER", "ORG") and speaker.start <= m.start < speaker.end for m in self.scene.part.mentions
        )

    def _stance(
        self, source: _Source, target: Side, cue: Evaluative, at: int, score: float, span: tuple[int, int]
    ) -> Stance:
        polarity = _OPPOSITE[cue.stance] if self._negated(at) and not cue.act else cue.stance
        method = f"rule:{cue.id}"
        return Stance(
            self.scene.sentence, self.scene.part.name, *source, target.mention, polarity, score, *span, method
        )
