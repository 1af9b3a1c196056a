"""Write `docs/data.md` from the schemas: python docs/make_data_md.py."""

from pathlib import Path

from nabra.tasks.schemas import DATASETS, REJECT_REASONS, SCHEMA_VERSION, TOPICS, Dataset

HEAD = f"""# The tables

Every stage leaves one folder of Parquet files in the warehouse:
`<dataset>/ingest_date=YYYY-MM-DD/<batch_id>.parquet`. `ingest_date` is the UTC day on which the batch was fetched; a
batch has the same file name in every dataset (in `rejects`: `<batch_id>.<stage>.parquet`). Names that start with `_` or
`.` are never data. Schema version: {SCHEMA_VERSION}.

* Types are plain: strings, int32, float64, binary, timestamps in microseconds UTC. No dictionaries, no nested types.
* Offsets (`start`, `end`) count Unicode code points in `clean.title` or `clean.text`, whichever `part` names,
  half-open: `clean[part][start:end]` is the span exactly.
* Sentences are numbered through title and text; words of one Arabic token (وبالحكومة = و + ب + الحكومة) share its span
  and its `token_id`.
* `end` and `at` are reserved words in some SQL dialects (DuckDB among them): write `"end"`.
* Every file's Parquet metadata says what made it: `nabra.stage`, `nabra.schema_version`, `nabra.fingerprint` (the
  stage's version, and a hash of its settings, lexicons and models and of the fingerprints of what it read),
  `nabra.version`, `nabra.run_id`; `nabra.hints`, where a source says how its pages are to be read (a hash each); and
  `nabra.made_under`, the schema version before `nabra migrate` raised it.

* An article that its site edited is there once for each version: same `doc_id`, `version` 2 and so on. Join tables by
  `doc_id` and `version`. The newest version of each: `nabra sql` shows no other, once all stages have taken it (all are
  in `clean_versions`, `sentences_versions` and so on); elsewhere

  ```sql
  select * from clean qualify row_number() over (partition by doc_id order by coalesce(version, 1) desc) = 1;
  ```
  What is in `raw` alone is on its way; the newest version in `clean` is the one to read. A stage after clean may have
  yet to take it, or have refused it: it has no rows there, and `nabra sql` stays with the version before.
* `pages`, `postponed` and `runs` tell of fetching, not of documents: how each address answered, what had to wait, and
  what became of each source.
* `coverage` is derived: one file a day, `coverage.parquet`, counted anew at the end of each run as long as stages have
  work left on that day, and for today and yesterday. What was to be expected is judged by the days before, as they were
  known then. See [methods](methods.md#coverage).
* `actors` and `actor_entities` say who is who in the whole warehouse. Each is one file, replaced whole
  ([who is who](actors.md#who-is-who-in-the-warehouse)); its `ingest_date` means nothing.
* `corrections` and `judgements` are what users say (`nabra fix`, `nabra audit`), under the day on which they did. The
  other tables have what nabra found; the views of `nabra sql`, `nabra export`, `report`, `find` and `show` have it
  corrected. [How to apply corrections elsewhere](reading.md#corrections).

## Same and other documents

A document that comes from a folder, file, row or archive is compared with what the warehouse has, by its content: the
bytes of a file or of a web archive's record; text, title and time of a row.

| what is met | is |
| --- | --- |
| content that any version of the document had, wherever the file lies now | known: nothing is stored |
| the same file, or the same `id` in the same file, with other content | a new version of its document |
| the same address (a row's `url`, a record of an archive), with other content | a new version of its document |
| the same name or `id` in another folder or file, with other content | a document of its own |
| an `id` or `url` once more in one file of rows, with other content | a document of its own |
| a saved page that differs only around its article | known |

The `doc_id` is made of the canonical address; for a file of its path relative to the folder given, for a row of that
and its `id`; where that names another document already, of the whole path, and of the content where that does too. At
the end of a run a line says how many documents were passed over, and why.

Pages of the web are asked again after a while, and are a new version where the article is another.

## Stories and copies

News repeats itself: articles with the same or nearly the same text are one story, and `clean.story` is the same for
all of them. It is the `doc_id` of the article that was cleaned first, so that it never changes, and does not say who
had the story first. That can show late, when an outlet's article is fetched after another's copy of it:
`duplicate_of`, written once, is what was known when the article was cleaned. It names the earliest article of the
story, by `published_at`, by `fetched_at` where that is null or later than fetching, then by `doc_id`; an
edited article is as old as its first version.

* Without copies: `where duplicate_of is null`. Good enough for counting articles; a story whose earliest article came
  late has more than one such row.
* Exactly: `count(distinct story)`; and the view `stories` of `nabra sql` has one row a story: `story`, `doc_id`,
  `source` and `published_at` of the earliest of its articles now, `fetched_at` when nabra had the first of them, the
  number of `articles` and of `outlets`. Recipe 5 of the [cookbook](cookbook.md) does the same without nabra.
* An article whose title and text are word for word those of an earlier one is not parsed again: it gets the rows of
  that one under its own `doc_id`, so that every article has all its rows, whoever else printed it.
* Rows from before schema version 3 have no `story`: take `coalesce(story, duplicate_of, doc_id)`.

## Reading

[How to read them](reading.md) with DuckDB, Polars, pandas and Spark.
"""


NOT_IN_FILES = """No stage writes it: it is a view of `nabra sql` and a table of `nabra export`, made of the queries of
`config/topics.toml` (and of `--match`) whenever it is asked for, so that a changed query is true of old articles too.
Only the version of an article that is to be read has topics; an article can have several, or none."""


def section(dataset: Dataset) -> str:
    """The section of one table."""
    lines = [f"## {dataset.name}", "", f"One row: {dataset.row}. Key: {', '.join(f'`{k}`' for k in dataset.key)}.", ""]
    lines += [NOT_IN_FILES, ""] if dataset is TOPICS else []
    lines += ["| column | type | null | since | meaning |", "| --- | --- | --- | --- | --- |"]
    for column in dataset.columns:
        null = "yes" if column.nullable else "no"
        lines.append(f"| `{column.name}` | {column.type} | {null} | {column.since} | {column.meaning} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole page."""
    reasons = ["### Reasons", "", "| reason | meaning |", "| --- | --- |"]
    reasons += [f"| `{reason}` | {meaning} |" for reason, meaning in REJECT_REASONS.items()]
    return "\n".join([HEAD, *map(section, (*DATASETS.values(), TOPICS)), *reasons]) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "data.md").write_text(document(), encoding="utf-8")
