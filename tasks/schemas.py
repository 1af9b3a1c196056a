"""The tables: one explicit Arrow schema each, every column explained. This file is the contract with consumers.

Types are those that DuckDB, Polars, pandas and Spark read alike: plain strings, signed integers, float64, bool,
timestamps in microseconds UTC; no dictionaries, no nested types. All offsets count Unicode code points in
`clean.title` or `clean.text`, whichever the column `part` names, half-open: `clean[part][start:end]` is the span.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa

from nabra.tasks.errors import SchemaError

# Raised whenever columns are added; a column says since which version it is there. Version 1: the first.
SCHEMA_VERSION: Final = 5

TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
PARTS: Final = ("title", "text")
SENTIMENTS: Final = ("positive", "negative", "neutral")

REJECT_REASONS: Final = {
    "unreadable": "the file cannot be opened, or the row or the packed payload cannot be decoded",
    "malformed": "the row is no valid JSON or CSV, or lacks an address or id, or its content; or no feed can be read",
    "duplicate_key": "another row of the input had the same address or id; of older versions of nabra",
    "http_error": "the server answered with an error status, after the retries where those help",
    "network_error": "no answer: name not found, connection refused, time-out",
    "refused": "the address is not one that nabra may fetch, or what is named is no file",
    "robots": "the site's robots.txt forbids the address, or cannot be read",
    "too_large": "the payload or its text, a row, a header or a file of them is longer than the settings allow",
    "empty": "nothing was received, no text is left after cleaning, or it holds no word",
    "not_text": "the payload is binary, not an article",
    "no_article": "the page has no main text that the extractor finds, or less than the settings ask",
    "wrong_language": "the text is not in a language that the settings accept",
    "timeout": "the document took longer than its deadline",
    "failed": "the stage raised an unexpected error on this document; the detail names it",
}


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, whether it may be null, what it means, and the schema version that brought it.

    A column that comes later is nullable and stands at the end, so that readers of the old version go on working.
    """

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    since: int = 1


@dataclass(frozen=True)
class Dataset:
    """One table: what a row is, the columns that identify a row, and all columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def since(self) -> int:
        """The schema version that brought it."""
        return min(column.since for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, in which each column says what it means."""
        return pa.schema(
            [pa.field(c.name, c.type, c.nullable, metadata={"description": c.meaning}) for c in self.columns]
        )


def _string(name: str, meaning: str, *, nullable: bool = False, since: int = 1) -> Column:
    return Column(name, pa.string(), meaning, nullable or since > 1, since)


def _int(name: str, meaning: str, *, nullable: bool = False, since: int = 1) -> Column:
    return Column(name, pa.int32(), meaning, nullable or since > 1, since)


def _float(name: str, meaning: str, *, nullable: bool = False, since: int = 1) -> Column:
    return Column(name, pa.float64(), meaning, nullable or since > 1, since)


def _time(name: str, meaning: str, *, nullable: bool = False, since: int = 1) -> Column:
    return Column(name, TIMESTAMP, meaning, nullable or since > 1, since)


def _count(name: str, meaning: str, *, nullable: bool = False, since: int = 1) -> Column:
    return Column(name, pa.int64(), meaning, nullable or since > 1, since)


def _since(version: int, *columns: Column) -> tuple[Column, ...]:
    """The columns of a table that came with `version`."""
    return tuple(replace(column, since=version) for column in columns)


DOC_ID: Final = _string("doc_id", "document id: 32 hex digits, stable across runs and machines")
SENT_ID: Final = _int("sent_id", "sentence number in the document, from 0, the headline's sentences first")
PART: Final = _string("part", "`title` or `text`: the column of `clean` that the offsets count in")
START: Final = _int("start", "first code point of the span in `part`")
END: Final = _int("end", "code point after the last of the span in `part`")
VERSION: Final = _int(
    "version", "1 for the article as first received, 2 and so on after each edit; null before schema 3: 1", since=3
)

RAW: Final = Dataset(
    "raw",
    "one document as received, or one version of it",
    ("doc_id", "version"),
    (
        DOC_ID,
        _string(
            "source",
            "id of the source in the configuration; for what the command line named, the name given by `--source`, or "
            "that in the row or page (`og:site_name`, else the host of its address), or `cli`; 64 characters at most",
        ),
        _string("url", "address; `file://` for local input, with `#ID` for a row of a file"),
        _time("fetched_at", "when it was received"),
        _int("status", "HTTP status; 200 for local input"),
        _string("content_type", "media type of the payload, as declared or by its file name", nullable=True),
        _string("charset", "charset as declared by the server", nullable=True),
        _string("etag", "HTTP ETag", nullable=True),
        _string("last_modified", "HTTP Last-Modified, as sent", nullable=True),
        Column("payload", pa.binary(), "the bytes as received"),
        _string("payload_sha256", "SHA-256 of the payload, hex"),
        _string("hint_title", "title that the feed or row gives", nullable=True),
        _time("hint_published_at", "publication time that the feed or row gives", nullable=True),
        VERSION,
        _string(
            "previous_sha256", "`payload_sha256` of the version before; null for the first", nullable=True, since=3
        ),
    ),
)

CLEAN: Final = Dataset(
    "clean",
    "one article, or one version of it",
    ("doc_id", "version"),
    (
        DOC_ID,
        _string("source", "as in `raw`"),
        _string("url", "as in `raw`"),
        _string("title", "headline, cleaned; null where the input has none", nullable=True),
        _string("text", "main text, cleaned: NFC, paragraphs separated by a line feed, no invisible controls"),
        _time("published_at", "publication time where the input says it", nullable=True),
        _string("author", "byline where the page says it", nullable=True),
        _string("language", "ISO 639-1 code of the language identified"),
        _float("language_score", "probability of that language, 0 to 1"),
        _string(
            "duplicate_of",
            "doc_id of the earliest article of its story, as known when this one was cleaned; null if it is this one",
            nullable=True,
        ),
        _string("text_sha256", "SHA-256 of `text`, hex"),
        _int("raw_chars", "code points of the decoded payload"),
        _int("text_chars", "code points of `text`"),
        VERSION,
        _time("fetched_at", "as in `raw`", since=3),
        _string(
            "story", "the same for all articles with the same or nearly the same text: doc_id of one of them", since=3
        ),
        _string(
            "published_source",
            "where `published_at` was found: `json-ld`, `meta`, `time`, `text` (a date line), `text-hijri` (one with "
            "an Islamic date alone: it can be a day off), `feed` (feed or row), `script` (data beside the headline), "
            "`correction` (a user, in corrected views); null where nothing says it",
            since=3,
        ),
        _string(
            "published_zone",
            "zone of the clock that `published_at` was read from: an offset as the page writes it, or the zone "
            "assumed; null where it gives a day only, which is then 00:00 UTC",
            since=3,
        ),
        _string("canonical_url", "http(s) address that the page says is its own", since=3),
    ),
)

SENTENCES: Final = Dataset(
    "sentences",
    "one sentence",
    ("doc_id", "version", "sent_id"),
    (
        DOC_ID,
        SENT_ID,
        PART,
        START,
        END,
        _string("text", "the sentence: `clean[part][start:end]`"),
        _int("words", "UD words in the sentence"),
        VERSION,
    ),
)

TOKENS: Final = Dataset(
    "tokens",
    "one UD word",
    ("doc_id", "version", "sent_id", "word_id"),
    (
        DOC_ID,
        SENT_ID,
        _int("word_id", "UD word number in the sentence, from 1"),
        _int("token_id", "surface token number in the sentence, from 1; words of one token share it"),
        _int("start", "first code point of the surface token in the sentence's part"),
        _int("end", "code point after the last of the surface token in the sentence's part"),
        _string("form", "UD word form, without diacritics and tatweel"),
        _string("lemma", "lemma, without diacritics", nullable=True),
        _string("upos", "universal part of speech; never `X`, see [methods](methods.md#conventions)"),
        _string("xpos", "treebank part of speech, as the parser gives it", nullable=True),
        _string("feats", "UD features, `Name=Value|…`", nullable=True),
        _int("head", "word_id of the head, 0 for the root"),
        _string("deprel", "UD relation to the head"),
        VERSION,
    ),
)

ENTITIES: Final = Dataset(
    "entities",
    "one mention of a named entity",
    ("doc_id", "version", "entity_id"),
    (
        DOC_ID,
        SENT_ID,
        PART,
        _int("entity_id", "mention number in the document, from 0"),
        START,
        END,
        _string("text", "the mention, without proclitics: `clean[part][start:end]`"),
        _string("type", "PER, LOC, ORG or MISC by the model; before schema 5 also ACTOR, see `mentions`"),
        _string("actor_id", "id in `config/actors`; null since schema 5, see `mentions`", nullable=True),
        VERSION,
    ),
)

MENTIONS: Final = Dataset(
    "mentions",
    "one mention of somebody by name, title, description or adjective",
    ("doc_id", "version", "mention_id"),
    _since(
        5,
        DOC_ID,
        SENT_ID,
        PART,
        _int("mention_id", "mention number in the document, from 0"),
        START,
        END,
        _string("text", "the mention, without proclitics: `clean[part][start:end]`"),
        _string(
            "kind",
            "`name`, `title` (an office or body with its nationality), `description` (الوزير) or `adjective`, a"
            " nationality that stands for its state",
        ),
        _string("type", "PER, LOC, ORG or MISC by the model; ACTOR where only the actor list or the noun knows it"),
        _int("entity", "number of the entity in the document, from 0: mentions of one share it"),
        _string("name", "name of the entity: the fullest in the document, or the usual one of the list"),
        _string("actor_id", "id in `config/actors` of whom this mention names: a person has his own", nullable=True),
        _string(
            "side_id", "id of whom he speaks for on the article's day: `actor_id`, its parent or state", nullable=True
        ),
        VERSION,
    ),
)

SENTIMENT: Final = Dataset(
    "sentiment",
    "the sentiment of one sentence, or of one document",
    ("doc_id", "version", "level", "sent_id"),
    (
        DOC_ID,
        _string("level", "`document` or `sentence`"),
        _int("sent_id", "sentence number; null for the document", nullable=True),
        _string("label", "`positive`, `negative` or `neutral`: the likeliest"),
        _float("score", "probability of the label"),
        _float("p_positive", "probability of positive"),
        _float("p_negative", "probability of negative"),
        _float("p_neutral", "probability of neutral; the three sum to 1"),
        VERSION,
    ),
)

QUOTES: Final = Dataset(
    "quotes",
    "one span that the article attributes to somebody",
    ("doc_id", "version", "quote_id"),
    (
        DOC_ID,
        _int("quote_id", "quote number in the document, from 0"),
        _int("sent_id", "sentence in which the quote starts"),
        PART,
        START,
        END,
        _string("text", "the words, without quotation marks and complementizer: `clean[part][start:end]`"),
        _string("kind", "`direct` (between quotation marks) or `indirect`"),
        _string("cue", "the reporting word as written, without proclitics; `:` for a headline", nullable=True),
        _string("speaker", "fullest mention of the speaker nearby; null where nobody is named", nullable=True),
        _int("speaker_start", "first code point of `speaker` in the quote's part", nullable=True),
        _int("speaker_end", "code point after the last of `speaker`", nullable=True),
        _string("speaker_id", "id in `config/actors`", nullable=True),
        _string(
            "speaker_found",
            "where the speaker was found: `beside` the cue, as the `subject` before it, as the `antecedent` of its"
            " relative clause, before a `headline`'s colon, or `continued` from the quote before",
            nullable=True,
            since=2,
        ),
        _string(
            "speaker_known",
            "how the name gave `speaker_id`: in the actor `list`, as an `earlier` speaker's briefer name, as the `head`"
            " of an actor's longer name, as a `stand-in` (البيان) for the last speaker, as an official of the article's"
            " `home` state; null where it gave none",
            nullable=True,
            since=2,
        ),
        VERSION,
        _string("speaker_name", "name of the speaker as an entity, as in `mentions`; else `speaker`", since=5),
        _int("speaker_entity", "`mentions.entity` of the speaker; null where no mention says who it is", since=5),
    ),
)

STANCES: Final = Dataset(
    "stances",
    "one position: a source for or against a target, with the words that show it",
    ("doc_id", "version", "stance_id"),
    (
        DOC_ID,
        _int("stance_id", "stance number in the document, from 0"),
        _int("sent_id", "sentence of the evidence"),
        PART,
        _string("source_kind", "`author` (the narration), `speaker` (of a quote) or `actor` (by its acts)"),
        _string("source", "name of the source as written; `author` for the narration"),
        _string("source_id", "id in `config/actors`", nullable=True),
        _string("target", "name of the target as written"),
        _string("target_id", "id in `config/actors`", nullable=True),
        _string("stance", "`favor` or `against`"),
        _float("score", "how likely the article shows this position, 0 to 1; calibrated"),
        START,
        END,
        _string("evidence", "the words that show it: `clean[part][start:end]`"),
        _string(
            "method",
            "`rule:` with the id of its cue, `classifier`, or both joined by `+` where they agree; `correction` of a "
            "user, in corrected views",
        ),
        _float("rule_score", "confidence of the rule, 0 to 1; null where none speaks for it", nullable=True, since=2),
        _float(
            "classifier_score",
            "probability that the classifier gives to the stance at the mention of the target where it is surest,"
            " 0 to 1; null where it was not asked",
            nullable=True,
            since=2,
        ),
        VERSION,
        _string("source_name", "name of the source as an entity, as in `mentions`; else `source`", since=5),
        _int("source_entity", "`mentions.entity` of the source; null for `author`", since=5),
        _string("target_name", "name of the target as an entity, as in `mentions`; else `target`", since=5),
        _int("target_entity", "`mentions.entity` of the target", since=5),
    ),
)

REJECTS: Final = Dataset(
    "rejects",
    "one document that a stage could not take",
    ("stage", "url"),
    (
        _string("stage", "the stage that refused it"),
        _string("doc_id", "document id; null where none could be made", nullable=True),
        _string("url", "address, or the file and line"),
        _string("source", "as in `raw`"),
        _string("reason", "one of: " + ", ".join(f"`{reason}`" for reason in REJECT_REASONS)),
        _string("detail", "what exactly was wrong, in words for people: plain text, no JSON"),
        _string("payload_sha256", "SHA-256 of the payload, where there was one", nullable=True),
        _time("at", "when it was refused"),
    ),
)

OUTCOMES: Final = {
    "changed": "it gave what nabra had not seen there",
    "unchanged": "it gave the same again, or a page with the same article",
    "not_modified": "the server said that it is the same (304)",
    "failed": "it could not be had, see `reason`",
}

PAGES: Final = Dataset(
    "pages",
    "one answer of an address of the web; the newest row of an address is its state",
    ("url", "checked_at"),
    (
        *_since(
            3,
            _string("url", "the address, canonical"),
            _string("kind", "`page`, `listing` (feed, sitemap, list of links) or `robots` (robots.txt)"),
            _string("source", "as in `raw`"),
            _string(
                "listed_by",
                "address of the source that led to a page, of the index that names a sitemap",
                nullable=True,
            ),
            _string("outcome", "; ".join(f"`{name}`: {meaning}" for name, meaning in OUTCOMES.items())),
            _string("reason", "why it failed, as in `rejects`", nullable=True),
            _time("checked_at", "when it was asked"),
            _time("changed_at", "since when its answers are the same; for a failing address, since when it fails"),
            _count("bytes", "bytes of the payload, unpacked; 0 where none came"),
            _string("etag", "HTTP ETag, sent with the next request", nullable=True),
            _string("last_modified", "HTTP Last-Modified, sent with the next request", nullable=True),
            _string("payload_sha256", "SHA-256 of the payload last received, hex", nullable=True),
            _string("hint_title", "as in `raw`", nullable=True),
            _time("hint_published_at", "as in `raw`", nullable=True),
            _string("content", "the text of a robots.txt; null for all else", nullable=True),
        ),
        _time("hint_changed_at", "when it was changed last, as the listing said that named it", since=4),
        _count(
            "named", "addresses of articles that a listing named, with its sitemaps; null where none was read", since=5
        ),
        _count("first_named", "of these, those that no run had met before; 0 where the listing was the same", since=5),
    ),
)

POSTPONED: Final = Dataset(
    "postponed",
    "one address that a listing named and that a run left to the next, because its budget was spent",
    ("url", "at"),
    _since(
        5,
        _string("url", "the address, canonical"),
        _string("source", "as in `raw`"),
        _string("listed_by", "address of the source that named it"),
        _time("at", "when it was left"),
    ),
)

RUNS: Final = Dataset(
    "runs",
    "what one run fetched of one source",
    ("run_id", "source"),
    _since(
        3,
        _string("run_id", "id of the Prefect flow run"),
        _string("source", "as in `raw`"),
        _time("started_at", "when the run began to fetch"),
        _float("seconds", "from there to the last document of the source"),
        _count("found", "documents met: named by a feed or sitemap, lying in a folder, due to be asked again"),
        _count("known", "of these, in the warehouse already, or removed from it (`nabra remove`), and not read again"),
        _count("new", "new documents stored"),
        _count("edited", "new versions of known documents stored"),
        _count("unchanged", "asked again and received with the same article"),
        _count("not_modified", "asked again, and the server said that they are the same (304)"),
        _count("robots", "not fetched because of the site's robots.txt"),
        _count("failed", "not to be had for another reason"),
        _string("failures", "number of each reason, `http_error 3, timeout 1`; null without failures", nullable=True),
        _count("postponed", "left to the next run, because the budget of this one was spent"),
        _count("requests", "addresses asked: pages, feeds, sitemaps and robots.txt"),
        _count("bytes", "bytes of the payloads received, unpacked"),
    ),
)

COVERAGE: Final = Dataset(
    "coverage",
    "what became on one day of the articles of one source, and whether they were too few",
    ("source", "day"),
    _since(
        5,
        _string("source", "as in `raw`"),
        _string("day", "the UTC day, as `ingest_date`"),
        _count("asked", "runs that asked the source"),
        _time("asked_until", "when it was asked last, on this day or before", nullable=True),
        _count(
            "named",
            "addresses that its feeds, sitemaps and lists named for the first time; null where no run noted it",
            nullable=True,
        ),
        _count("fetched", "new documents stored"),
        _count("refused", "documents that fetch could not take"),
        _count("lost", "addresses left to a later run that had gone from the feed by then and were never asked"),
        _count(
            "gaps",
            "answers of a listing in which all was new though the source had been asked before: what had come and gone "
            "in between was never seen",
        ),
        _count("rejected", "new documents that a stage after fetch refused"),
        _string("rejected_by", "number of each stage, `clean 3, parse 1`; null without any", nullable=True),
        _count("articles", "new articles in the tables, copies included; fewer while stages have work left"),
        _string(
            "by_hour",
            "24 numbers, from 00 to 23 o'clock UTC: the articles by the time they were published, else fetched",
        ),
        _float(
            "expected",
            "articles to be expected by the source's rhythm, for the hours that the runs of the day could see; null "
            "where it has none yet, or was not asked",
            nullable=True,
        ),
        _count("least", "the fewest articles that are usual then", nullable=True),
        _float("chance", "how likely so few articles are, 0 to 1", nullable=True),
        _int("quiet_days", "over how many days there are too few: 1, 3 or 7; null where there are not", nullable=True),
    ),
)

# What a decision or judgement is about: an article, or a row of it by its span; never a row by its number.
_SUBJECT: Final = (
    _string("dataset", "the table that the row is of; `clean` for a whole article", nullable=True),
    _string("doc_id", "the article; null where it is about none", nullable=True),
    _int("version", "the version of the article", nullable=True),
    _string("part", "`title` or `text`; null where it is about a whole article", nullable=True),
    _int("start", "first code point of the span in `part`", nullable=True),
    _int("end", "code point after the last of the span in `part`", nullable=True),
    _string("text", "the words of the span", nullable=True),
    _string("source", "of a stance: `source` as it was found", nullable=True),
    _string("target", "of a stance: `target` as it was found", nullable=True),
    _string("stance", "of a stance: `stance` as it was found", nullable=True),
)

CORRECTIONS: Final = Dataset(
    "corrections",
    "one change of a decision that a user made about what nabra found; rows are added, never changed",
    ("decision_id", "column_name"),
    _since(
        5,
        _string("decision_id", "id of the decision, 12 hex digits; a decision of several changes has a row for each"),
        _time("made_at", "when it was made"),
        _string("made_by", "who made it, as he calls himself or as the system does"),
        _string("kind", "`fix`: other values; `hide`: the row or article is not to be seen; `undo`: see `undoes`"),
        *_SUBJECT,
        _string("actor_id", "the actor that it is about; null where it is about an article", nullable=True),
        _string("column_name", "of `fix`: the column that changes", nullable=True),
        _string("old_value", "what stood there when it was made, as text", nullable=True),
        _string("new_value", "what is to stand there, as text; null where nothing is", nullable=True),
        _string("reason", "why, in the words of who made it", nullable=True),
        _string("undoes", "of `undo`: `decision_id` of what no longer holds", nullable=True),
    ),
)

VERDICTS: Final = ("right", "wrong")

JUDGEMENTS: Final = Dataset(
    "judgements",
    "one finding of nabra that a user has judged, one of a stratified sample (`nabra audit`)",
    ("draw_id", "item"),
    _since(
        5,
        _string("draw_id", "id of the sample"),
        _int("item", "number of the finding in the sample, from 0"),
        _string("kind", "what is judged: `quotes`, `speakers`, `stances` or `sentiment`"),
        _time("made_at", "when it was judged"),
        _string("made_by", "who judged it"),
        *_SUBJECT,
        _string("value", "what nabra says there: the speaker, the stance, the label; null for a quote", nullable=True),
        _string("stratum", "where it was drawn: outlet, direction and score"),
        _count("stratum_rows", "how many findings the stratum had when the sample was drawn"),
        _string("verdict", "; ".join(f"`{verdict}`" for verdict in VERDICTS)),
    ),
)

ACTORS: Final = Dataset(
    "actors",
    "one actor of the warehouse: whom its articles name, listed or not; written whole by every run that does work",
    ("actor_id",),
    _since(
        5,
        _string("actor_id", "id in `config/actors`, or `found:` and 12 hex digits made of the briefest of its names"),
        _string("kind", "its kind in `config/actors`; else `person`, `organisation`, `place` or `other`"),
        _string("name", "usual name in Arabic: of the list, a user's, or the full name that articles use most"),
        _string("latin", "name in Latin letters: of the list, else transliterated"),
        _string("role", "title or description that articles give it most", nullable=True),
        _string("side_id", "`mentions.side_id` where it was seen last", nullable=True),
        _string("wikidata_id", "Wikidata id, where a list of the user's has it", nullable=True),
        _time("first_seen", "time of the first article that names it", nullable=True),
        _time("last_seen", "time of the last one", nullable=True),
        _count("articles", "how many articles name it"),
        _string("known_by", "`list` or `found`"),
        _string("other_ids", "ids that meant it alone before names were joined, separated by blanks", nullable=True),
    ),
)

ACTOR_ENTITIES: Final = Dataset(
    "actor_entities",
    "one entity of an article that is an actor; those that no article names have no row",
    ("doc_id", "version", "entity"),
    _since(
        5,
        DOC_ID,
        _int("entity", "as in `mentions`; `speaker_entity`, `source_entity` and `target_entity` elsewhere"),
        _string("actor_id", "as in `actors`"),
        _string("name", "fullest name in the article"),
        _string("reason", "why it is this actor, in words for people"),
        VERSION,
    ),
)

# Lies in no file: made of the queries of config/topics.toml whenever it is asked for.
TOPICS: Final = Dataset(
    "topics",
    "one article of a topic",
    ("doc_id", "version", "topic"),
    (
        DOC_ID,
        _int("version", "version of the article, as in `clean`: the one to read"),
        _string("topic", "id of the topic in the file of topics; of `--match` the query itself"),
    ),
)

# Those whose rows belong to a version of a document.
_OF_VERSIONS: Final = (RAW, CLEAN, SENTENCES, TOKENS, ENTITIES, MENTIONS, SENTIMENT, QUOTES, STANCES, ACTOR_ENTITIES)
VERSIONED: Final = tuple(d.name for d in _OF_VERSIONS)
DATASETS: Final = {
    d.name: d for d in (*_OF_VERSIONS, ACTORS, REJECTS, PAGES, POSTPONED, RUNS, COVERAGE, CORRECTIONS, JUDGEMENTS)
}


def table(dataset: Dataset, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of the dataset's schema; SchemaError on a wrong type, a missing or unknown column.

    `version` may be missing: the stages work on one version of a document and leave it to their caller.
    """
    known = {column.name for column in dataset.columns}
    for row in rows:
        if row.keys() | {VERSION.name} & known != known:
            odd = sorted(known ^ row.keys())
            raise SchemaError(f"table {dataset.name}: a row lacks or adds the columns {', '.join(odd)}")
    try:
        return check(dataset, pa.Table.from_pylist(rows, schema=dataset.schema))
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError) as error:
        raise SchemaError(f"table {dataset.name}: {error}") from error


def upgrade(dataset: Dataset, data: pa.Table, version: int) -> pa.Table:
    """`data` of an earlier schema version as the current one: the columns that came since are null."""
    for column in dataset.columns:
        if column.since > version and column.name not in data.column_names:
            data = data.append_column(dataset.schema.field(column.name), pa.nulls(len(data), column.type))
    return data


def check(dataset: Dataset, data: pa.Table) -> pa.Table:
    """`data` with the meanings of its columns, if it has the dataset's schema and no null where none may be.

    SchemaError otherwise.
    """
    if not data.schema.equals(dataset.schema, check_metadata=False):
        raise SchemaError(f"table {dataset.name} has columns\n{data.schema}\nbut its schema is\n{dataset.schema}")
    for column in dataset.columns:
        if not column.nullable and data[column.name].null_count:
            raise SchemaError(f"table {dataset.name}: column {column.name} must not be null")
    return pa.Table.from_arrays(data.columns, schema=dataset.schema)
