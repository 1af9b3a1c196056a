"""Mentions of named entities and of listed actors in one sentence, merged into one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.search import ActorMatch
from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.particles import NAME_LINKS
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence, Word

# What can stand before a name within its surface token.
CLITIC_UPOS = frozenset({"CCONJ", "SCONJ", "ADP", "PART", "AUX", "ADV"})


@dataclass(frozen=True)
class Mention:
    """A mention with its span in the sentence; `type` is ACTOR where only the actor list knows it."""

    start: int
    end: int
    type: str
    actor_id: str | None


def find_mentions(
    sentence: str, article: str, parsed: ParsedSentence, actors: Actors, day: date | None = None
) -> list[Mention]:
    """The mentions of one sentence by their start; none overlaps another.

    `article` is the whole article, published on `day`: both decide on names that several actors share. Where the model
    and the list see the same thing, the longer span is kept, with the model's type and the list's id; a person whose
    name goes on after the listed one is somebody else.
    """
    named = [without_clitics(sentence, entity, parsed.words) for entity in parsed.entities]
    listed = actors.find(sentence, article, day)
    found: list[Mention] = []
    for entity in named:
        known = [m for m in listed if m.start < entity.end and entity.start < m.end]
        if not known:
            found.append(Mention(entity.start, entity.end, entity.type, None))
            continue
        listed = [m for m in listed if m not in known]
        best = max(known, key=lambda m: m.end - m.start)
        whole = best if best.end - best.start >= entity.end - entity.start else entity
        actor_id = None if _is_namesake(sentence, entity, known, actors) else best.actor_id
        found.append(Mention(whole.start, whole.end, entity.type, actor_id))
    return _without_overlaps([*found, *(Mention(m.start, m.end, "ACTOR", m.actor_id) for m in listed)])


def _is_namesake(sentence: str, entity: NamedEntity, listed: Sequence[ActorMatch], actors: Actors) -> bool:
    """Whether more names stand around the listed one: محمد بن سلمان الراشد, but not … بن عبدالعزيز, … آل سعود.

    A name around a surname alone must be one of its bearer's: not فهد | الجبير.
    """
    if entity.type != "PER":
        return False
    last = max(listed, key=lambda match: match.end)
    rest = sentence[last.end : entity.end].split()
    given = sentence[entity.start : listed[0].start].split()
    other = any(match.surname for match in listed) and given and not actors.bears(listed[0].actor_id, given[0])
    return bool(other) or (bool(rest) and fold(rest[0]) not in NAME_LINKS)


def _without_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def without_clitics(sentence: str, entity: NamedEntity, words: Sequence[Word]) -> NamedEntity:
    """The entity without the conjunctions and prepositions written onto its first word."""
    start = entity.start
    token = [word for word in words if word.start == entity.start]
    for word, following in pairwise(token):
        rest = sentence[start + len(word.form) : entity.end]
        # In للأمم the preposition and the article share a letter: then the token stays whole.
        if (
            word.upos not in CLITIC_UPOS
            or not sentence.startswith(word.form, start)
            or not rest.startswith(following.form)
        ):
            break
        start += len(word.form)
    return NamedEntity(start, entity.end, entity.type)
