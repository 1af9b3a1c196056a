"""Which actor a speaker's name stands for, given the article and the speakers met before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal

from nabra.tasks.actors.match import Actors
from nabra.tasks.arabic.folding import fold, without_article, words
from nabra.tasks.arabic.particles import IN_THE_NAME_OF
from nabra.tasks.quotes.document import ParsedDocument, Part

# They stand for the last speaker.
STAND_INS: Final = frozenset(map(fold, ("بيان", "البيان", "للبيان", "المصدر", "المسؤول", "المتحدث", "الفتوى")))

# Where the speaker was found: beside the cue, as the subject before it, as the noun whose relative clause it leads,
# before a headline's colon; or the speaker before goes on.
Found = Literal["beside", "subject", "antecedent", "headline", "continued"]
# How the name was known for an actor: by the list of actors, as an earlier speaker's briefer name, as the head of an
# actor's longer name, as what stands for the last speaker (`البيان`), as an official of the article's own state.
Known = Literal["list", "earlier", "head", "stand-in", "home"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as named in the part at [start, end), and the actor spoken for."""

    start: int
    end: int
    text: str
    actor_id: str | None
    found: Found = "beside"
    known: Known | None = None

    @property
    def stems(self) -> frozenset[str]:
        """The keys of the name's words, without articles."""
        return frozenset(without_article(word.key) for word in words(self.text))


@dataclass
class SpeakersMet:
    """The speakers of one part in the order in which they are met."""

    document: ParsedDocument
    part: Part
    actors: Actors
    met: list[Speaker] = field(default_factory=list)

    @property
    def last(self) -> Speaker | None:
        """The latest speaker."""
        return self.met[-1] if self.met else None

    def add(self, speaker: Speaker) -> None:
        """From now on this is the latest speaker."""
        self.met.append(speaker)

    def named(self, start: int, end: int, found: Found) -> Speaker:
        """The speaker whose name is the part's [start, end), with the actor whom it means."""
        text = self.part.text[start:end]
        listed = self.actors.resolve(self._without_namesakes(start, end), self.document.text, self.document.day)
        speaker = Speaker(start, end, text, listed, found, "list" if listed else None)
        return speaker if listed else self._known(speaker)

    def _without_namesakes(self, start: int, end: int) -> str:
        """The name without people of whom the parse stage knows that they are no actors: محمد بن سلمان الراشد."""
        name = self.part.text[start:end]
        for mention in self.part.mentions:
            if mention.type == "PER" and mention.actor_id is None and start <= mention.start < end:
                name = name.replace(mention.text, " ")
        return name

    def _known(self, speaker: Speaker) -> Speaker:
        """The speaker with the actor whom the name means without saying so, if it means one."""
        return next((found for know in KNOWN if (found := know(self, speaker))), speaker)

    def _as_earlier(self, speaker: Speaker) -> Speaker | None:
        """The speaker as the briefer name of one met earlier, who need be no actor."""
        stems = speaker.stems
        known = next((earlier for earlier in reversed(self.met) if stems <= earlier.stems), None)
        return known and replace(speaker, actor_id=known.actor_id, known="earlier" if known.actor_id else None)

    def _as_head(self, speaker: Speaker) -> Speaker | None:
        """The speaker as the first word of an actor's longer name, perhaps after `باسم`."""
        keys = [word.key for word in words(speaker.text)]
        head = keys[keys.index(IN_THE_NAME_OF) + 1 :][:1] if IN_THE_NAME_OF in keys else keys
        known = self._heads.get(head[0]) if len(head) == 1 else None
        return replace(speaker, actor_id=known, known="head") if known else None

    def _as_stand_in(self, speaker: Speaker) -> Speaker | None:
        """The speaker as what stands for the last one: `البيان`."""
        keys = [word.key for word in words(speaker.text)]
        if self.last is None or len(keys) != 1 or keys[0] not in STAND_INS:
            return None
        return replace(speaker, actor_id=self.last.actor_id, known="stand-in")

    def _as_official(self, speaker: Speaker) -> Speaker | None:
        """The speaker as an official of the article's own state."""
        home = self._home if self._is_official(speaker) else None
        return replace(speaker, actor_id=home, known="home") if home else None

    def _is_official(self, speaker: Speaker) -> bool:
        """True if the name is that of an official who is of no other state: no adjective or place says so."""
        inside = [m for m in self.part.mentions if speaker.start <= m.start < speaker.end]
        people = (m for m in inside if m.type == "PER" and not m.text.startswith("ال"))
        title_end = min((m.start for m in people), default=speaker.end)
        abroad = any(m.type == "LOC" and m.actor_id is None for m in inside)
        return not abroad and self.actors.nouns.is_official(self.part.text[speaker.start : title_end])

    @cached_property
    def _mentions(self) -> list[tuple[list[str], str]]:
        text, day = self.document.text, self.document.day
        return [
            ([word.key for word in words(text[match.start : match.end])], self.actors.side(match.actor_id, day))
            for match in self.actors.find(text, day=day)
        ]

    @cached_property
    def _heads(self) -> dict[str, str]:
        """The first words of longer actor names, with the article, and the actor last named so."""
        return {"ال" + without_article(keys[0]): actor for keys, actor in self._mentions if len(keys) > 1}

    @cached_property
    def _home(self) -> str | None:
        """The state that the document names most, unless it speaks more of nations that are not listed."""
        states = Counter(actor for _, actor in self._mentions if self.actors.kinds[actor].governs)
        home, times = next(iter(states.most_common(1)), (None, 0))
        return home if times > self.actors.nouns.foreigners(self.document.text) else None


# How a name that says no actor is known for one.
KNOWN: Final = (
    SpeakersMet._as_earlier,
    SpeakersMet._as_head,
    SpeakersMet._as_stand_in,
    SpeakersMet._as_official,
)
