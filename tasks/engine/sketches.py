"""Sketches: what finding copies needs to know of the articles of the last weeks, kept beside the tables.

One Parquet file a day below `_sketches/`, made from `clean`: what is missing there, of batches that are new, were made
again or were read under other settings, is made when it is asked for. So no run reads the texts of weeks.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import datasketch
import pyarrow as pa
import pyarrow.parquet as pq

from nabra.config.settings import CleanSettings
from nabra.tasks.stories.stories import sketched
from nabra.tasks.warehouse.store import Batch, Store

log = logging.getLogger(__name__)

FOLDER: Final = "_sketches"
# Raised when another text is taken of an article, or it is cut into other words.
SKETCH_VERSION: Final = 1
# In a file's metadata: how its sketches were made; name, stamp and number of rows of each batch in it, in order.
MADE_BY: Final = b"nabra.made_by"
BATCHES: Final = b"nabra.batches"
# Size and time of a file of `clean`: another one where the batch was made again, see `nabra.tasks.warehouse.snapshot`.
Stamp = tuple[int, int]


@dataclass(frozen=True)
class Sketched:
    """The articles of a batch as `sketched` gives them, and the stamp of the file that they are from."""

    stamp: Stamp
    articles: pa.Table


def sketched_articles(
    store: Store, batches: Collection[Batch], settings: CleanSettings
) -> Iterator[tuple[Batch, pa.Table]]:
    """Each of these batches of `clean`, oldest first, with its articles as `sketched` gives them.

    What was not kept is made and kept; what was kept of days without any of these batches is removed.
    """
    stamps: defaultdict[str, dict[str, Stamp]] = defaultdict(dict)
    for batch, info in store.batch_files("clean").items():
        if batch in batches:
            stamps[batch.ingest_date][batch.batch_id] = info.size, info.mtime_ns
    for name in store.files(FOLDER).keys() - set(map(_name, stamps)):
        store.remove(name)
    for day in sorted(stamps):
        for batch_id, found in _of_day(store, day, stamps[day], settings).items():
            yield Batch(day, batch_id), found.articles


def _of_day(store: Store, day: str, stamps: Mapping[str, Stamp], settings: CleanSettings) -> dict[str, Sketched]:
    """The batches of a day, from what was kept as far as it is still so."""
    kept, found = _kept(store, day, settings), dict[str, Sketched]()
    for batch_id, stamp in sorted(stamps.items()):
        found[batch_id] = (
            kept[batch_id]
            if batch_id in kept and kept[batch_id].stamp == stamp
            else Sketched(stamp, sketched(store.read("clean", Batch(day, batch_id)), settings))
        )
    if any(kept.get(batch_id) is not each for batch_id, each in found.items()) or kept.keys() - found.keys():
        _keep(store, day, found, settings)
    return found


def _kept(store: Store, day: str, settings: CleanSettings) -> dict[str, Sketched]:
    content = store.note(_name(day))
    if content is None:
        return {}
    try:
        data = pq.read_table(pa.BufferReader(content))
    except (OSError, pa.ArrowException) as error:
        log.info("%s is damaged and made anew: %s", _name(day), error)
        return {}
    metadata = data.schema.metadata or {}
    if metadata.get(MADE_BY) != _made_by(settings):
        return {}
    found, begin = {}, 0
    for batch_id, size, time, rows in json.loads(metadata[BATCHES]):
        found[batch_id] = Sketched((size, time), data.slice(begin, rows))
        begin += rows
    return found


def _keep(store: Store, day: str, found: Mapping[str, Sketched], settings: CleanSettings) -> None:
    listed = [(batch_id, *each.stamp, len(each.articles)) for batch_id, each in found.items()]
    data = pa.concat_tables(each.articles.replace_schema_metadata(None) for each in found.values())
    sink = pa.BufferOutputStream()
    metadata = {MADE_BY: _made_by(settings), BATCHES: json.dumps(listed).encode()}
    pq.write_table(data.replace_schema_metadata(metadata), sink, compression="zstd")
    store.put_note(_name(day), sink.getvalue())


def _made_by(settings: CleanSettings) -> bytes:
    """What decides on a sketch."""
    parameters = (settings.minhash_permutations, settings.shingle_words)
    return json.dumps([SKETCH_VERSION, datasketch.__version__, *parameters]).encode()


def _name(day: str) -> str:
    return f"{FOLDER}/{day}.parquet"
