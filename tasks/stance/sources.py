"""Who can take a position: the narration, the speaker of a quote, an actor by its acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from nabra.tasks.quotes.cues import Polarity
from nabra.tasks.quotes.document import ParsedDocument, Part
from nabra.tasks.quotes.names import Names, is_name
from nabra.tasks.quotes.quotes import Quote
from nabra.tasks.quotes.speakers_met import Speaker
from nabra.tasks.stance.scene import ActorMention, Scene

SourceKind = Literal["author", "speaker", "actor"]


class Source(NamedTuple):
    """Who takes a position: kind, name as written, actor id."""

    kind: SourceKind
    name: str
    actor_id: str | None


AUTHOR: Final = Source("author", "author", None)


class Evidence(NamedTuple):
    """A rule's word: `[start, end)` of the scene's part shows that `source` is for or against `target`.

    `direct` says that the target is the very object of a verb that judges: `اتهم … روسيا بـ`.
    """

    scene: Scene
    source: Source
    target: ActorMention
    polarity: Polarity
    score: float
    start: int
    end: int
    cue: str
    direct: bool = False


class Sources:
    """The quotes of a document, and whose position they are."""

    def __init__(self, document: ParsedDocument, quotes: Sequence[Quote]) -> None:
        self.quotes = quotes
        self._mentions = {part.name: part.mentions for part in document.parts}
        self._names = Names(document)

    def quote_at(self, part: Part, offset: int) -> Quote | None:
        """The innermost quote that holds the offset."""
        holding = [quote for quote in self.quotes if quote.part == part.name and quote.start <= offset < quote.end]
        return min(holding, key=lambda quote: quote.end - quote.start, default=None)

    def speaking(self, quote: Quote) -> Source | None:
        """The speaker of a quote as a source, if it is an actor or a named person or organisation."""
        speaker = quote.speaker
        if speaker is None or not self._is_named(quote.part, speaker):
            return None
        name = speaker.text if speaker.actor_id else self._names.of(quote.part, speaker)
        return Source("speaker", name, speaker.actor_id)

    def _is_named(self, part: str, speaker: Speaker) -> bool:
        """True if the speaker is an actor or a named person or organisation, not 'sources' or 'residents'."""
        return speaker.actor_id is not None or any(
            is_name(m) and speaker.start <= m.start < speaker.end for m in self._mentions[part]
        )
