"""An article that is refused when its batch is cleaned anew: its copies are handed on to another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import Settings
from nabra.tasks.clean.cleaner import load_cleaner
from nabra.tasks.engine.batch import process_batch
from nabra.tasks.engine.leaving import FOLDER
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate
from tests.in_process import InThisProcess, stand_ins
from tests.runs import WORDS
from tests.test_run import Run

TEXT = " ".join(f"{word} {number * 7}" for number, word in enumerate(WORDS * 3))
# Each a little longer than the one before, and so near it that all tell one story; and two longer ones of their own.
TEXTS = {"a": TEXT, "b": f"{TEXT} جديد", "c": f"{TEXT} جديد اليوم", "d": f"{TEXT} جديد اليوم هنا"}
TEXTS |= {name: " ".join(f"{word} {name}{number}" for number, word in enumerate(WORDS * 4)) for name in "xy"}


def made(folder: Path, order: str, batch_articles: int = 2) -> Run:
    """A warehouse of these articles, published by the alphabet, so many a batch."""

    def change(settings: Settings) -> Settings:
        return settings.model_copy(update={"run": settings.run.model_copy(update={"batch_articles": batch_articles})})

    path = folder / "articles.jsonl"
    rows = [{"id": name, "text": TEXTS[name], "published_at": f"2026-04-{ord(name) - 96}"} for name in order]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    run = Run(folder / "w", path, change)
    run.go()
    return run


def accepting(run: Run, least: str) -> Settings:
    """Settings under which this is the shortest article that is accepted."""
    clean = run.plan.settings.clean.model_copy(update={"min_text_chars": len(TEXTS[least])})
    return run.plan.settings.model_copy(update={"clean": clean})


OWN = {"x": ("x", None), "y": ("y", None)}


def names(store: Store) -> dict[str, tuple[str, str | None]]:
    """The story and the original of each article, all by their ids in the file."""
    ids = {row["doc_id"]: row["url"][-1] for row in store.rows("raw", ["doc_id", "url"])} | {None: None}
    rows = store.rows("clean", ["doc_id", "story", "duplicate_of"])
    return {ids[row["doc_id"]]: (ids[row["story"]], ids[row["duplicate_of"]]) for row in rows}


def clean_anew(run: Run, batches: Iterable[Batch], settings: Settings, *, refresh: bool = True) -> None:
    """Clean these batches, and no others."""
    plan = Plan(settings, "again", frozenset(STAGES) if refresh else frozenset())
    tools = Resources(settings, run.store, frozenset(batches))
    cleaner = load_cleaner(settings.clean)
    tools.__dict__ |= {"cleaners": InThisProcess(cleaner), "workers": InThisProcess(stand_ins(settings))}
    for batch in sorted(batches):
        process_batch("clean", batch, tools, plan)


def wrong(store: Store) -> list[object]:
    return list(validate(store, tuple(STAGES.values()), Validation()))


class KilledError(BaseException):
    """As by a kill."""


def killed_before(monkeypatch: pytest.MonkeyPatch, dataset: str) -> None:
    """From now on a run dies when it is about to write into a dataset."""

    def write(store: Store, name: str, *_: object) -> None:
        if name == dataset:
            raise KilledError

    monkeypatch.setattr(Store, "write", write)


def test_copies_in_other_batches_are_handed_on_to_the_earliest_that_stays(tmp_path: Path) -> None:
    run = made(tmp_path, "xyadbc")
    first, second, _ = run.store.batches("raw")
    assert names(run.store) == OWN | {"a": ("a", None), "d": ("a", "a"), "b": ("a", "a"), "c": ("a", "a")}
    clean_anew(run, [first, second], accepting(run, "b"))
    # `d` was compared with `b`, which names the story now.
    assert names(run.store) == OWN | {"b": ("b", None), "c": ("b", "b"), "d": ("b", "b")}
    assert wrong(run.store) == []
    assert not run.store.files.below(FOLDER)


def test_what_is_handed_on_stays_so_in_the_next_run(tmp_path: Path) -> None:
    run = made(tmp_path, "adbc")
    first = run.store.batches("raw")[0]
    clean_anew(run, [first], accepting(run, "b"))
    before = names(run.store)
    clean_anew(run, [first], accepting(run, "b"))
    assert names(run.store) == before


@pytest.mark.parametrize("dataset", ["rejects", "clean"])
@pytest.mark.parametrize("least", ["b", "c"])
def test_a_plain_run_after_one_that_was_killed_leaves_no_name_of_a_refused_article(
    tmp_path: Path, dataset: str, least: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made(tmp_path, "abcd")
    first = run.store.batches("raw")[0]
    with monkeypatch.context() as patches:
        killed_before(patches, dataset)
        with pytest.raises(KilledError):
            clean_anew(run, [first], accepting(run, "b"))
    assert not run.store.files.read(file_of("clean", first))
    assert wrong(run.store) == []
    clean_anew(run, [first], accepting(run, least), refresh=False)  # under these settings, or stricter ones
    assert names(run.store).keys() == {name for name in "abcd" if name >= least}
    assert wrong(run.store) == []


def test_a_killed_handing_on_goes_on_to_the_same_heir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(tmp_path, "abc", batch_articles=1)
    first = run.store.batches("raw")[0]
    changes, rewrite = iter("ab"), Store.rewrite

    def rewritten(store: Store, *arguments: Any) -> None:
        if not next(changes, ""):
            raise KilledError
        rewrite(store, *arguments)

    with monkeypatch.context() as patches:
        patches.setattr(Store, "rewrite", rewritten)
        with pytest.raises(KilledError):
            clean_anew(run, [first], accepting(run, "b"))
    assert names(run.store) == {"a": ("a", None), "b": ("b", None), "c": ("a", "a")}
    assert wrong(run.store) == []
    clean_anew(run, [first], accepting(run, "b"))
    assert names(run.store) == {"b": ("b", None), "c": ("b", "b")}
