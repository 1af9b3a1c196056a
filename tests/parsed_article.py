"""Articles of a few words, parsed by hand: the rows that quotes and stances are made from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nabra.tasks.actors.match import Actors
from nabra.tasks.quotes.document import ParsedDocument, Row, build_document


def sentence_rows(part: str, text: str, first: int = 0) -> list[Row]:
    """One sentence a line."""
    rows = []
    for number, match in enumerate(re.finditer(r"[^\n]+", text)):
        span = {"part": part, "start": match.start(), "end": match.end(), "text": match.group()}
        rows.append({"doc_id": "d0", "sent_id": first + number, "words": 1, **span})
    return rows


def token_rows(text: str, parse: Sequence[str], sent_id: int = 0) -> list[Row]:
    """A parse written as `form upos head deprel`; a form joined to the next word of its token ends with `+`."""
    rows, at, token = [], 0, 1
    joined: list[Row] = []
    for number, word in enumerate(parse, 1):
        form, upos, head, deprel = word.split()
        bare = form.rstrip("+")
        row = {"doc_id": "d0", "sent_id": sent_id, "word_id": number, "token_id": token, "form": bare, "lemma": bare}
        joined.append(row | {"upos": upos, "xpos": None, "feats": None, "head": int(head), "deprel": deprel})
        if not form.endswith("+"):
            surface = "".join(row["form"] for row in joined)
            start = text.index(surface, at)
            at = start + len(surface)
            rows += [row | {"start": start, "end": at} for row in joined]
            joined, token = [], token + 1
    return rows


def entity_rows(text: str, *names: tuple[str, str, str | None], part: str = "text") -> list[Row]:
    """(name, type, actor_id) at the first place of the name in the text."""
    rows = []
    for number, (name, kind, actor) in enumerate(names):
        span = {"part": part, "start": text.index(name), "end": text.index(name) + len(name), "text": name}
        rows.append({"doc_id": "d0", "sent_id": 0, "entity_id": number, "type": kind, "actor_id": actor, **span})
    return rows


def actor_rows(actors: Actors, text: str, part: str = "text") -> list[Row]:
    """The actors of the text, as the parse stage finds them."""
    rows = []
    for number, mention in enumerate(actors.find(text)):
        span = {"part": part, "start": mention.start, "end": mention.end, "text": text[mention.start : mention.end]}
        rows.append(
            {"doc_id": "d0", "sent_id": 0, "entity_id": number, "type": "ACTOR", "actor_id": mention.actor_id, **span}
        )
    return rows


def article(
    text: str, *, title: str | None = None, parse: Sequence[str] = (), entities: Sequence[Row] = ()
) -> ParsedDocument:
    """A document of one sentence a line; `parse` is that of the first sentence of the text."""
    headline = sentence_rows("title", title or "")
    body = sentence_rows("text", text, len(headline))
    tokens = token_rows(text, parse, len(headline)) if parse else []
    return build_document({"doc_id": "d0", "title": title, "text": text}, [*headline, *body], tokens, entities)
