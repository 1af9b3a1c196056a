"""What is known of recent articles is kept, and made anew where it no longer holds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine import sketches as sketches
from nabra.tasks.engine.sketches import FOLDER, sketched_articles
from nabra.tasks.stories.stories import sketched
from nabra.tasks.warehouse.store import Batch, Provenance, Store
from tests.conftest import clean_table

SETTINGS = load_settings().clean
BATCHES = [Batch("2026-04-12", "00000-a"), Batch("2026-04-12", "00001-b"), Batch("2026-04-13", "00000-c")]


def write(store: Store, batch: Batch, *texts: str) -> None:
    store.write("clean", batch, clean_table(*((None, text) for text in texts)), Provenance("f", "0", "r"))


@pytest.fixture
def store(any_store: Store) -> Store:
    for number, batch in enumerate(BATCHES):
        write(any_store, batch, *(f"نص المقال {number} {place} عن الجسر" for place in range(number + 1)))
    return any_store


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of articles of each table that was sketched."""
    made = []

    def counted(clean: pa.Table, settings: object) -> pa.Table:
        made.append(len(clean))
        return sketched(clean, settings)

    monkeypatch.setattr(sketches, "sketched", counted)
    return made


def read(store: Store, batches: list[Batch] = BATCHES, **changes: int) -> list[tuple[Batch, list[dict[str, object]]]]:
    settings = SETTINGS.model_copy(update=changes)
    return [(batch, data.to_pylist()) for batch, data in sketched_articles(store, batches, settings)]


def test_what_was_kept_is_what_is_made(store: Store, made: list[int]) -> None:
    first = read(store)
    assert first == [(batch, sketched(store.read("clean", batch), SETTINGS).to_pylist()) for batch in BATCHES]
    assert read(store) == first
    assert made == [1, 2, 3]
    assert sorted(store.files(FOLDER)) == [f"{FOLDER}/2026-04-12.parquet", f"{FOLDER}/2026-04-13.parquet"]


def test_only_a_new_batch_is_sketched(store: Store, made: list[int]) -> None:
    read(store, BATCHES[:1])
    read(store)
    assert made == [1, 2, 3]


def test_a_batch_that_was_made_again_is_sketched_again(store: Store, made: list[int]) -> None:
    before = read(store)
    write(store, BATCHES[1], "نص آخر طويل عن الميناء والسوق والمدرسة والمطار والحديقة والمكتبة والمستشفى")
    after = read(store)
    assert made == [1, 2, 3, 1]
    assert [after[0], after[2]] == [before[0], before[2]]
    assert after[1][1][0]["sketch"] != before[1][1][0]["sketch"]


def test_other_settings_make_all_anew(store: Store, made: list[int]) -> None:
    read(store)
    (_, (article,)), *_ = read(store, minhash_permutations=64)
    assert len(article["sketch"]) == 4 * 64
    assert made == [1, 2, 3] * 2


def test_what_is_damaged_is_made_anew(store: Store, made: list[int]) -> None:
    first = read(store)
    store.put_note(f"{FOLDER}/2026-04-12.parquet", b"PAR1 half a fi")
    assert read(store) == first
    assert made == [1, 2, 3, 1, 2]


def test_days_that_nobody_asks_for_are_removed(store: Store, made: list[int]) -> None:
    read(store)
    assert [batch for batch, _ in read(store, BATCHES[2:])] == BATCHES[2:]
    assert list(store.files(FOLDER)) == [f"{FOLDER}/2026-04-13.parquet"]
    assert read(store, []) == []
    assert not store.files(FOLDER)
