"""A small warehouse, written by the real store: one batch that all stages have done, one that is only cleaned."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from nabra.config.settings import load_settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import DATASETS, table
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Provenance, Store

DOC = "aa11" + "0" * 28
OTHER = "aa22" + "0" * 28
REFUSED = "bb33" + "0" * 28
TITLE = "وزير الري: الاتفاق نجح"
TEXT = "قال بن غدير إن «الماء للجميع». انتقدت الرابطة الاتفاق."
FIRST = TEXT.index(" انتقدت")
MADE_BY = {name: stage.name for stage in STAGES.values() for name in stage.makes}
DEFAULTS = {pa.string(): "", pa.int32(): 0, pa.int64(): 0, pa.float64(): 0.5, pa.binary(): b"bytes"}


def row(dataset: str, **values: Any) -> dict[str, Any]:
    """A row of the dataset: `values`, null for other nullable columns, something of the right type for the rest."""
    moment = datetime(2026, 4, 12, 9, 30, tzinfo=UTC)
    blank = {c.name: None if c.nullable else DEFAULTS.get(c.type, moment) for c in DATASETS[dataset].columns}
    return blank | values


def span(text: str, part: str = TEXT) -> dict[str, Any]:
    start = part.index(text)
    return {"start": start, "end": start + len(text), "text": text}


def made_by(stage: str) -> Provenance:
    return Provenance(stage, "f", "0", "r")


def path_of(store: Store, dataset: str, batch: Batch) -> Path:
    """The file of a batch in a local warehouse."""
    return Path(store.files.path(file_of(dataset, batch)))


def write(store: Store, batch: Batch, dataset: str, *rows: dict[str, Any]) -> None:
    filled = [row(dataset, **values) for values in rows]
    store.write(dataset, batch, table(DATASETS[dataset], filled), made_by(MADE_BY.get(dataset, dataset)))


def small_warehouse(folder: Path) -> Store:
    store = Store.open(load_settings(warehouse=str(folder / "warehouse")).store)
    done, cleaned = Batch("2026-04-12", "one"), Batch("2026-04-13", "two")
    address, other = "file:///news/water.html", "file:///news/water.txt"
    write(store, done, "raw", {"doc_id": DOC, "url": address}, {"doc_id": REFUSED, "url": "file:///news/english.html"})
    article = {"doc_id": DOC, "url": address, "title": TITLE, "text": TEXT, "language": "ar"}
    write(store, done, "clean", article | {"published_at": datetime(2026, 4, 12, 6, tzinfo=UTC)})
    sentences: list[dict[str, Any]] = [
        {"part": "title"} | span(TITLE, TITLE),
        {"part": "text"} | span(TEXT[:FIRST]),
        {"part": "text"} | span(TEXT[FIRST + 1 :]),
    ]
    write(store, done, "sentences", *({"doc_id": DOC, "sent_id": i} | s for i, s in enumerate(sentences)))
    write(store, done, "tokens")
    name = {"doc_id": DOC, "sent_id": 1, "part": "text", "type": "PER", "actor_id": "envoy"}
    write(store, done, "entities", name | {"actor_id": None} | span("بن غدير"))
    mention = name | {"kind": "name", "entity": 0, "name": "سامر بن غدير", "side_id": "envoy"}
    write(store, done, "mentions", mention | span("بن غدير"))
    labels = ("neutral", "positive", "negative")
    sentiment = [{"level": "sentence", "sent_id": i, "label": label} for i, label in enumerate(labels)]
    whole = {"level": "document", "label": "neutral"}
    write(store, done, "sentiment", *({"doc_id": DOC} | s for s in [whole, *sentiment]))
    quote = {"doc_id": DOC, "sent_id": 1, "part": "text", "kind": "direct", "cue": "قال", "speaker": "بن غدير"}
    quote |= {f"speaker_{side}": at for side, at in span("بن غدير").items() if side != "text"}
    quote |= {"speaker_id": "envoy", "speaker_found": "beside", "speaker_known": "list"}
    write(store, done, "quotes", quote | span("الماء للجميع"))
    evidence = {("evidence" if k == "text" else k): v for k, v in span("انتقدت الرابطة الاتفاق").items()}
    stance = {
        "doc_id": DOC,
        "sent_id": 2,
        "part": "text",
        "source": "الرابطة",
        "target": "الاتفاق",
        "stance": "against",
    }
    write(
        store,
        done,
        "stances",
        stance | evidence | {"method": "rule:blame", "rule_score": 0.8, "classifier_score": 0.25},
    )
    refusal = {"stage": "clean", "doc_id": REFUSED, "url": "file:///news/english.html", "reason": "wrong_language"}
    rejects = table(DATASETS["rejects"], [row("rejects", **refusal, detail="en (0.99)")])
    store.write_rejects("clean", done, rejects, made_by("clean"))
    write(store, cleaned, "raw", {"doc_id": OTHER, "url": other, "hint_title": "a\x1b]0;owned\x07b\u202ec"})
    write(store, cleaned, "clean", {"doc_id": OTHER, "url": other, "text": "نص بلا عنوان", "language": "ar"})
    return store
