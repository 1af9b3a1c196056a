"""Clean: documents as received to articles, one row of `clean` or of `rejects` each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pyarrow as pa

from nabra.tasks.clean.cleaner import Cleaner, Row
from nabra.tasks.errors import BatchError, DocumentError
from nabra.tasks.processes.pool import Workers
from nabra.tasks.stages import StageOutput, reject, stage_output
from nabra.tasks.stories.stories import DuplicateIndex, when

log = logging.getLogger(__name__)
T = TypeVar("T")


def clean_articles(raw: pa.Table, cleaners: Workers, index: DuplicateIndex) -> StageOutput:
    """Articles of a table of dataset `raw`, in its order: one row of `clean` or of `rejects` for each row.

    Reads what `Cleaner.clean` reads, and payload_sha256. All documents of the batch go to `cleaners` at once; `index`
    holds the stories met so far and learns the new ones, in the order of the table.
    """
    documents = raw.to_pylist()
    begun = [cleaners.submit(Cleaner.clean, document) for document in documents]
    rows: list[Row] = []
    rejects: list[Row] = []
    for document, wait in zip(documents, begun, strict=True):
        done = _attempt(document, partial(_row, wait, index))
        if isinstance(done, DocumentError):
            rejects.append(reject("clean", document, done.reason, done.detail))
        else:
            rows.append(done)
    return stage_output({"clean": rows}, rejects)


def _attempt(document: Row, step: Callable[[], T]) -> T | DocumentError:
    """What `step` returns, or why the document is refused: one bad document costs one row, never the batch."""
    try:
        return step()
    except DocumentError as error:
        return error
    except BatchError:
        raise
    except Exception as error:  # the guard
        log.debug("cleaning %s failed", document["url"], exc_info=True)
        return DocumentError("failed", f"{type(error).__name__}: {error}")


def _row(wait: Callable[[], Row], index: DuplicateIndex) -> Row:
    article = wait()
    place = index.place(article["doc_id"], article["text"], when(article["published_at"], article["fetched_at"]))
    return article | {"duplicate_of": place.duplicate_of, "story": place.story}
