"""How long a run takes to know the articles of the last weeks, and to tell whether new ones repeat them.

    python -m bench.duplicates [--articles 120000] [--new 170] [--folder FOLDER]

Makes a table `clean` of articles of invented words, a fifth of them copies, in batches of 64 over 30 days, and does in
processes of their own what a run does with it: the first finds no signatures, the second those that the first has kept.
Prints wall clock and CPU time, and the peak memory above that of the program itself. FOLDER keeps the table for
another time on the same day.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bench.scale import MADE_BY, apart
from nabra.config.settings import Settings, load_settings
from nabra.tasks.engine.resources import Resources
from nabra.tasks.schemas import CLEAN, table
from nabra.tasks.stories.stories import signature
from nabra.tasks.warehouse.layout import SIGNATURES, Batch
from nabra.tasks.warehouse.store import Store

DAYS, BATCH_ARTICLES, TEXT_WORDS, COPY_SHARE = 30, 64, 300, 0.2
SYLLABLES = ("با", "تو", "جي", "دا", "رو", "سي", "شا", "صو", "عي", "فا", "قو", "كي", "لا", "مو", "ني", "وا")


def main(folder: Path, articles: int, new: int) -> None:
    """Make the warehouse in `folder` unless it is there; look for copies of `new` articles twice."""
    store = _store(folder)
    if not store.batches("clean"):
        apart(fill, str(folder), articles)
    for name in store.files.below(SIGNATURES):
        store.files.remove(name)
    print(f"{articles} articles, {len(store.batches('clean'))} batches, {new} new articles", flush=True)
    for what in ("without signatures", "with those kept"):
        apart(look_for_copies, str(folder), what, articles, new)


def fill(folder: str, articles: int) -> None:
    """Write the batches of `clean`."""
    store, first = _store(Path(folder)), datetime.now(UTC) - timedelta(days=DAYS - 1)
    for number, begin in enumerate(range(0, articles, BATCH_ARTICLES)):
        end = min(begin + BATCH_ARTICLES, articles)
        at = first + begin / articles * timedelta(days=DAYS - 1)
        rows = [row(article, at) for article in range(begin, end)]
        store.write("clean", Batch(at.date().isoformat(), f"{number:05d}-bench"), table(CLEAN, rows), MADE_BY)


def row(number: int, at: datetime) -> dict[str, Any]:
    """An article of `clean`."""
    original, words = text(number)
    blank: dict[str, Any] = {column.name: None for column in CLEAN.columns}
    named = {"doc_id": doc_id(number), "story": doc_id(original), "title": " ".join(words.split()[:9]), "text": words}
    named |= {"duplicate_of": doc_id(original) if original != number else None, "text_sha256": doc_id(original) * 2}
    sizes = {"raw_chars": len(words), "text_chars": len(words), "language_score": 1.0}
    return blank | named | sizes | {"source": "bench", "url": "u", "language": "ar", "fetched_at": at}


def text(number: int) -> tuple[int, str]:
    """The article that a text is a copy of, or itself, and the text."""
    chance = random.Random(number)
    original = number // 2 * 2 if chance.random() < 2 * COPY_SHARE else number
    return original, " ".join(random.Random(original).choices(_words(), k=TEXT_WORDS))


@cache
def _words() -> list[str]:
    return [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]


def doc_id(number: int) -> str:
    """32 hex digits."""
    return f"{number:032x}"


def look_for_copies(folder: str, what: str, articles: int, new: int) -> None:
    """Time what a run does to know the articles that are there, and to find copies among new ones."""
    tools, own = Resources(_settings(Path(folder)), _store(Path(folder))), peak()
    steps = {
        "stories known": lambda: tools.stories,
        "originals known": lambda: tools.originals,
        "new placed": lambda: [
            tools.stories.place(doc_id(n), signature(text(n)[1], tools.settings.clean), datetime.now(UTC))
            for n in range(articles, articles + new)
        ],
    }
    for step, act in steps.items():
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        spent = f"{time.perf_counter() - wall:6.1f} s, CPU {time.process_time() - cpu:6.1f} s"
        print(f"{f'{step}, {what}':40} {spent}, peak {peak() - own:5.0f} MiB more", flush=True)


def peak() -> float:
    """The largest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _settings(folder: Path) -> Settings:
    return load_settings(warehouse=str(folder))


def _store(folder: Path) -> Store:
    return Store.open(_settings(folder).store)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=120_000)
    parser.add_argument("--new", type=int, default=170)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nabra-duplicates-") as temporary:
        main(options.folder or Path(temporary), options.articles, options.new)
