"""How long a large warehouse takes to look through: pending work, `nabra status`, `nabra sql`, `nabra validate`.

    python -m bench.scale [FOLDER] [--articles 31000]

Makes a warehouse of invented rows (64 articles a batch, ten sentences and 400 words an article) in FOLDER, or in
a temporary one, unless it is there already, and leaves 5 batches pending.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.settings import load_settings
from tasks.run import Plan
from tasks.schemas import DATASETS, table
from tasks.stages import STAGES
from tasks.store import Batch, Provenance, Store
from tests.flows.small_warehouse import row

BATCH, PENDING = 64, 5
SENTENCES, WORDS = 10, 40
SENTENCE = " ".join(f"كلمة{number}" for number in range(WORDS))
TEXT = "\n".join([SENTENCE] * SENTENCES)


def main(folder: Path, articles: int) -> None:
    """Make the warehouse if need be, and time each look at it."""
    store = Store.open(load_settings(warehouse=str(folder)).store)
    if not store.batches("raw"):
        timed("made", lambda: fill(store, articles // BATCH))
    plan = Plan(load_settings(warehouse=str(folder)), "bench")
    plan.provenance  # noqa: B018 - the models are hashed once a run, before it looks for work
    timed("pending work found", lambda: [plan.todo(store, stage) for stage in STAGES])
    nabra = Path(sys.executable).with_name("nabra")
    for arguments in (("status",), ("sql", "select count(*) from stances"), ("validate",)):
        command = [nabra, *arguments, "--warehouse", str(folder)]
        timed(f"nabra {arguments[0]}", lambda command=command: subprocess.run(command, check=True, capture_output=True))


def timed(what: str, work: Callable[[], Any]) -> None:
    """Do it and print how long it took."""
    started = time.perf_counter()
    work()
    print(f"{what}: {time.perf_counter() - started:.1f} s", flush=True)


def fill(store: Store, batches: int) -> None:
    """Write `batches` batches; the last few stop after `clean`."""
    made_by = Provenance("bench", "0", "bench")
    for number in range(batches):
        batch = Batch(f"2026-{1 + number // 20 % 12:02d}-{1 + number % 20:02d}", f"{number:05d}-bench")
        ids = [f"{number * BATCH + article:032x}" for article in range(BATCH)]
        for name, rows in invented(ids).items():
            if number < batches - PENDING or name in ("raw", "clean"):
                store.write(name, batch, table(DATASETS[name], rows), made_by)


def invented(ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows of every dataset for articles of these ids."""
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in DATASETS if name != "rejects"}
    length = len(SENTENCE)
    for doc_id in ids:
        made["raw"].append(row("raw", doc_id=doc_id))
        made["clean"].append(row("clean", doc_id=doc_id, text=TEXT))
        made["sentiment"].append(row("sentiment", doc_id=doc_id, level="document"))
        for sent_id in range(SENTENCES):
            low = sent_id * (length + 1)
            own = {"doc_id": doc_id, "sent_id": sent_id, "part": "text"}
            made["sentences"].append(row("sentences", **own, start=low, end=low + length, text=SENTENCE))
            made["sentiment"].append(row("sentiment", doc_id=doc_id, level="sentence", sent_id=sent_id))
            at = low
            for word_id, form in enumerate(SENTENCE.split(), 1):
                place = {"start": at, "end": at + len(form), "word_id": word_id, "token_id": word_id, "form": form}
                made["tokens"].append(row("tokens", doc_id=doc_id, sent_id=sent_id, **place))
                at += len(form) + 1
            first = {"start": low, "end": low + 5}
            made["entities"].append(row("entities", **own, **first, entity_id=sent_id, text=SENTENCE[:5]))
            made["quotes"].append(row("quotes", **own, **first, quote_id=sent_id, text=SENTENCE[:5]))
            made["stances"].append(row("stances", **own, **first, stance_id=sent_id, evidence=SENTENCE[:5]))
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--articles", type=int, default=31_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nabra-scale-") as temporary:
        main(options.folder or Path(temporary) / "warehouse", options.articles)
