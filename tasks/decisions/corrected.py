"""The warehouse as users have corrected it, batch by batch; and which decisions mean nothing that is there now."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.tasks.decisions.applied import READ, SIDES, WORDS, Corrections, hides_article
from nabra.tasks.decisions.decisions import Decision, decisions, standing
from nabra.tasks.warehouse.files import File
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

Key = tuple[Any, ...]
# Where the span of a decision lies: sentiment has none of its own.
_LIES_IN: Final = {"quotes": "quotes", "stances": "stances", "sentiment": "sentences", "clean": "clean"}


class CorrectedStore(Store):
    """The same warehouse, of which `read` gives corrected rows; good as long as nothing is written."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.files)
        self._store = store
        self._corrections = Corrections(standing(decisions(store)))
        self._touched: dict[Batch, set[str]] = {}
        if doc_ids := self._corrections.by_article:
            for batch, row in store.located("clean", ["doc_id"], _is_one_of(doc_ids)):
                self._touched.setdefault(batch, set()).add(row["doc_id"])

    def batch_files(self, dataset: str) -> dict[Batch, File]:
        """As `Store.batch_files`."""
        return self._store.batch_files(dataset)

    def read(self, dataset: str, batch: Batch) -> pa.Table:
        """The rows of one batch as corrected."""
        found = self._store.read(dataset, batch)
        if dataset not in READ or batch not in self._touched:
            return found
        has_sentences = batch in self._store.batch_files("sentences")
        tables = {"sentences": self._store.read("sentences", batch)} if has_sentences else {}
        return (
            self._corrections.apply(dataset, tables | {dataset: found})
            if has_sentences or dataset == "clean"
            else found
        )

    def decided(self, batch: Batch) -> str:
        """What changes when the decisions about a batch do; nothing where there is none."""
        doc_ids = sorted(self._touched.get(batch, ()))
        ids = [each.decision_id for doc_id in doc_ids for each in self._corrections.by_article[doc_id]]
        return hashlib.sha256(" ".join(ids).encode()).hexdigest() if ids else ""


def lost(store: Store, made: Sequence[Decision]) -> list[Decision]:
    """The decisions about rows and articles that are no longer there: a later run has read the article otherwise."""
    about = [each for each in made if each.subject.dataset in WORDS]
    doc_ids = {each.subject.doc_id or "" for each in about}
    there: set[Key] = set()
    for dataset in {_place(each) for each in about}:
        columns = _columns(dataset)
        for row in store.rows(dataset, columns, _is_one_of(doc_ids)):
            there.add((dataset, row["doc_id"], row["version"] or 1, *(row[name] for name in columns[2:])))
            there.add((dataset, row["doc_id"]))
    return [each for each in about if _key(each) not in there]


def _place(decision: Decision) -> str:
    """The table in which what a decision is about has its span."""
    return _LIES_IN[decision.subject.dataset or ""] if decision.subject.part else "clean"


def _columns(dataset: str) -> list[str]:
    span = [] if dataset == "clean" else ["part", "start", "end", WORDS.get(dataset) or "text"]
    return ["doc_id", "version", *span, *(SIDES if dataset == "stances" else ())]


def _key(decision: Decision) -> Key:
    subject, dataset = decision.subject, _place(decision)
    if hides_article(decision):
        return dataset, subject.doc_id
    span = () if dataset == "clean" else (subject.part, subject.start, subject.end, subject.text)
    sides = (getattr(subject, name) for name in SIDES) if dataset == "stances" else ()
    return dataset, subject.doc_id, subject.version or 1, *span, *sides


def _is_one_of(doc_ids: Collection[str]) -> ds.Expression:
    return ds.field("doc_id").isin(pa.array(sorted(doc_ids), pa.string()))
