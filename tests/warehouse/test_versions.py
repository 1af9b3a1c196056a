"""Of an edited article one version is to be read: the newest that all stages have taken."""

from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import DATASETS, REJECTS, table
from nabra.tasks.stage import reject
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded
from tests.flows.small_warehouse import made_by, row


def old(store: Store) -> set[tuple[str, int]]:
    return superseded(store, tuple(STAGES.values()))


def versions(store: Store, batch: Batch, number: int, *stages: str, refused_by: str | None = None) -> None:
    """A batch with a version of the articles a and b, which these stages have done, one of them without b."""
    for name in stages:
        for dataset in STAGES[name].makes:
            blank = [row(dataset, doc_id=doc_id, version=number) for doc_id in "ab"]
            store.write(dataset, batch, table(DATASETS[dataset], blank), made_by(name))
    if refused_by:
        rejects = [reject(refused_by, {"doc_id": "b", "url": "u", "source": "s"}, "failed", "it broke")]
        store.write_rejects(refused_by, batch, table(REJECTS, rejects), made_by(refused_by))


def test_a_version_gives_way_to_the_newest_that_all_stages_have_taken(any_store: Store) -> None:
    batches = [Batch("2026-03-01", f"0000{number}-abc") for number in range(3)]
    versions(any_store, batches[0], 1, *STAGES)
    assert old(any_store) == set()
    versions(any_store, batches[1], 2, "clean", "parse", "sentiment")
    assert old(any_store) == {("a", 2), ("b", 2)}
    versions(any_store, batches[1], 2, "stance", refused_by="parse")
    assert old(any_store) == {("a", 1), ("b", 2)}
    versions(any_store, batches[2], 3, *STAGES)
    assert old(any_store) == {("a", 1), ("a", 2), ("b", 1), ("b", 2)}


def test_of_versions_that_no_stage_has_taken_the_newest_counts(any_store: Store) -> None:
    for number in (1, 2):
        versions(any_store, Batch("2026-03-01", f"0000{number}-abc"), number, "clean")
    assert old(any_store) == {("a", 1), ("b", 1)}
