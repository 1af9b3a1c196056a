"""The actor list as files: what a user may write in `config/actors/*.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from nabra.tasks.actors.terms import Term
from nabra.tasks.arabic.folding import fold
from nabra.tasks.data_files import Entry

PERSON: Final = "person"  # the kind of people


class Kind(Entry):
    """A kind of actors; the keys are explained in `config/kinds.toml`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    acts: bool = True
    governs: bool = False


class AmbiguousAlias(Entry):
    """An alias that means the actor only in a text that holds one of `needs`, and only after these proclitics."""

    alias: str
    needs: list[str] = Field(min_length=1)
    proclitics: list[str] | None = None


class Named(Entry):
    """Who or what has names: `name` is the usual one, `latin` the usual one in English; `wikidata` is for its id."""

    id: str
    name: str | None = None
    latin: str | None = None
    wikidata: str | None = Field(None, pattern=r"^Q[1-9]\d*$")
    aliases: list[str] = Field(default_factory=list)
    ambiguous: list[AmbiguousAlias] = Field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names that need no context, the usual one first: all but those that are `ambiguous` too."""
        doubtful = {fold(one.alias) for one in self.ambiguous}
        return [name for name in dict.fromkeys(self._all_names()) if fold(name) not in doubtful]

    def _all_names(self) -> Iterator[str]:
        yield from [self.name] if self.name else []
        yield from self.aliases


class Actor(Named):
    """One actor that is no person.

    `capital` are places and seats that stand for it, `adjectives` its nationality, masculine without article (the other
    forms are derived), `places` what it governs: with an institution both mean the actor, by themselves neither does.
    `parent` is the id of the actor for which this one speaks and acts, as an army does for its state: mentions keep the
    own id, quotes and stances get the parent's. Outside its term `active` an actor is not found.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: str
    capital: list[str] = Field(default_factory=list)
    adjectives: list[str] = Field(default_factory=list)
    places: list[str] = Field(default_factory=list)
    parent: str | None = None
    active: Term | None = None

    def _all_names(self) -> Iterator[str]:
        yield from super()._all_names()
        yield from self.capital


class Holding(Term):
    """An office that somebody held, `of` being the id of the state or body."""

    office: str
    of: str


class Person(Named):
    """A person, who speaks for the holder of his offices (`of`) while they last, or always for `side`."""

    id: str = Field(pattern=r"^person:[a-z][a-z0-9_]*$")
    name: str
    side: str | None = None
    offices: list[Holding] = Field(default_factory=list)


def kind_of(named: Actor | Person) -> str:
    """The id of its kind."""
    return named.kind if isinstance(named, Actor) else PERSON


class Office(Entry):
    """An office: its titles without a nationality; `several` is true where many hold it at once."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    titles: list[str] = Field(min_length=1)
    latin: str
    several: bool = False


class Shield(Entry):
    """A phrase in which a name means no actor, always or in a text that holds one of `needs`: `نهر الأردن`."""

    phrase: str
    needs: list[str] = Field(default_factory=list)


class ActorFile(Entry):
    """One file of actors, of their kinds and offices and of the nouns that make them speak.

    `institutions`: nouns that with a nationality mean its state; `outsiders`: heads of a name that speak for no actor
    (a newspaper, a witness); `former`: words after a title that end its holder's right to speak for the actor;
    `sympathisers`: words that tie somebody to an actor without making him its voice; `officials`: titles whose bearer
    speaks for a state even where none is named; `foreign`: nationalities that no listed actor has; `domestic`:
    adjectives that look like a nationality and are none; `governments`: institutions that stand for the state as a
    whole; `bodies`: further nouns that with the article mean a body or a person named elsewhere in the article
    (`الحركة`); `words`: surnames that are words or given names too, which need the full name in the article;
    `particles`: surnames that are such common words that they never stand alone.
    """

    kind: list[Kind] = Field(default_factory=list)
    actor: list[Actor] = Field(default_factory=list)
    person: list[Person] = Field(default_factory=list)
    office: list[Office] = Field(default_factory=list)
    shield: list[Shield] = Field(default_factory=list)
    institutions: list[str] = Field(default_factory=list)
    outsiders: list[str] = Field(default_factory=list)
    former: list[str] = Field(default_factory=list)
    sympathisers: list[str] = Field(default_factory=list)
    officials: list[str] = Field(default_factory=list)
    foreign: list[str] = Field(default_factory=list)
    domestic: list[str] = Field(default_factory=list)
    governments: list[str] = Field(default_factory=list)
    bodies: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    particles: list[str] = Field(default_factory=list)

    @property
    def named(self) -> list[Actor | Person]:
        """All who have names."""
        return [*self.actor, *self.person]
