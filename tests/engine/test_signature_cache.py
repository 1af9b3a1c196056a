"""What is known of recent articles is kept, and made anew where it no longer holds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine import signature_cache
from nabra.tasks.engine.signature_cache import signed_batches
from nabra.tasks.stories.stories import with_signatures
from nabra.tasks.warehouse.layout import SIGNATURES, Batch
from nabra.tasks.warehouse.store import Store
from tests.conftest import clean_table
from tests.flows.small_warehouse import made_by

SETTINGS = load_settings().clean
BATCHES = [Batch("2026-04-12", "00000-a"), Batch("2026-04-12", "00001-b"), Batch("2026-04-13", "00000-c")]


def write(store: Store, batch: Batch, *texts: str) -> None:
    store.write("clean", batch, clean_table(*((None, text) for text in texts)), made_by("clean"))


@pytest.fixture
def store(any_store: Store) -> Store:
    for number, batch in enumerate(BATCHES):
        write(any_store, batch, *(f"نص المقال {number} {place} عن الجسر" for place in range(number + 1)))
    return any_store


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of articles of each table that was signed."""
    made = []

    def counted(clean: pa.Table, settings: object) -> pa.Table:
        made.append(len(clean))
        return with_signatures(clean, settings)

    monkeypatch.setattr(signature_cache, "with_signatures", counted)
    return made


def read(store: Store, batches: list[Batch] = BATCHES, **changes: int) -> list[tuple[Batch, list[dict[str, object]]]]:
    settings = SETTINGS.model_copy(update=changes)
    return [(batch, data.to_pylist()) for batch, data in signed_batches(store, batches, settings)]


def test_what_was_kept_is_what_is_made(store: Store, made: list[int]) -> None:
    first = read(store)
    assert first == [(batch, with_signatures(store.read("clean", batch), SETTINGS).to_pylist()) for batch in BATCHES]
    assert read(store) == first
    assert made == [1, 2, 3]
    assert sorted(store.files.below(SIGNATURES)) == [
        f"{SIGNATURES}/2026-04-12.parquet",
        f"{SIGNATURES}/2026-04-13.parquet",
    ]


def test_only_a_new_batch_gets_its_signatures(store: Store, made: list[int]) -> None:
    read(store, BATCHES[:1])
    read(store)
    assert made == [1, 2, 3]


def test_a_batch_that_was_made_again_gets_its_signatures_again(store: Store, made: list[int]) -> None:
    before = read(store)
    write(store, BATCHES[1], "نص آخر طويل عن الميناء والسوق والمدرسة والمطار والحديقة والمكتبة والمستشفى")
    after = read(store)
    assert made == [1, 2, 3, 1]
    assert [after[0], after[2]] == [before[0], before[2]]
    assert after[1][1][0]["signature"] != before[1][1][0]["signature"]


def test_other_settings_make_all_anew(store: Store, made: list[int]) -> None:
    read(store)
    (_, (article,)), *_ = read(store, minhash_permutations=64)
    assert len(article["signature"]) == 4 * 64
    assert made == [1, 2, 3] * 2


def test_what_is_damaged_is_made_anew(store: Store, made: list[int]) -> None:
    first = read(store)
    store.files.write(f"{SIGNATURES}/2026-04-12.parquet", b"PAR1 half a fi")
    assert read(store) == first
    assert made == [1, 2, 3, 1, 2]


def test_days_that_nobody_asks_for_are_removed(store: Store, made: list[int]) -> None:
    read(store)
    assert [batch for batch, _ in read(store, BATCHES[2:])] == BATCHES[2:]
    assert list(store.files.below(SIGNATURES)) == [f"{SIGNATURES}/2026-04-13.parquet"]
    assert read(store, []) == []
    assert not store.files.below(SIGNATURES)
