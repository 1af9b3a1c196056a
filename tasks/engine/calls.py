"""Calling a stage on its documents in a worker process: one that hangs it, kills it or takes all memory is refused.

The articles of a batch go to the worker in groups. A group on which the worker fails is tried again, article by
article, so that the others are done and the culprit becomes a reject.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from math import ceil
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.engine.tools import Tools
from nabra.tasks.errors import DocumentError, NabraError
from nabra.tasks.processes.pool import Workers
from nabra.tasks.stage import Stage, StageOutput, reject, stage_output

Tables = Mapping[str, pa.Table]

# As many as the parser takes at once.
GROUP_CHARS: Final = 60_000


def call_in_groups(stage: Stage, tables: Tables, workers: Workers, deadline_seconds: float) -> StageOutput:
    """What a stage makes of its tables, called in `workers` on groups of the articles of `clean`.

    `deadline_seconds` is for `GROUP_CHARS` of text, or for an article alone; a longer one has as many times that as it
    is longer. Raises what `Workers` raise where no article is to blame.
    """
    outputs = [output for group in _groups(tables) for output in _called(stage, group, workers, deadline_seconds)]
    empty = stage_output({name: [] for name in stage.makes}, [])
    return StageOutput(
        {
            name: pa.concat_tables([data, *(each.tables[name] for each in outputs)])
            for name, data in empty.tables.items()
        },
        pa.concat_tables([empty.rejects, *(each.rejects for each in outputs)]),
    )


def _called(stage: Stage, tables: Tables, workers: Workers, deadline_seconds: float) -> Iterator[StageOutput]:
    articles = tables["clean"]
    seconds = deadline_seconds * max(1, ceil(_chars(articles) / GROUP_CHARS))
    try:
        yield workers.submit(_call, stage, tables, deadline_seconds=seconds)()
    except CancelledError:
        raise  # of a run that ends
    except Exception as error:
        if isinstance(error, NabraError) and not isinstance(error, DocumentError):
            raise  # models that cannot be loaded, processes that do not start
        if len(articles) > 1:
            for row in range(len(articles)):
                yield from _called(stage, _of(articles.slice(row, 1), tables), workers, deadline_seconds)
        else:
            yield _refused(stage, articles, error)


def _call(tools: Tools, stage: Stage, tables: Tables) -> StageOutput:
    """Runs in the worker, which has the models' libraries; the caller can do without."""
    return tools.call(stage, tables)


def _refused(stage: Stage, article: pa.Table, error: Exception) -> StageOutput:
    if isinstance(error, DocumentError):
        reason, detail = error.reason, error.detail
    else:
        reason, detail = "failed", f"{type(error).__name__}: {error}"
    row = article.select(["doc_id", "url", "source"]).to_pylist()[0]
    return stage_output({name: [] for name in stage.makes}, [reject(stage.name, row, reason, detail)])


def _groups(tables: Tables) -> Iterator[Tables]:
    articles = tables["clean"]
    first, chars = 0, 0
    for row, length in enumerate(articles["text_chars"].to_pylist()):
        if row > first and chars + length > GROUP_CHARS:
            yield _of(articles.slice(first, row - first), tables)
            first, chars = row, 0
        chars += length
    if first < len(articles):
        yield _of(articles.slice(first), tables)


def _of(articles: pa.Table, tables: Tables) -> Tables:
    """The rows of these articles in all tables."""
    ids = articles["doc_id"].combine_chunks()
    parts = {name: data.filter(pc.is_in(data["doc_id"], value_set=ids)) for name, data in tables.items()}
    return parts | {"clean": articles}


def _chars(articles: pa.Table) -> int:
    return int(pc.sum(articles["text_chars"]).as_py() or 0)
