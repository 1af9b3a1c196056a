"""What rules say about stances: evaluative words, and who stands on which side of them.

Three sources take positions: the narration, by loaded words beside an actor; the speaker of a quote, by evaluative
words in it or by an evaluative reporting verb; an actor by its acts, where an evaluative word has an actor on each
side. The words come from `config/cues/evaluative.toml`, the order of words and the syntax say who stands on which side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nabra.tasks.quotes.cues import Cues, Evaluative, Polarity, starts_with
from nabra.tasks.quotes.quotes import Quote
from nabra.tasks.stance.scene import ActorMention, Around, Scene
from nabra.tasks.stance.sources import AUTHOR, Evidence, Source, Sources

_NEAR: Final = 4  # words from a cue within which an actor is surely its own
_QUOTE_MARKS: Final = ' "»”“«)('
_OPPOSITE: Final[dict[Polarity, Polarity]] = {"favor": "against", "against": "favor"}

# Factors of the score: a cue's weight is its value where both sides stand close to it in one clause.
_FAR: Final = 0.8  # a side stands beyond `_NEAR`
_IMPLICIT: Final = 0.85  # the source is the speaker, not named beside the cue
_NEGATED: Final = 0.7


def rule_evidence(scene: Scene, cues: Cues, sources: Sources) -> Iterator[Evidence]:
    """The evidence of a sentence, in the order of its cues."""
    return _Judge(scene, cues, sources).evidence()


@dataclass
class _Judge:
    scene: Scene
    cues: Cues
    sources: Sources

    def evidence(self) -> Iterator[Evidence]:
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

    def _beside(self, at: int, size: int, cue: Evaluative) -> Iterator[Evidence]:
        """A word that judges the actor whose name holds it or stands right beside it."""
        for actor in self.scene.actors:
            if any(stands(self, at, size, cue, actor) for stands in BESIDE):
                judged = self.scene.with_coordinated([actor], self.scene.actors)
                yield from self._spoken(at, size, cue, judged)

    def _is_inside(self, at: int, size: int, cue: Evaluative, actor: ActorMention) -> bool:
        """True for a loaded word in the name of one who acts."""
        return cue.loaded and actor.first <= at <= actor.last and self.scene.kinds[actor.id].acts

    def _is_right_before(self, at: int, size: int, cue: Evaluative, actor: ActorMention) -> bool:
        return actor.first == at + size and not self.scene.gap(actor.first).strip(_QUOTE_MARKS)

    def _is_right_after(self, at: int, size: int, cue: Evaluative, actor: ActorMention) -> bool:
        return cue.loaded and actor.last + 1 == at and not self.scene.gap(at).strip(_QUOTE_MARKS)

    def _between(self, at: int, size: int, cue: Evaluative) -> Iterator[Evidence]:
        """The sides of a cue: subject and target around it, or the speaker and the target."""
        if any(actor.first <= at <= actor.last for actor in self.scene.actors):
            return
        low, high = self.scene.clause(at)
        after = [actor for actor in self.scene.actors if at < actor.first <= high]
        before = [actor for actor in self.scene.actors if low <= actor.last < at]
        around = Around(at, size, cue, before, after)
        yield from next((shown for show in SHOWN if (shown := show(self, around)) is not None), ())

    def _by_report(self, around: Around) -> Iterator[Evidence] | None:
        """By an evaluative reporting verb, of its speaker."""
        report = next((quote for quote in self.sources.quotes if self._is_cue(quote, around.at)), None)
        return None if report is None or around.cue.act else self._reported(around.at, around.cue, report)

    def _is_cue(self, quote: Quote, at: int) -> bool:
        token = self.scene.tokens[at]
        return quote.part == self.scene.part.name and token.start <= quote.cue_start < token.end

    def _mutual(self, around: Around) -> Iterator[Evidence] | None:
        """By an act of two on each other."""
        first, second = around.after[:1], around.after[1:2]
        if not around.cue.mutual:
            return None
        pairs = ((first, second), (second, first)) if second else ()
        return (one for who, whom in pairs for one in self._acted(around.at, around.cue, who[0], whom))

    def _by_subject(self, around: Around) -> Iterator[Evidence] | None:
        """By an act or, outside of quotes, a judgement of one actor on others."""
        subject, targets = self.scene.roles(around)
        judged = around.cue.act or self.sources.quote_at(self.scene.part, self.scene.tokens[around.at].start) is None
        return self._acted(around.at, around.cue, subject, targets) if subject and targets and judged else None

    def _by_word_in_quote(self, around: Around) -> Iterator[Evidence] | None:
        """By a word that judges in a quote, of its speaker, on the nearest actor after the word, else before it."""
        after, before = around.after, around.before
        if around.cue.act:
            return None
        near = self.scene.with_coordinated(after[:1], after) or list(before[-1:])
        return self._spoken(around.at, around.size, around.cue, near, quoted_only=True)

    def _by_act_in_quote(self, around: Around) -> Iterator[Evidence] | None:
        """By an act of which a quote tells without saying whose it is: the speaker's."""
        _, targets = self.scene.roles(around)
        return self._spoken(around.at, around.size, around.cue, targets, quoted_only=True)

    def _negated(self, at: int) -> bool:
        return not self.cues.negators.isdisjoint(key.removeprefix("و") for key in self.scene.keys[max(0, at - 2) : at])

    def _score(self, at: int, cue: Evaluative, actor: ActorMention, implicit: bool) -> float:
        return math.prod((factor(self, at, actor, implicit) for factor in FACTORS), start=cue.weight)

    def _distance(self, at: int, actor: ActorMention, implicit: bool) -> float:
        return _FAR if max(actor.first - at, at - actor.last) > _NEAR else 1.0

    def _implicitness(self, at: int, actor: ActorMention, implicit: bool) -> float:
        return _IMPLICIT if implicit else 1.0

    def _negation(self, at: int, actor: ActorMention, implicit: bool) -> float:
        return _NEGATED if self._negated(at) else 1.0

    def _acted(
        self, at: int, cue: Evaluative, subject: ActorMention, targets: Sequence[ActorMention]
    ) -> Iterator[Evidence]:
        if cue.act and self._negated(at):
            return
        for target in targets:
            if target.id != subject.id:
                start, end = self.scene.evidence(
                    min(at, subject.first, target.first), max(at, subject.last, target.last)
                )
                score = self._score(at, cue, target, implicit=False)
                source = Source("actor", subject.mention.text, subject.id)
                yield self._stance(source, target, cue, at, score, (start, end))

    def _reported(self, at: int, cue: Evaluative, quote: Quote) -> Iterator[Evidence]:
        """An evaluative reporting verb: its speaker stands to the first actor in what it reports."""
        low = min(quote.start, self._after_speaker(quote))
        inside = [actor for actor in self.scene.actors if low <= actor.mention.start < quote.end]
        source = self.sources.speaking(quote)
        if source is None or not inside:
            return
        for target in self.scene.with_coordinated(inside[:1], inside):
            score = self._score(at, cue, target, implicit=False)
            span = (min(self.scene.tokens[at].start, quote.start), quote.end)
            direct = target.first <= self.scene.sentence.index_at(quote.start) and not self._negated(at)
            yield self._stance(source, target, cue, at, score, span)._replace(direct=direct)

    def _after_speaker(self, quote: Quote) -> int:
        """Where the speaker's name ends after the cue: who stands between it and the content is addressed."""
        speaker = quote.speaker
        return speaker.end if speaker and quote.cue_start < speaker.start < quote.start else quote.start

    def _spoken(
        self, at: int, size: int, cue: Evaluative, targets: Sequence[ActorMention], quoted_only: bool = False
    ) -> Iterator[Evidence]:
        """The position of whoever speaks here: the speaker of the quote around the cue, else the narration."""
        quote = self.sources.quote_at(self.scene.part, self.scene.tokens[at].start)
        narrated = None if quoted_only else AUTHOR
        source = narrated if quote is None else self.sources.speaking(quote)
        if source is None:
            return
        for target in targets:
            span = self.scene.evidence(min(at, target.first), max(at + size - 1, target.last))
            score = self._score(at, cue, target, implicit=not cue.loaded)
            yield self._stance(source, target, cue, at, score, span)

    def _stance(
        self, source: Source, target: ActorMention, cue: Evaluative, at: int, score: float, span: tuple[int, int]
    ) -> Evidence:
        polarity = _OPPOSITE[cue.stance] if self._negated(at) and not cue.act else cue.stance
        return Evidence(self.scene, source, target, polarity, score, *span, cue.id)


# Where an actor stands whom a word beside it judges.
BESIDE: Final = (_Judge._is_inside, _Judge._is_right_before, _Judge._is_right_after)

# By what another word shows a position, the first that fits.
SHOWN: Final = (
    _Judge._by_report,
    _Judge._mutual,
    _Judge._by_subject,
    _Judge._by_word_in_quote,
    _Judge._by_act_in_quote,
)

# What makes a position less sure.
FACTORS: Final = (_Judge._distance, _Judge._implicitness, _Judge._negation)
