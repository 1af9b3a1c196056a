"""The stage `stance`: who says what, and who is for or against whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from nabra.config.settings import StanceSettings
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.spans import Identity, MentionedSpans
from nabra.tasks.actors.terms import article_day
from nabra.tasks.quotes.document import EntityMention, ParsedDocument, build_document
from nabra.tasks.quotes.quotes import Quote, find_quotes
from nabra.tasks.quotes.speakers_met import Speaker
from nabra.tasks.schemas import PARTS
from nabra.tasks.stage import StageOutput, reject, stage_output
from nabra.tasks.stance.stances import Judges, Stance, find_stances

Row = dict[str, Any]


def tag_stances(
    sentences: pa.Table,
    clean: pa.Table,
    tokens: pa.Table,
    mentions: pa.Table,
    settings: StanceSettings,
    judges: Judges,
    actors: Actors,
) -> StageOutput:
    """Quotes and stances of the articles of `clean` that have sentences.

    Reads title, text and published_at of clean, the spans of sentences, form, upos, head and deprel of tokens, type and
    side_id of mentions; makes `quotes`, one row a span that the article attributes to somebody, and `stances`, one row
    a (source, target, stance) of an article with its best evidence, score 0 to 1. An article that raises an error
    becomes a reject row.
    """
    made: dict[str, list[Row]] = {"quotes": [], "stances": []}
    rejects = []
    for row, parsed in _parsed(clean, sentences, tokens, mentions):
        try:
            quotes, stances = _tag(row, parsed, settings, judges, actors)
        except Exception as error:  # noqa: BLE001 - one bad article must not end the batch
            rejects.append(reject("stance", row, "failed", f"{type(error).__name__}: {error}"))
            continue
        made["quotes"] += quotes
        made["stances"] += stances
    return stage_output(made, rejects)


def documents(
    clean: pa.Table, sentences: pa.Table, tokens: pa.Table, mentions: pa.Table, actors: Actors
) -> Iterator[ParsedDocument]:
    """The articles of `clean` that have sentences, as this stage reads them."""
    for row, parsed in _parsed(clean, sentences, tokens, mentions):
        yield _document(row, parsed, actors)


def _parsed(clean: pa.Table, *datasets: pa.Table) -> Iterator[tuple[Row, list[list[Row]]]]:
    """Each article with its rows of the datasets, the first of which is that of sentences."""
    parsed = [_by_document(rows) for rows in datasets]
    for row in clean.to_pylist():
        doc_id = row["doc_id"]
        if doc_id in parsed[0]:  # else the parse stage refused it, and said so
            yield row, [rows[doc_id] for rows in parsed]


def _document(clean: Row, parsed: Sequence[list[Row]], actors: Actors) -> ParsedDocument:
    """The view of an article; its names and titles are of those for whom they speak and act."""
    sentences, tokens, mentions = parsed
    names = [row | {"actor_id": row["side_id"]} for row in mentions if row["kind"] in ("name", "title")]
    day = actors.day_of("\n".join(clean[part] or "" for part in PARTS), article_day(clean))
    return replace(build_document(clean, sentences, tokens, names), day=day)


def _by_document(rows: pa.Table) -> Mapping[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows.to_pylist():
        groups[row["doc_id"]].append(row)
    return groups


def _tag(
    clean: Row, parsed: Sequence[list[Row]], settings: StanceSettings, judges: Judges, actors: Actors
) -> tuple[list[Row], list[Row]]:
    document, spans = _document(clean, parsed, actors), MentionedSpans(parsed[-1])
    quotes = find_quotes(document, actors, judges.cues)
    stances = find_stances(document, quotes, judges, actors.kinds, settings.min_score)
    return quote_rows(document, quotes, spans), stance_rows(document, stances, spans)


def quote_rows(document: ParsedDocument, quotes: Sequence[Quote], spans: MentionedSpans) -> list[Row]:
    """Rows of `quotes`."""
    texts = {part.name: part.text for part in document.parts}
    return [
        {
            "doc_id": document.doc_id,
            "quote_id": number,
            "sent_id": quote.sentence.sent_id,
            "part": quote.part,
            "start": quote.start,
            "end": quote.end,
            "text": texts[quote.part][quote.start : quote.end],
            "kind": quote.kind,
            "cue": quote.cue or None,
            "speaker": quote.speaker and quote.speaker.text,
            "speaker_start": quote.speaker and quote.speaker.start,
            "speaker_end": quote.speaker and quote.speaker.end,
            "speaker_id": quote.speaker and quote.speaker.actor_id,
            "speaker_found": quote.speaker and quote.speaker.found,
            "speaker_known": quote.speaker and quote.speaker.known,
            **_columns("speaker", spans.at(quote.part, *_span(quote.speaker)) if quote.speaker else None),
        }
        for number, quote in enumerate(quotes)
    ]


def stance_rows(document: ParsedDocument, stances: Sequence[Stance], spans: MentionedSpans) -> list[Row]:
    """Rows of `stances`."""
    texts = {part.name: part.text for part in document.parts}
    return [
        {
            "doc_id": document.doc_id,
            "stance_id": number,
            "sent_id": stance.sentence.sent_id,
            "part": stance.part,
            "source_kind": stance.source_kind,
            "source": stance.source,
            "source_id": stance.source_id,
            "target": stance.target.text,
            "target_id": stance.target.actor_id,
            "stance": stance.stance,
            "score": _rounded(stance.score),
            "start": stance.start,
            "end": stance.end,
            "evidence": texts[stance.part][stance.start : stance.end],
            "method": stance.method,
            "rule_score": _rounded(stance.rule_score),
            "classifier_score": _rounded(stance.classifier_score),
            **_columns("source", None if stance.source_kind == "author" else spans.called(stance.source)),
            **_columns("target", spans.at(stance.part, *_span(stance.target))),
        }
        for number, stance in enumerate(stances)
    ]


def _span(named: Speaker | EntityMention) -> tuple[int, int, str]:
    return named.start, named.end, named.text


def _columns(what: str, identity: Identity | None) -> Row:
    name, entity = identity or (None, None)
    return {f"{what}_name": name, f"{what}_entity": entity}


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 3)
