"""Who stands on which side of an evaluative word: actors as subject and target, by their place around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from nabra.tasks.actors.entries import Kind
from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.particles import DIRECTING_PREPOSITIONS, PLACE_PREPOSITIONS
from nabra.tasks.quotes.cues import Evaluative
from nabra.tasks.quotes.document import EntityMention, Part, Sentence, Token

_REACH: Final = 20  # words from a cue within which an actor belongs to it
_SUBJECT_REACH: Final = 4  # words after a cue within which its subject stands
_PARSED_REACH: Final = 3  # words after a cue within which the parser is right about its subject
_DIRECT_REACH: Final = 6  # words between a cue and the target that must follow it
_COMMA: Final = frozenset("،,")
_BREAKS: Final = frozenset("؛.:!؟\n،,")
_LED_BY: Final = frozenset(map(fold, ("بقيادة", "تقوده", "تقودها", "يقوده", "يقودها", "بزعامة")))


@dataclass(frozen=True, slots=True)
class ActorMention:
    """A mention of a listed actor as the tokens [first, last] of the sentence."""

    mention: EntityMention
    first: int
    last: int

    @property
    def id(self) -> str:
        """The actor's id."""
        return self.mention.actor_id or ""


Roles = tuple[ActorMention | None, list[ActorMention]]


@dataclass(frozen=True)
class Around:
    """The actors around a cue of `size` words at token `at`."""

    at: int
    size: int
    cue: Evaluative
    before: Sequence[ActorMention]
    after: Sequence[ActorMention]

    def within(self, reach: int) -> list[ActorMention]:
        """Those that start less than `reach` words after the cue."""
        return [actor for actor in self.after if actor.first - self.at - self.size < reach]

    def near(self, actor: ActorMention) -> bool:
        """True if the subject of the cue can stand so far after it."""
        return actor.first - self.at - self.size < _SUBJECT_REACH


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
    def actors(self) -> list[ActorMention]:
        """The actors that can take a side, in order: not mere places, nor leaders of others."""
        found = []
        for mention in self.part.mentions_between(self.sentence.start, self.sentence.end):
            if mention.actor_id:
                first = self.sentence.index_at(mention.start)
                last = self.sentence.index_at(mention.end - 1)
                if last < len(self.tokens):
                    found.append(ActorMention(mention, first, last))
        found.sort(key=lambda actor: actor.first)
        sides: list[ActorMention] = []
        others = Counter(actor.last for actor in found)
        for actor in found:
            if not self._is_aside(actor, others):
                sides.append(actor)
                others[actor.last] -= 1
        return sides

    def _is_aside(self, actor: ActorMention, others: Mapping[int, int]) -> bool:
        """True if the actor takes no side; `others` counts those left out so far by their last token."""
        return any(refuses(self, actor, others) for refuses in ASIDE)

    def _is_leader(self, actor: ActorMention, others: Mapping[int, int]) -> bool:
        """True for the leader of another: بقيادة السعودية."""
        return self._before(actor) in _LED_BY

    def _is_place(self, actor: ActorMention, others: Mapping[int, int]) -> bool:
        """True for a mere place: في العراق."""
        return self._before(actor) in PLACE_PREPOSITIONS and not self.tokens[actor.first].preposition

    def _is_joined_to_in(self, actor: ActorMention, others: Mapping[int, int]) -> bool:
        """True for a mere place: بالعراق."""
        token = self.tokens[actor.first]
        return token.key == "ب" + token.stem

    def _follows_aside(self, actor: ActorMention, others: Mapping[int, int]) -> bool:
        """True for one joined to a mere place: في العراق | وسوريا."""
        return self.tokens[actor.first].key.startswith("و") and others[actor.first - 1] > 0

    def _before(self, actor: ActorMention) -> str:
        return self.keys[actor.first - 1] if actor.first else ""

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

    def roles(self, around: Around) -> Roles:
        """Who is for or against whom around the cue."""
        acting = [actor for actor in around.before if self.kinds[actor.id].acts]
        around = replace(around, before=acting)
        return next((roles for find in ROLES if (roles := find(self, around))), (None, []))

    def _passive(self, around: Around) -> Roles | None:
        """Who acts stands after the cue, on whom before it."""
        if not around.cue.passive:
            return None
        return (around.after[0], list(around.before[-1:])) if around.after and around.before else (None, [])

    def _direct(self, around: Around) -> Roles | None:
        """On whom stands right after the cue, who acts before it."""
        if not around.cue.direct:
            return None
        near = around.within(_DIRECT_REACH)
        targets = self.with_coordinated(near[:1], around.after)
        subjects = [actor for actor in around.before if actor.id not in {target.id for target in targets}]
        return (subjects[-1] if subjects else None), targets

    def _subject_first(self, around: Around) -> Roles | None:
        """Who acts stands after the cue, on whom after that."""
        near = around.within(around.cue.reach)
        first = self.with_coordinated(near[:1], near)
        ids = {actor.id for actor in first}
        rest = [actor for actor in near[len(first) :] if actor.id not in ids]
        if not first or not any(leads(self, around, first, rest) for leads in LEADING):
            return None
        return first[0], self.with_coordinated(rest[:1], rest)

    def _subject_before(self, around: Around) -> Roles | None:
        """Who acts stands before the cue, on whom after it."""
        targets = self._targets(around)
        preposed = around.before[-1:]
        return (preposed[0], targets) if targets and preposed and self._is_other(preposed[0], targets) else None

    def _no_subject(self, around: Around) -> Roles:
        """Nobody acts."""
        return None, self._targets(around)

    def _targets(self, around: Around) -> list[ActorMention]:
        near = around.within(around.cue.reach)
        return self.with_coordinated(near[:1], near)

    def _is_other(self, actor: ActorMention, actors: Sequence[ActorMention]) -> bool:
        return actor.id not in {other.id for other in actors}

    def _is_subject(self, around: Around, first: Sequence[ActorMention], rest: Sequence[ActorMention]) -> bool:
        """True if the actor stands right after the cue, with no preposition between, and a target after it."""
        near = around.near(first[0]) and self.kinds[first[0].id].acts
        directed = (
            DIRECTING_PREPOSITIONS & {*self.keys[around.at + 1 : first[0].first]}
            or self.tokens[first[0].first].preposition
        )
        before = around.before[-1:]
        preposed = bool(before) and before[0].last >= around.at - 2 and self._is_other(before[0], first)
        return bool(rest) and near and not directed and not preposed

    def _acts(self, around: Around, first: Sequence[ActorMention], rest: Sequence[ActorMention]) -> bool:
        """True if the name after an act, or the noun that it belongs to, is its subject or led by one of `cue.by`."""
        if not around.cue.act:
            return False
        index, at, cue = first[0].first, around.at, around.cue
        for _ in range(_REACH):
            token = self.tokens[index]
            if token.head == at and index > at:
                led = token.preposition or self.keys[index - 1]
                return (token.deprel.startswith("nsubj") and index - at < _PARSED_REACH) or led in cue.led_by
            if token.head < 0 or not token.deprel.startswith(("nmod", "flat", "amod", "appos")):
                break
            index = token.head
        return False

    def with_coordinated(self, first: Sequence[ActorMention], actors: Sequence[ActorMention]) -> list[ActorMention]:
        """The actor and those joined to it by و, each at most two words after the one before."""
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


# Who takes no side; who is for or against whom, the first that fits; what shows that the first actor after a cue acts.
ASIDE: Final = (Scene._is_leader, Scene._is_place, Scene._is_joined_to_in, Scene._follows_aside)
ROLES: Final[tuple[Callable[[Scene, Around], Roles | None], ...]] = (
    Scene._passive,
    Scene._direct,
    Scene._subject_first,
    Scene._subject_before,
    Scene._no_subject,
)
LEADING: Final = (Scene._is_subject, Scene._acts)
