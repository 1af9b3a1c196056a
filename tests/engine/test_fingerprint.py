"""What a fingerprint notices, and what makes no difference."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nabra.config.settings import Settings, load_settings
from nabra.tasks import schemas
from nabra.tasks.engine.batch import process_batch
from nabra.tasks.engine.fingerprint import ADOPTED, Fingerprints, RecordedFingerprints, adopt, fingerprints
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store
from tests.flows.small_warehouse import row
from tests.in_process import InThisProcess
from tests.test_run import Run, write_articles

SOURCE = """[[source]]
id = "port"
name = "صحيفة الميناء"
kind = "feed"
addresses = ["https://port.example/feed"]
enabled = true
"""
OTHER = SOURCE.replace("port", "bay")
BATCH = Batch("2026-04-12", "one")


def made_with(folder: Path, sources: str) -> Fingerprints:
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    (folder / "my.toml").write_text('[fetch]\nsources = "sources.toml"\n', encoding="utf-8")
    return Fingerprints.of(load_settings(folder / "my.toml"))


@pytest.mark.parametrize("hint", ['drop = [".share"]', 'keep = ["article"]', 'zone = "Africa/Cairo"'])
def test_hints_for_reading_a_page_count_for_the_batches_of_their_source_alone(tmp_path: Path, hint: str) -> None:
    plain, hinted = (made_with(tmp_path, SOURCE + OTHER + said) for said in ("", hint))
    assert hinted.stages == plain.stages
    assert hinted.hints_of(["port"]) == plain.hints_of(["port"])
    assert hinted.hints_of(["bay"]) != plain.hints_of(["bay"])


def test_an_outlet_more_a_release_and_another_schema_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = made_with(tmp_path, SOURCE)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "9.9.9")
    monkeypatch.setattr(schemas, "SCHEMA_VERSION", schemas.SCHEMA_VERSION + 1)
    assert made_with(tmp_path, SOURCE + OTHER) == before
    assert made_with(tmp_path, SOURCE.replace("true", "false") + "delay_seconds = 5\n") == before


def test_a_stage_that_makes_other_rows_changes_itself_and_what_reads_its_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fingerprints(load_settings())
    monkeypatch.setitem(STAGES, "sentiment", replace(STAGES["sentiment"], version=STAGES["sentiment"].version + 1))  # type: ignore[arg-type]
    after = fingerprints(load_settings())
    assert {name for name in before if before[name] != after[name]} == {"sentiment"}
    monkeypatch.setitem(STAGES, "parse", replace(STAGES["parse"], version=STAGES["parse"].version + 1))  # type: ignore[arg-type]
    after = fingerprints(load_settings())
    assert {name for name in before if before[name] != after[name]} == {"parse", "actors", "sentiment", "stance"}


ACTOR = '[[actor]]\nid = "northland"\nkind = "state"\naliases = ["نورلند"]\n'


def test_actors_of_ones_own_and_the_shipped_ones_make_the_fingerprint_together(tmp_path: Path) -> None:
    (tmp_path / "actors").mkdir()
    (tmp_path / "actors" / "list.toml").write_text(ACTOR, encoding="utf-8")
    made = [fingerprints(load_settings())]
    for more in ("", 'own_actors = "replace"\n'):
        (tmp_path / "my.toml").write_text(f'[parse]\nactors = "actors"\n{more}', encoding="utf-8")
        made.append(fingerprints(load_settings(tmp_path / "my.toml")))
    assert len({each["actors"] for each in made}) == 3
    assert len({each["parse"] for each in made}) == 1


def test_a_comment_in_a_list_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "actors").mkdir()
    (tmp_path / "my.toml").write_text('[parse]\nactors = "actors"\n', encoding="utf-8")
    made = []
    for comment in ("", "# seen in May\n"):
        (tmp_path / "actors" / "list.toml").write_text(comment + ACTOR, encoding="utf-8")
        made.append(fingerprints(load_settings(tmp_path / "my.toml")))
    assert made[0] == made[1]


def test_saying_that_the_shipped_files_stand_alone_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('[parse]\nown_actors = "replace"\n[stance]\nown_cues = "replace"\n', "utf-8")
    assert fingerprints(load_settings(tmp_path / "my.toml")) == fingerprints(load_settings())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(load_settings(warehouse=str(tmp_path / "warehouse")).store)


def write_all(store: Store, provenance: dict[str, Provenance]) -> None:
    for name in ("raw", *STAGES):
        for dataset in ("raw",) if name == "raw" else STAGES[name].makes:
            rows = schemas.table(schemas.DATASETS[dataset], [row(dataset, source="port")] if dataset == "raw" else [])
            store.write(dataset, BATCH, rows, provenance[name])


def undone(store: Store, config: Path | None = None) -> set[str]:
    settings = load_settings(config, warehouse=str(store))
    plan = Plan(settings, "run", frozenset(STAGES))
    return {name for name in STAGES if plan.todo(store, name)}


def make_anew(stage: str, store: Store, config: Path) -> None:
    plan = Plan(load_settings(config, warehouse=str(store)), "run", frozenset({stage}))
    resources = Resources(plan.settings, store)
    resources.__dict__["workers"] = InThisProcess(None)  # there is no article
    process_batch(stage, BATCH, resources, plan)


def test_a_stage_made_anew_alone_is_current_until_one_before_it_is_made_anew(store: Store, tmp_path: Path) -> None:
    made = fingerprints(load_settings())
    write_all(store, {name: Provenance(name, fingerprint, "0.1.0", "run") for name, fingerprint in made.items()})
    config = tmp_path / "my.toml"
    config.write_text("[parse]\nmax_sentence_words = 60\n[stance]\nmin_score = 0.9\n", "utf-8")
    alone = Plan(load_settings(config, warehouse=str(store)), "run", frozenset({"stance"}))
    assert alone.todo(store, "stance") == {BATCH}
    make_anew("stance", store, config)
    assert alone.todo(store, "stance") == set()
    assert undone(store, config) == {"parse", "actors", "sentiment", "stance"}
    make_anew("parse", store, config)
    assert undone(store, config) == {"actors", "sentiment", "stance"}


def test_a_source_that_says_something_else_has_its_batches_made_anew(store: Store, tmp_path: Path) -> None:
    plain = made_with(tmp_path, SOURCE + OTHER)
    write_all(store, {
        name: Provenance(name, made, "0.1.0", "run", hints=plain.hints_of(["port"]))
        for name, made in plain.stages.items()
    })  # fmt: skip
    made_with(tmp_path, SOURCE + OTHER + 'keep = ["article"]')
    assert undone(store, tmp_path / "my.toml") == set()
    made_with(tmp_path, SOURCE + 'keep = ["article"]\n' + OTHER)
    assert undone(store, tmp_path / "my.toml") == set(STAGES)


def test_a_later_stage_made_anew_alone_keeps_what_its_articles_were_read_with(store: Store, tmp_path: Path) -> None:
    plain = made_with(tmp_path, SOURCE)
    write_all(store, {
        name: Provenance(name, made, "0.1.0", "run", hints=plain.hints_of(["port"]))
        for name, made in plain.stages.items()
    })  # fmt: skip
    hinted = made_with(tmp_path, SOURCE + 'keep = ["article"]')
    make_anew("stance", store, tmp_path / "my.toml")
    _, hints = RecordedFingerprints(store).of(STAGES["stance"], BATCH)
    assert hints == plain.hints_of(["port"]) != hinted.hints_of(["port"])
    assert "stance" in undone(store, tmp_path / "my.toml")


def test_what_an_older_nabra_made_counts_as_done_until_settings_change(store: Store, tmp_path: Path) -> None:
    write_all(store, {name: Provenance(name, "0123456789abcdef", "0.1.0", "run") for name in ("raw", *STAGES)})
    adopt(store, Fingerprints.of(load_settings()))
    assert undone(store) == set()
    (tmp_path / "my.toml").write_text("[sentiment]\nheadline_weight = 9.0\n", encoding="utf-8")
    changed = load_settings(tmp_path / "my.toml", warehouse=str(store))
    adopt(store, Fingerprints.of(changed))
    assert undone(store, tmp_path / "my.toml") == {"sentiment"}
    assert json.loads(store.files.read(ADOPTED) or b"")["stages"] == fingerprints(load_settings())


def test_what_an_older_nabra_made_is_made_anew_where_its_source_says_something_else(
    store: Store, tmp_path: Path
) -> None:
    write_all(store, {name: Provenance(name, "0123456789abcdef", "0.1.0", "run") for name in ("raw", *STAGES)})
    adopt(store, made_with(tmp_path, SOURCE + OTHER))
    made_with(tmp_path, SOURCE + OTHER + 'keep = ["article"]')
    assert undone(store, tmp_path / "my.toml") == set()
    made_with(tmp_path, SOURCE + 'keep = ["article"]\n' + OTHER)
    assert undone(store, tmp_path / "my.toml") == set(STAGES)


def changed(settings: Settings) -> Settings:
    """Other settings of clean and of sentiment, between which two stages lie."""
    clean = settings.clean.model_copy(update={"min_text_chars": 101})
    return settings.model_copy(
        update={"clean": clean, "sentiment": settings.sentiment.model_copy(update={"headline_weight": 9.0})}
    )


def stale(run: Run, *stages: str) -> set[str]:
    """Of these stages, or of all, those that a refresh of them would have to do."""
    plan = Plan(run.plan.settings, "look", frozenset(stages or STAGES))
    return {name for name in stages or STAGES if plan.todo(run.store, name)}


def test_one_stage_anew_and_then_one_before_it_there_and_back(tmp_path: Path) -> None:
    run = Run(tmp_path / "w", write_articles(tmp_path, 2))
    run.go()
    first, rows = run.plan.settings, run.rows()
    for settings in (changed(first), first):
        run.refresh(settings, frozenset())
        assert stale(run) == set(STAGES)
        assert stale(run, "sentiment") == {"sentiment"}
        assert stale(run, "parse") == stale(run, "stance") == set()  # what they read is as it was
        run.refresh(settings, frozenset({"sentiment"}))
        assert {count.stage for count in run.go()} == {"sentiment"}
        assert stale(run, "sentiment") == set()
        assert stale(run) == set(STAGES)
        run.refresh(settings, frozenset({"clean"}))
        assert {count.stage for count in run.go()} == {"clean"}
        assert stale(run) == set(STAGES) - {"clean"}  # they were taken away with what they read
        run.refresh(settings, frozenset())
        assert {count.stage for count in run.go()} == set(STAGES) - {"clean"}
        assert stale(run) == set()
    assert run.rows() == rows
