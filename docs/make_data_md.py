"""Write `docs/data.md` from the schemas: python docs/make_data_md.py."""

from pathlib import Path

from tasks.schemas import DATASETS, REJECT_REASONS, SCHEMA_VERSION, Dataset

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
* Every file's Parquet metadata says what made it: `nabra.stage`, `nabra.schema_version`, `nabra.fingerprint` (hash of
  settings, lexicons and models), `nabra.version`, `nabra.run_id`.

[How to read them](reading.md) with DuckDB, Polars, pandas and Spark.
"""


def section(dataset: Dataset) -> str:
    """The section of one table."""
    lines = [f"## {dataset.name}", "", f"One row: {dataset.row}. Key: {', '.join(f'`{k}`' for k in dataset.key)}.", ""]
    lines += ["| column | type | null | since | meaning |", "| --- | --- | --- | --- | --- |"]
    for column in dataset.columns:
        null = "yes" if column.nullable else "no"
        lines.append(f"| `{column.name}` | {column.type} | {null} | {column.since} | {column.meaning} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole page."""
    reasons = ["### Reasons", "", "| reason | meaning |", "| --- | --- |"]
    reasons += [f"| `{reason}` | {meaning} |" for reason, meaning in REJECT_REASONS.items()]
    return "\n".join([HEAD, *map(section, DATASETS.values()), *reasons]) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "data.md").write_text(document(), encoding="utf-8")
