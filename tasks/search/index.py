"""An index of the articles and quotes of a warehouse, in tantivy: which of them hold some terms, the best first.

It lies in a folder of its own and holds nothing that the warehouse does not: it follows the warehouse's files batch by
batch, and where it is gone, or of another form, it is made anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import tantivy

from nabra.tasks.search.terms import Clause, Phrase, Place, places
from nabra.tasks.warehouse.files import File
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

log = logging.getLogger(__name__)

Row = dict[str, Any]
# Raised when what is indexed changes: an index of another form is made anew.
FORM: Final = 2
STATE: Final = "batches.json"
FilesOf = Mapping[str, Mapping[Batch, File]]  # the files of each dataset
# What is read of a batch; of one that stages have not done yet, what is there.
READ: Final = ("clean", "sentences", "tokens", "entities", "mentions", "quotes", "stances")
ARTICLE, QUOTE = KINDS = ("article", "quote")
NO_QUOTE: Final = -1
# Words of the headline and of the text do not follow each other.
GAP: Final = 100
WRITER_BYTES: Final = 64 << 20
COMMITTED_BATCHES: Final = 50


@dataclass(frozen=True)
class Filters:
    """Which articles or quotes to look at; what is empty leaves all. Days are UTC, both included."""

    kind: str = ARTICLE
    outlet: str = ""
    since: date | None = None
    until: date | None = None
    actor: str = ""
    speaker: Sequence[str] = ()  # terms of the words of who speaks, all of them
    without: Collection[tuple[str, int]] = ()  # versions (doc_id, number) of articles that another has replaced


@dataclass(frozen=True)
class Hit:
    """What was found: an article, or a quote in it, and the batch that has it; without a score if asked for by day."""

    score: float | None
    batch: Batch
    doc_id: str
    version: int
    quote_id: int | None


@dataclass(frozen=True)
class Answer:
    """The best hits, and how many there are in all."""

    hits: tuple[Hit, ...]
    count: int


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("words", "speaker"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("batch", "doc_id"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "outlet", "actor", "article"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("version", "quote_id"):
        builder.add_integer_field(name, stored=True)
    builder.add_integer_field("day", stored=False, indexed=True, fast=True)
    return builder.build()


@dataclass
class SearchIndex:
    """The index in `folder`, which it makes where there is none that can be used, or `anew`."""

    folder: Path
    anew: InitVar[bool] = False
    _index: tantivy.Index = field(init=False)
    _stamps: dict[str, str] = field(init=False)

    def __post_init__(self, anew: bool) -> None:
        self._stamps = {} if anew else self._followed()
        if not self._stamps:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(self.folder))

    def _followed(self) -> dict[str, str]:
        """The batches that a usable index has, with their stamps; none where it has to be made anew."""
        try:
            state = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
            if state["form"] == FORM and tantivy.Index.is_compatible(str(self.folder)):
                tantivy.Index.open(str(self.folder)).searcher()
                return dict(state["batches"])
        except (OSError, ValueError, KeyError, TypeError):
            log.debug("the index in %s is made anew", self.folder, exc_info=True)
        return {}

    def follow(self, store: Store, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        """Take up what the warehouse has new, and leave out what it has no longer.

        `progress` is told how many batches are done, and of how many. One process at a time may do this.
        """
        files = {name: store.batch_files(name) for name in READ}
        now = _stamps(files)
        changed = [batch for batch, stamp in now.items() if self._stamps.get(batch) != stamp]
        gone = [batch for batch in self._stamps if batch not in now]
        if not changed and not gone:
            return
        writer = self._index.writer(WRITER_BYTES, 1)
        for batch in gone:
            writer.delete_documents_by_term("batch", batch)
            del self._stamps[batch]
        for done, batch in enumerate(changed, start=1):
            writer.delete_documents_by_term("batch", batch)
            for document in _documents(store, Batch.parse(batch), files):
                writer.add_document(document)
            self._stamps[batch] = now[batch]
            progress(done, len(changed))
            if done % COMMITTED_BATCHES == 0:
                self._commit(writer)
        self._commit(writer)
        writer.wait_merging_threads()
        self._index.reload()

    def _commit(self, writer: tantivy.IndexWriter) -> None:
        """Keep what is indexed so far: who is stopped goes on from here."""
        # What is committed and not noted is indexed again; what is noted and not committed would be missing.
        writer.commit()
        partial = self.folder / f"{STATE}.partial"
        partial.write_text(json.dumps({"form": FORM, "batches": self._stamps}), encoding="utf-8")
        partial.replace(self.folder / STATE)

    def search(self, wanted: Sequence[Clause], filters: Filters, limit: int, *, newest_first: bool = False) -> Answer:
        """The best `limit` hits for all clauses and filters, or the newest."""
        query = self._query(wanted, filters)
        searcher = self._index.searcher()
        result: Any = searcher.search(query, limit, order_by_field="day" if newest_first else None)
        hits = tuple(_hit(searcher.doc(address), None if newest_first else key) for key, address in result.hits)
        return Answer(hits, result.count)

    def _query(self, wanted: Sequence[Clause], filters: Filters) -> tantivy.Query:
        must, must_not = tantivy.Occur.Must, tantivy.Occur.MustNot
        parts = [(must, self._one("kind", filters.kind))]
        parts += [(must_not if clause.excluded else must, self._any("words", clause.phrases)) for clause in wanted]
        parts += [(must, self._one("speaker", term)) for term in filters.speaker]
        if filters.without:
            replaced = [_version(*version) for version in filters.without]
            parts.append((must_not, tantivy.Query.term_set_query(self._schema, "article", replaced)))
        for name, value in (("outlet", filters.outlet), ("actor", filters.actor)):
            if value:
                parts.append((must, self._one(name, value)))
        if filters.since or filters.until:
            first, last = (filters.since or date.min).toordinal(), (filters.until or date.max).toordinal()
            days = tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, first, last)
            parts.append((must, days))
        return tantivy.Query.boolean_query(parts)

    def _one(self, name: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, name, term)

    def _any(self, name: str, phrases: Iterable[Phrase]) -> tantivy.Query:
        queries = [
            tantivy.Query.phrase_query(self._schema, name, list(phrase.terms))
            if len(phrase.terms) > 1
            else self._one(name, phrase.terms[0])
            for phrase in phrases
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _stamps(files: FilesOf) -> dict[str, str]:
    """For each batch that is cleaned, what changes when a file of it does."""
    return {
        str(batch): hashlib.sha256(repr([_stamp(files[name].get(batch)) for name in READ]).encode()).hexdigest()
        for batch in files["clean"]
    }


def _stamp(file: File | None) -> tuple[int, int] | None:
    return file.stamp if file else None


def _documents(store: Store, batch: Batch, files: FilesOf) -> Iterator[tantivy.Document]:
    """What is indexed of a batch: its articles and their quotes."""
    rows = {name: rows_by_version(store, name, batch) if batch in files[name] else {} for name in READ}
    for key, (article,) in rows["clean"].items():
        of = {name: rows[name].get(key, []) for name in READ[1:]}
        common = {
            "batch": str(batch),
            "doc_id": key[0],
            "version": key[1],
            "article": _version(*key),
            "outlet": article["source"],
            "day": day.toordinal() if (day := article_day(article)) else 0,
        }
        parts = article_places(article, of["sentences"], of["tokens"])
        named = {row["actor_id"] for name in ("entities", "mentions") for row in of[name]}
        named |= {row["side_id"] for row in of["mentions"]} | {row["speaker_id"] for row in of["quotes"]}
        named |= {row[f"{side}_id"] for row in of["stances"] for side in ("source", "target")}
        yield _document(common | {"kind": ARTICLE, "quote_id": NO_QUOTE}, parts, named)
        for quote in of["quotes"]:
            inside = [p for p in parts[quote["part"]] if quote["start"] <= p.start and p.end <= quote["end"]]
            facts = common | {"kind": QUOTE, "quote_id": quote["quote_id"]}
            yield _document(facts, {quote["part"]: inside}, {quote["speaker_id"]}, quote["speaker"] or "")


def article_day(article: Mapping[str, Any]) -> date | None:
    """The UTC day of an article: when it was published, else fetched."""
    moment: datetime | None = article["published_at"] or article["fetched_at"]
    return moment.date() if moment else None


def _version(doc_id: str, number: int) -> str:
    return f"{doc_id}/{number}"


def rows_by_version(store: Store, dataset: str, batch: Batch) -> dict[tuple[str, int], list[Row]]:
    """The rows of a batch by doc_id and version."""
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in store.read(dataset, batch).to_pylist():
        found[row["doc_id"], row["version"] or 1].append(row)
    return found


def article_places(
    article: Mapping[str, Any], sentences: Sequence[Row], tokens: Sequence[Row]
) -> dict[str, list[Place]]:
    """The words of headline and text, with their terms, by part; without rows of parsing they have fewer."""
    part_of = {row["sent_id"]: row["part"] for row in sentences}
    parsed: dict[str, list[Row]] = defaultdict(list)
    for row in tokens:
        # A refresh beside the search can have left tokens of other sentences.
        if row["sent_id"] in part_of:
            parsed[part_of[row["sent_id"]]].append(row)
    return {part: places(article[part] or "", parsed[part]) for part in ("title", "text")}


def _document(
    facts: Mapping[str, Any], parts: Mapping[str, Sequence[Place]], actors: Iterable[str | None], speaker: str = ""
) -> tantivy.Document:
    document = tantivy.Document(**{name: [value] for name, value in facts.items()})
    document.add_pre_tokenized_text("words", _pre_tokenized(parts.values()))
    if speaker:
        document.add_pre_tokenized_text("speaker", _pre_tokenized([places(speaker)]))
    for actor in actors:
        if actor:
            document.add_text("actor", actor)
    return document


def _pre_tokenized(parts: Iterable[Sequence[Place]]) -> tantivy.PreTokenizedString:
    tokens, position = [], 0
    for part in parts:
        for place in part:
            tokens += [tantivy.Token(term, position, place.start, place.end) for term in sorted(place.terms)]
            position += 1
        position += GAP
    return tantivy.PreTokenizedString("", tokens)


def _hit(document: tantivy.Document, score: float | None) -> Hit:
    kept: dict[str, Any] = {name: document.get_first(name) for name in ("batch", "doc_id", "version", "quote_id")}
    quote_id = None if kept["quote_id"] == NO_QUOTE else kept["quote_id"]
    return Hit(score, Batch.parse(kept["batch"]), kept["doc_id"], kept["version"], quote_id)
