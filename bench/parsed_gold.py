"""Annotated articles with their parses, kept between calls, and what the stage `stance` makes of them.

Articles of the open format become ones of the closed format: who is an actor of the list, or of the side of one, gets
its id; stances whose target is none are left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nabra.config.settings import Settings
from nabra.tasks.actors.coreference import scorer
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.tag import tag_mentions
from nabra.tasks.corpora.articles import known_sources
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import BUNDLED, ENCODER, OPINION, STANCE, model_folder, verify
from nabra.tasks.parse.load import load_parser
from nabra.tasks.parse.parse import parse_articles
from nabra.tasks.quotes.document import ParsedDocument
from nabra.tasks.stance.classifier import Judged, LinearTargetClassifier, Marked, load_target_classifier
from nabra.tasks.stance.tag import documents

Row = dict[str, Any]
PARSED = ("sentences", "tokens", "entities")
GROUP = 20  # articles that are parsed and kept together


def read_gold(paths: Sequence[Path], actors: Actors) -> list[Row]:
    """The annotated articles of the files, of either format, in the closed one."""
    lines = (line for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return known_sources((closed(json.loads(line), actors) for line in lines), actors)


def closed(article: Row, actors: Actors) -> Row:
    """An article of the open format in the closed one; one of the closed format as it is."""
    if "entities" not in article:
        return article
    names = {entity["id"]: entity for entity in article["entities"]}
    listed = {key: actors.resolve(entity["name"], article["text"]) for key, entity in names.items()}
    ids = {key: listed[key] or listed.get(entity.get("side")) for key, entity in names.items()}
    sources = {"author": "author"} | {key: ids[key] or entity["name"] for key, entity in names.items()}
    quotes = [quote | {"speaker_id": ids.get(quote["speaker_entity"])} for quote in article["quotes"]]
    stances = [
        stance | {"source": sources[stance["source"]], "target": listed[stance["target"]]}
        for stance in article["stances"]
        if listed[stance["target"]] and listed[stance["target"]] != sources[stance["source"]]
    ]
    return article | {"quotes": quotes, "stances": stances}


def parsed_documents(gold: Sequence[Row], settings: Settings, actors: Actors, work: Path) -> Iterator[ParsedDocument]:
    """The articles as the stage `stance` reads them; parses that lie in `work` are not made again."""
    for at in range(0, len(gold), GROUP):
        clean = clean_table(gold[at : at + GROUP])
        sentences, tokens, entities = kept_parses(clean, settings, work)
        mentions = tag_mentions(sentences, clean, entities, settings.actors, actors, scorer(settings)).tables[
            "mentions"
        ]
        yield from documents(clean, sentences, tokens, mentions, actors)


def clean_table(gold: Sequence[Row]) -> pa.Table:
    """The columns of `clean` that the parse reads."""
    rows = [article | {"url": article["doc_id"], "source": "gold", "text": body(article)} for article in gold]
    return pa.Table.from_pylist(
        rows, pa.schema([(name, pa.string()) for name in ("doc_id", "url", "source", "title", "text")])
    )


def body(article: Row) -> str:
    """The text with blanks in place of boilerplate, so that all offsets stay."""
    text: str = article["text"]
    for start, end in article["boilerplate"]:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def kept_parses(clean: pa.Table, settings: Settings, work: Path) -> list[pa.Table]:
    """The parses of the articles, from `work` where they were made of the same texts and models."""
    folder = model_folder(BUNDLED)
    made_of = [json.dumps(clean.to_pylist()).encode(), verify(folder).encode()]
    place = work / hashlib.sha256(b"\0".join(made_of)).hexdigest()[:16]
    if not (place / "entities.parquet").is_file():
        parsed = parse_articles(clean, settings.parse, load_parser(folder, 0)).tables
        place.mkdir(parents=True, exist_ok=True)
        for name in PARSED:
            pq.write_table(parsed[name], place / f"{name}.parquet")
    return [pq.read_table(place / f"{name}.parquet") for name in PARSED]


class KeptTargets:
    """The classifier of targets in `folder`; what it once judged lies in `work` and is not judged again."""

    def __init__(self, work: Path, folder: Path) -> None:
        self._folder = folder
        self._path = work / f"targets-{verify(folder)[:16]}.json"
        rows = json.loads(self._path.read_text(encoding="utf-8")) if self._path.is_file() else []
        self._known = {Marked(*marked): Judged(*judged) for marked, judged in rows}

    def judge(self, marked: Sequence[Marked]) -> list[Judged]:
        """See `TargetClassifier`."""
        new = [one for one in dict.fromkeys(marked) if one not in self._known]
        if new:
            self._known |= dict(zip(new, self._classifier.judge(new), strict=True))
        return [self._known[one] for one in marked]

    def save(self) -> None:
        """Keep what was judged."""
        rows = [((one.sentence, one.start, one.end), judged) for one, judged in self._known.items()]
        self._path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    @cached_property
    def _classifier(self) -> LinearTargetClassifier:
        encoder = load_encoder(self._folder / OPINION, self._folder / ENCODER)
        return load_target_classifier(self._folder / STANCE, *encoder)
