"""The name under which a source that no list holds is known in an article: without title, in its fullest form."""

from __future__ import annotations

from functools import cached_property

from nabra.tasks.arabic.folding import without_article, words
from nabra.tasks.quotes.document import EntityMention, ParsedDocument
from nabra.tasks.quotes.speakers_met import Speaker


def is_name(mention: EntityMention) -> bool:
    """True if a mention names a person or an organisation, not those to whom somebody is tied: مؤيد للأكراد."""
    return mention.type in ("PER", "ORG") and not mention.text.startswith("لل")


class Names:
    """The people and organisations of one document."""

    def __init__(self, document: ParsedDocument) -> None:
        self._document = document

    def of(self, part: str, speaker: Speaker) -> str:
        """The person in the speaker's name, as fully as the document names them; else the organisation in it, or all.

        `الفنان سامر` is `سامر الطيب` where the article names him so elsewhere. A name led by an organisation is its.
        """
        inside = [
            mention
            for candidate in self._document.parts
            if candidate.name == part
            for mention in candidate.mentions
            if is_name(mention) and mention.start < speaker.end and speaker.start < mention.end
        ]
        people = [mention.text for mention in inside if mention.type == "PER"]
        bodies = [mention for mention in inside if mention.type == "ORG"]
        if people and not any(body.start <= speaker.start for body in bodies):
            return self._fullest(max(people, key=len))
        return bodies[0].text if bodies else speaker.text

    def _fullest(self, name: str) -> str:
        keys = _keys(name)
        known = [person for person in self._people if keys <= _keys(person)]
        return max(known, key=len, default=name)

    @cached_property
    def _people(self) -> list[str]:
        return [m.text for part in self._document.parts for m in part.mentions if m.type == "PER"]


def _keys(name: str) -> frozenset[str]:
    return frozenset(without_article(word.key) for word in words(name))
