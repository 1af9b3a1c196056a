"""Who stands on which side of an evaluative word: actors as subject and target, by their place around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from nabra.tasks.actors.entries import Kind
from nabra.tasks.arabic.folding import fold
from nabra.tasks.quotes.cues import Evaluative
from nabra.tasks.quotes.document import Mention, Part, Sentence, Token

_REACH: Final = 20  # words from a cue within which an actor belongs to it
_SUBJECT_REACH: Final = 4  # words behind a cue within which its subject stands
_PARSED_REACH: Final = 3  # words behind a cue within which the parser is right about its subject
_DIRECT_REACH: Final = 6  # words between a cue and the target that must follow it
_COMMA: Final = frozenset("،,")
_BREAKS: Final = frozenset("؛.:!؟\n،,")
_LED_BY: Final = frozenset(map(fold, ("بقيادة", "تقوده", "تقودها", "يقوده", "يقودها", "بزعامة")))
_DIRECTIONS: Final = frozenset(map(fold, ("على", "ضد", "عن", "من", "إلى", "تجاه", "إزاء", "في", "مع")))
_LOCATIVE: Final = frozenset(map(fold, ("في", "عبر", "داخل", "شمال", "جنوب", "شرق", "غرب", "إلى", "لدى")))


@dataclass(frozen=True, slots=True)
class Side:
    """A mention of a listed actor as the tokens [first, last] of the sentence."""

    mention: Mention
    first: int
    last: int

    @property
    def id(self) -> str:
        """The actor's id."""
        return self.mention.actor_id or ""


@dataclass
class Scene:
    """A sentence with the listed actors in it; `kinds` by actor id."""

    part: Part
    sentence: Sentence
    kinds: Mapping[str, Kind]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the sentence."""
        return self.sentence.tokens

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the words."""
        return [token.key for token in self.tokens]

    @cached_property
    def actors(self) -> list[Side]:
        """The actors that can take a side, in order: not mere places, nor leaders of others."""
        found = []
        for mention in self.part.mentions_between(self.sentence.start, self.sentence.end):
            if mention.actor_id:
                first = self.sentence.index_at(mention.start)
                last = self.sentence.index_at(mention.end - 1)
                if last < len(self.tokens):
                    found.append(Side(mention, first, last))
        found.sort(key=lambda actor: actor.first)
        sides: list[Side] = []
        others = Counter(actor.last for actor in found)
        for actor in found:
            if not self._is_aside(actor, others):
                sides.append(actor)
                others[actor.last] -= 1
        return sides

    def _is_aside(self, actor: Side, others: Mapping[int, int]) -> bool:
        """Whether the actor is only a place (في العراق وسوريا) or the leader of another (بقيادة السعودية)."""
        before = self.keys[actor.first - 1] if actor.first else ""
        token = self.tokens[actor.first]
        if before in _LED_BY or (before in _LOCATIVE and not token.preposition) or token.key == "ب" + token.stem:
            return True
        return token.key.startswith("و") and others[actor.first - 1] > 0

    def gap(self, at: int) -> str:
        """What stands between token `at` and the one before."""
        return self.part.text[self.tokens[at - 1].end : self.tokens[at].start]

    def clause(self, at: int) -> tuple[int, int]:
        """First and last token around `at` that no strong punctuation and no reach cuts off."""
        low = high = at
        while low > max(0, at - _REACH) and not (_BREAKS - _COMMA) & {*self.gap(low)}:
            low -= 1
        while high + 1 < min(len(self.tokens), at + _REACH + 1) and not _BREAKS & {*self.gap(high + 1)}:
            high += 1
        return low, high

    def roles(
        self, at: int, size: int, cue: Evaluative, before: Sequence[Side], after: Sequence[Side]
    ) -> tuple[Side | None, list[Side]]:
        """Who is for or against whom around the cue."""
        before = [actor for actor in before if self.kinds[actor.id].acts]
        if cue.passive:
            return self._passive(before, after)
        if cue.direct:
            near = [actor for actor in after if actor.first - at - size < _DIRECT_REACH]
            targets = self.with_coordinated(near[:1], after)
            subjects = [actor for actor in before if actor.id not in {target.id for target in targets}]
            return (subjects[-1] if subjects else None), targets
        near = [actor for actor in after if actor.first - at - size < cue.reach]
        return self._sides(at, size, cue, before, near)

    def _passive(self, before: Sequence[Side], after: Sequence[Side]) -> tuple[Side | None, list[Side]]:
        """Who acts stands behind the cue, on whom before it."""
        return (after[0], list(before[-1:])) if after and before else (None, [])

    def _sides(
        self, at: int, size: int, cue: Evaluative, before: Sequence[Side], after: Sequence[Side]
    ) -> tuple[Side | None, list[Side]]:
        """Who acts and on whom. Behind the cue: subject, then target; else the subject stands before it."""
        first = self.with_coordinated(after[:1], after)
        ids = {actor.id for actor in first}
        rest = [actor for actor in after[len(first) :] if actor.id not in ids]
        preposed = bool(before) and before[-1].last >= at - 2 and before[-1].id not in ids
        leads = bool(rest) and not preposed and self._is_subject(first[0], at, size)
        if leads or (first and cue.act and self._acts(first[0], at, cue)):
            return first[0], self.with_coordinated(rest[:1], rest)
        if first and before and before[-1].id not in ids:
            return before[-1], first
        return None, first

    def _acts(self, actor: Side, at: int, cue: Evaluative) -> bool:
        """Whether the name behind the cue, or the noun that it belongs to, is its subject or led by one of `cue.by`."""
        index = actor.first
        for _ in range(_REACH):
            token = self.tokens[index]
            if token.head == at and index > at:
                led = token.preposition or self.keys[index - 1]
                return (token.deprel.startswith("nsubj") and index - at < _PARSED_REACH) or led in cue.led_by
            if token.head < 0 or not token.deprel.startswith(("nmod", "flat", "amod", "appos")):
                break
            index = token.head
        return False

    def _is_subject(self, actor: Side, at: int, size: int) -> bool:
        """Whether the actor stands right behind the cue, with no preposition between."""
        near = actor.first - at - size < _SUBJECT_REACH and self.kinds[actor.id].acts
        directed = _DIRECTIONS & {*self.keys[at + 1 : actor.first]} or self.tokens[actor.first].preposition
        return near and not directed

    def with_coordinated(self, first: Sequence[Side], actors: Sequence[Side]) -> list[Side]:
        """The actor and those joined to it by و, each at most two words behind the one before."""
        joined = list(first)
        for actor in actors:
            if joined and actor.first > joined[-1].last:
                if actor.first - joined[-1].last > 3 or not self.keys[joined[-1].last + 1].startswith("و"):
                    break
                joined.append(actor)
        return joined

    def evidence(self, first: int, last: int) -> tuple[int, int]:
        """The words from token `first` to `last`, out to the next punctuation on both sides."""
        while first > 0 and not _BREAKS & {*self.gap(first)}:
            first -= 1
        while last + 1 < len(self.tokens) and not _BREAKS & {*self.gap(last + 1)}:
            last += 1
        return self.tokens[first].start, self.tokens[last].end
