"""The documents that a warehouse has, as fetch asks for them: those of complete days are looked up when they are met.

Of millions a run meets few. What is held of all is fourteen bytes each, and of the months in which one is met, more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.fetch.page_states import Version, contents_of
from nabra.tasks.warehouse.complete import documents_of, ids_of, month_of
from nabra.tasks.warehouse.store import Store

RAW_COLUMNS: Final = (
    *("doc_id", "version", "payload_sha256", "ingest_date"),
    *("url", "hint_title", "hint_published_at"),
)
KEY_BYTES: Final = 8
Keys = npt.NDArray[np.uint64]


def document_row(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a row of `raw`, of which `RAW_COLUMNS` are there."""
    return {
        "day": raw["ingest_date"],
        "doc_id": raw["doc_id"],
        "number": raw["version"] or 1,
        "payload_sha256": raw["payload_sha256"],
        # Addresses of the web are not kept: there are many, and the document's id is made of them.
        "place": raw["url"] if raw["url"].startswith("file:") else None,
        "contents": list(contents_of(raw)),
    }


class KnownDocuments:
    """The newest version of each document, with the contents of all; `since` (ISO 8601) is the first day not old.

    `recent` are the rows of days that are not complete, as `document_row` gives them.
    """

    def __init__(self, store: Store, recent: Iterable[dict[str, Any]], complete: Collection[str], since: str) -> None:
        self._store, self._complete, self._since = store, frozenset(complete), since
        self._months: dict[str, pa.Table] = {}
        self._recent: dict[str, Version] = {}
        for row in recent:
            self._recent[row["doc_id"]] = self._remembered(row, self._recent.get(row["doc_id"]))

    def __contains__(self, doc_id: object) -> bool:
        return isinstance(doc_id, str) and self.get(doc_id) is not None

    def get(self, doc_id: str, /) -> Version | None:
        """The newest version; None of a document that is not there."""
        version = self._recent.get(doc_id)
        for row in self._rows(doc_id):
            version = self._remembered(row, version)
        return version

    def _remembered(self, row: Mapping[str, Any], other: Version | None) -> Version:
        """The newest version of a document as far as is known, of which `other` is a version or nothing was."""
        contents = tuple(row["contents"])
        if other and row["number"] < other.number:
            return replace(other, contents=other.contents + contents)
        before = other.contents if other else ()
        is_old = row["day"] < self._since
        return Version(row["number"], row["payload_sha256"], is_old, row["place"], before + contents)

    def _rows(self, doc_id: str) -> Iterator[dict[str, Any]]:
        """The rows of a document in complete days."""
        keys, months, rows = self._index
        key = _keys(pa.array([doc_id]))[0]
        for place in range(np.searchsorted(keys, key), np.searchsorted(keys, key, "right")):
            row = self._month(self._names[months[place]]).slice(rows[place], 1).to_pylist()[0]
            if row["doc_id"] == doc_id:
                yield row

    def _month(self, name: str) -> pa.Table:
        if name not in self._months:
            self._months[name] = documents_of(self._store, name)
        return self._months[name]

    @cached_property
    def _names(self) -> list[str]:
        return sorted({month_of(day) for day in self._complete})

    @cached_property
    def _index(self) -> tuple[Keys, npt.NDArray[np.uint16], npt.NDArray[np.uint32]]:
        """The keys of all documents, sorted; the month of each, and its row there."""
        days = pa.array(sorted(self._complete), pa.string())
        keys, months, rows = [np.empty(0, np.uint64)], [np.empty(0, np.uint16)], [np.empty(0, np.uint32)]
        for number, name in enumerate(self._names):
            found = ids_of(self._store, name)
            there = np.flatnonzero(pc.is_in(found["day"], value_set=days).to_numpy()).astype(np.uint32)
            keys.append(_keys(found["doc_id"].combine_chunks())[there])
            months.append(np.full(len(there), number, np.uint16))
            rows.append(there)
        order = np.argsort(all_keys := np.concatenate(keys), kind="stable")
        return all_keys[order], np.concatenate(months)[order], np.concatenate(rows)[order]


def _keys(doc_ids: pa.Array) -> Keys:
    """The first characters of each id, as a number."""
    padded = pc.utf8_rpad(pc.utf8_slice_codeunits(doc_ids, 0, KEY_BYTES), KEY_BYTES)
    return np.frombuffer(padded.cast(pa.binary()).cast(pa.binary(KEY_BYTES)).buffers()[1], np.uint64)[: len(doc_ids)]
