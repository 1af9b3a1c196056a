"""The card of an exported dataset: what the `datasets` library loads by, and what people read first."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from nabra.tasks.schemas import Dataset

_TEXT = """
# Arabic news, read by nabra

{articles} articles, {days}, with what [nabra](https://github.com/nabra-nlp/nabra) found in them: quotes with their
speakers, sentiment, who is for or against whom. Nobody has checked the labels: they are a program's, and wrong as often
as its model card says.

The texts belong to the outlets that published them. Whoever passes the dataset on answers for that.

```python
from datasets import load_dataset

load_dataset("path/to/this/folder", "{first}")
```

Offsets (`start`, `end`) count Unicode code points: `clean[part][start:end]` is the span. Tables join by `doc_id` and
`version`. `croissant.json` and `datacontract.yaml` say the same for programs.
"""


def card(tables: Mapping[str, Dataset], articles: int, days: str) -> str:
    """The card of tables by their paths, of so many articles from some days: YAML for programs, then Markdown."""
    configs = [
        {"config_name": dataset.name, "data_files": path} | ({"default": True} if number == 0 else {})
        for number, (path, dataset) in enumerate(tables.items())
    ]
    head = {"language": ["ar"], "license": "other", "pretty_name": "Arabic news, read by nabra", "configs": configs}
    first = next(iter(tables.values())).name
    text = _TEXT.format(articles=articles, days=days, first=first)
    sections = "\n".join(_section(dataset) for dataset in tables.values())
    return f"---\n{yaml.safe_dump(head, allow_unicode=True, sort_keys=False)}---\n{text}\n{sections}"


def _section(dataset: Dataset) -> str:
    rows = (f"| `{column.name}` | {column.type} | {column.meaning} |" for column in dataset.columns)
    head = (
        f"## {dataset.name}",
        "",
        f"One row: {dataset.row}.",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
    )
    return "\n".join((*head, *rows, ""))
