"""Clean: documents as received to articles, in any order. Which articles are alike is for `nabra.tasks.stories`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from nabra.tasks.clean.cleaner import Cleaner
from nabra.tasks.errors import BatchError, DocumentError
from nabra.tasks.processes.pool import Workers
from nabra.tasks.stage import reject
from nabra.tasks.stories.stories import Extracted

log = logging.getLogger(__name__)
Row = dict[str, Any]


def extract_articles(raw: pa.Table, cleaners: Workers) -> Extracted:
    """Articles of a table of dataset `raw`, in its order: an article or a reject for each row.

    Reads what `Cleaner.clean` reads, and payload_sha256. All documents of the batch go to `cleaners` at once.
    """
    documents = raw.to_pylist()
    begun = [cleaners.submit(Cleaner.clean, document) for document in documents]
    articles: list[Row] = []
    rejects: list[Row] = []
    for document, wait in zip(documents, begun, strict=True):
        done = _attempt(document, wait)
        if isinstance(done, DocumentError):
            rejects.append(reject("clean", document, done.reason, done.detail))
        else:
            articles.append(done)
    return Extracted(articles, rejects)


def _attempt(document: Row, step: Callable[[], Row]) -> Row | DocumentError:
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
