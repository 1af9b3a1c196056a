"""Signatures: what finding copies needs to know of the articles of the last weeks, kept beside the tables.

One Parquet file a day below `_signatures/`, made from `clean`: what is missing there, of batches that are new, were
made again or read under other settings, is made when it is asked for. So no run reads the texts of weeks.
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

from nabra.config.settings import CleanSettings
from nabra.tasks.stories.stories import with_signatures
from nabra.tasks.warehouse.layout import SIGNATURES, Batch, signatures_of
from nabra.tasks.warehouse.parquet import decode, encode
from nabra.tasks.warehouse.store import Store

log = logging.getLogger(__name__)

# Raised when another text is taken of an article, or it is cut into other words.
SIGNATURE_VERSION: Final = 1
# In a file's metadata: how its signatures were made; name, stamp and number of rows of each batch in it, in order.
MADE_BY: Final = "nabra.made_by"
BATCHES: Final = "nabra.batches"
# Of a file of `clean`: another one where the batch was made again.
Stamp = tuple[int, int]


@dataclass(frozen=True)
class SignedBatch:
    """The articles of a batch as `with_signatures` gives them, and the stamp of the file that they are from."""

    stamp: Stamp
    articles: pa.Table


def signed_batches(
    store: Store, batches: Collection[Batch], settings: CleanSettings
) -> Iterator[tuple[Batch, pa.Table]]:
    """Each of these batches of `clean`, oldest first, with its articles as `with_signatures` gives them.

    What was not kept is made and kept; what was kept of days without any of these batches is removed.
    """
    stamps: defaultdict[str, dict[str, Stamp]] = defaultdict(dict)
    for batch, file in store.batch_files("clean").items():
        if batch in batches:
            stamps[batch.ingest_date][batch.batch_id] = file.stamp
    for name in store.files.below(SIGNATURES).keys() - set(map(signatures_of, stamps)):
        store.files.remove(name)
    for day in sorted(stamps):
        for batch_id, found in _of_day(store, day, stamps[day], settings).items():
            yield Batch(day, batch_id), found.articles


def _of_day(store: Store, day: str, stamps: Mapping[str, Stamp], settings: CleanSettings) -> dict[str, SignedBatch]:
    """The batches of a day, from what was kept as far as it is still so."""
    kept, found = _kept(store, day, settings), dict[str, SignedBatch]()
    for batch_id, stamp in sorted(stamps.items()):
        found[batch_id] = (
            kept[batch_id]
            if batch_id in kept and kept[batch_id].stamp == stamp
            else SignedBatch(stamp, with_signatures(store.read("clean", Batch(day, batch_id)), settings))
        )
    if any(kept.get(batch_id) is not each for batch_id, each in found.items()) or kept.keys() - found.keys():
        _keep(store, day, found, settings)
    return found


def _kept(store: Store, day: str, settings: CleanSettings) -> dict[str, SignedBatch]:
    content = store.files.read(signatures_of(day))
    if content is None:
        return {}
    try:
        data, metadata = decode(content)
    except (OSError, pa.ArrowException) as error:
        log.info("%s is damaged and made anew: %s", signatures_of(day), error)
        return {}
    if metadata.get(MADE_BY) != _made_by(settings):
        return {}
    found, begin = {}, 0
    for batch_id, size, time, rows in json.loads(metadata[BATCHES]):
        found[batch_id] = SignedBatch((size, time), data.slice(begin, rows))
        begin += rows
    return found


def _keep(store: Store, day: str, found: Mapping[str, SignedBatch], settings: CleanSettings) -> None:
    listed = [(batch_id, *each.stamp, len(each.articles)) for batch_id, each in found.items()]
    data = pa.concat_tables(each.articles.replace_schema_metadata(None) for each in found.values())
    store.files.write(signatures_of(day), encode(data, {MADE_BY: _made_by(settings), BATCHES: json.dumps(listed)}))


def _made_by(settings: CleanSettings) -> str:
    """What decides on a signature."""
    parameters = (settings.minhash_permutations, settings.shingle_words)
    return json.dumps([SIGNATURE_VERSION, datasketch.__version__, *parameters])
