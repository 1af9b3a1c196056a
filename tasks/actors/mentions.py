"""The mentions of one sentence: names, titles with a nationality, descriptions, adjectives that stand for a state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.search import ActorMatch
from nabra.tasks.arabic.folding import Word, after_letters, fold, readings, words
from nabra.tasks.arabic.particles import NAME_LINKS

Kind = Literal["name", "title", "description", "adjective"]
_DESCRIPTION_WORDS: Final = 2  # الفنان المصري
_NISBA: Final = re.compile(r"ال\w{2,}يه?")
_MIN_DESCRIPTION: Final = 5  # letters of a definite noun: الوزير


@dataclass(frozen=True, slots=True)
class Named:
    """A name that the parser's model found: `text[start:end]`, of type PER, LOC, ORG or MISC."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` means somebody; `type` is ACTOR where only the list knows him, and for what is no name."""

    start: int
    end: int
    type: str
    kind: Kind
    actor_id: str | None


def find_mentions(
    sentence: str, article: str, named: Sequence[Named], actors: Actors, day: date | None = None
) -> list[Mention]:
    """The mentions of one sentence by their start; none overlaps another.

    `article` is the whole article, read with what held on `day`: both decide on names that several actors share. Where
    the model and the list see the same thing, the longer span is kept, with the model's type and the list's id; a
    person whose name goes on after the listed one is somebody else.
    """
    listed = actors.find(sentence, article, day)
    found: list[Mention] = []
    for entity in named:
        known = [m for m in listed if m.start < entity.end and entity.start < m.end]
        if not known:
            found.append(Mention(entity.start, entity.end, entity.type, "name", None))
            continue
        listed = [m for m in listed if m not in known]
        best = max(known, key=lambda m: m.end - m.start)
        whole = best if best.end - best.start >= entity.end - entity.start else entity
        actor_id = None if _is_namesake(sentence, entity, known, actors) else best.actor_id
        found.append(Mention(whole.start, whole.end, entity.type, _kind(best), actor_id))
    others = [Mention(m.start, m.end, "ACTOR", _kind(m), m.actor_id) for m in listed]
    names = _without_overlaps([*found, *others])
    return _without_overlaps([*names, *_descriptions(sentence, names, actors)])


def _kind(match: ActorMatch) -> Kind:
    return "title" if match.how == "title" else "name"


def _is_namesake(sentence: str, entity: Named, listed: Sequence[ActorMatch], actors: Actors) -> bool:
    """Whether more names stand around the listed one: محمد بن سلمان الراشد, but not … بن عبدالعزيز, … آل سعود.

    A name around a surname alone must be one of its bearer's: not فهد | الجبير.
    """
    if entity.type != "PER":
        return False
    last = max(listed, key=lambda match: match.end)
    rest = sentence[last.end : entity.end].split()
    given = sentence[entity.start : listed[0].start].split()
    other = any(m.how == "surname" for m in listed) and given and not actors.bears(listed[0].actor_id, given[0])
    return bool(other) or (bool(rest) and fold(rest[0]) not in NAME_LINKS)


def _descriptions(sentence: str, names: Sequence[Mention], actors: Actors) -> Iterator[Mention]:
    """Offices and bodies with the article (`الوزير`), and adjectives that are a nationality (`القصف | الروسي`)."""
    free = [w for w in words(sentence) if not any(name.start < w.end and w.start < name.end for name in names)]
    end = 0
    for number, word in enumerate(free):
        for letters, key in readings(word.key) if word.start >= end else ():
            if not key.startswith("ال"):
                continue
            state = actors.nouns.adjectives.get(key)
            if state or (len(key) >= _MIN_DESCRIPTION and actors.nouns.is_described(key)):
                end = word.end if state else _end_of_description(sentence, free[number : number + _DESCRIPTION_WORDS])
                start = after_letters(sentence, word.start, letters)
                yield Mention(start, end, "ACTOR", "adjective" if state else "description", state)
                break


def _end_of_description(sentence: str, following: Sequence[Word]) -> int:
    """The end of the noun and of an adjective of belonging after it: `الفنان المصري | قال`."""
    end = following[0].end
    for word in following[1:]:
        if not _NISBA.fullmatch(word.key) or sentence[end : word.start] != " ":
            break
        end = word.end
    return end


def _without_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)
