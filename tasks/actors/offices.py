"""Who held which office on a day, and for whom somebody spoke on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from nabra.tasks.actors.entries import ActorFile, Holding, Person
from nabra.tasks.actors.terms import LikelyDay
from nabra.tasks.arabic.folding import fold, without_article, word_keys


class Offices:
    """The offices of all people; `day` None is a day that nobody knows: then what was last counts."""

    def __init__(self, files: Sequence[ActorFile]) -> None:
        self._people = {person.id: person for file in files for person in file.person}
        self._offices = {office.id: office for file in files for office in file.office}
        self._titles: dict[str, list[str]] = defaultdict(list)
        for office in self._offices.values():
            for title in dict.fromkeys(title_key(word_keys(title)) for title in office.titles):
                self._titles[title].append(office.id)
        self._titles_of: dict[str, list[str]] = defaultdict(list)
        for title, offices in self._titles.items():
            for office_id in offices:
                self._titles_of[office_id].append(title)
        kinds = {kind.id: kind for file in files for kind in file.kind}
        actors = [actor for file in files for actor in file.actor]
        self._parents = {actor.id: actor.parent or actor.id for actor in actors}
        self._governing = {actor.id for actor in actors if kinds[actor.kind].governs}
        self._active = {actor.id: actor.active for actor in actors if actor.active}
        self._holders: dict[tuple[str, str], list[tuple[Holding, str]]] = defaultdict(list)
        for person in self._people.values():
            for held in person.offices:
                self._holders[held.office, held.of].append((held, person.id))

    def is_active(self, actor_id: str, day: date | None) -> bool:
        """True unless the actor had not begun on that day, or was no more."""
        term = self._active.get(actor_id)
        return term is None or term.holds(day)

    def side(self, actor_id: str, day: date | None) -> str:
        """The id of the actor for whom one spoke and acted on that day: a person's state or body, a parent, oneself."""
        person = self._people.get(actor_id)
        if person is None:
            return self._parents.get(actor_id, actor_id)
        held = self._held(person, day)
        side = person.side or (held.of if held else None)
        return person.id if side is None else self._parents.get(side, side)

    def standing(self, person_id: str, day: date | None) -> tuple[bool, bool] | None:
        """How high the person's highest office is: one's alone, a state's; of that day, or of all; None without one."""
        held = (one for one in self._people[person_id].offices if one.holds(day))
        return max((self._rank(one)[:2] for one in held), default=None)

    def holder(self, title: Sequence[str], of: str, day: date | None) -> str | None:
        """The person who on that day held the one office of this title (keys of its words); None if two may have.

        None too on a day that is only likely: whom an undated article means by a mere title nobody can tell.

        Several offices can have a title: `رئيس` is that of a state, a court or a party, whoever is named after it.
        """
        if day is None or isinstance(day, LikelyDay):
            return None
        offices = (office for office in self._titles.get(title_key(title), ()) if not self._offices[office].several)
        held = [one for office in offices for one in self._holders[office, of] if one[0].holds(day)]
        staying = {person for term, person in held if term.until != day}
        return next(iter(staying)) if len(staying) == 1 else None

    def held_by(self, actor_id: str) -> Sequence[Holding]:
        """All offices of a person; none of an actor that is no person."""
        person = self._people.get(actor_id)
        return person.offices if person else ()

    def titled(self, actor_id: str, before: Sequence[str]) -> Iterator[Holding]:
        """The person's offices a title of which is among these words (keys without article)."""
        said = f" {' '.join(before)} "
        for held in self.held_by(actor_id):
            if any(f" {title} " in said for title in self._titles_of[held.office]):
                yield held

    def weight(self, held: Holding) -> int:
        """How much an office tells of its time by itself: a state's 2, a party's or body's 1."""
        return 2 if held.of in self._governing else 1

    def _held(self, person: Person, day: date | None) -> Holding | None:
        """The office that counts on that day: one that nobody shares before one of many, a state's before a party's."""
        held = [one for one in person.offices if one.holds(day)]
        if day is None and held:
            last = max(one.until or date.max for one in held)
            held = [one for one in held if (one.until or date.max) == last]
        return max(held, key=self._rank, default=None)

    def _rank(self, held: Holding) -> tuple[bool, bool, date]:
        return not self._offices[held.office].several, held.of in self._governing, held.begins


def title_key(keys: Iterable[str]) -> str:
    """A title without its articles: `وزير الخارجية` and `وزير خارجية` are one."""
    return " ".join(without_article(fold(key)) for key in keys)
