"""Running stages over a warehouse: nothing vanishes, nothing doubles, a stopped run is taken up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nabra.config.settings import Settings, load_settings
from nabra.tasks.engine.batch import StageCount, process_batch
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.engine.tools import Tools
from nabra.tasks.errors import StoreError
from nabra.tasks.fetch.targets import targets_from_arguments
from nabra.tasks.parse.parser import Parser
from nabra.tasks.stage import Stage, StageOutput
from nabra.tasks.warehouse.store import Store
from tests.in_process import InThisProcess, shipped_cleaner, stand_ins
from tests.workplace import all_rows

NEWS = (
    "أعلن وزير المياه في جمهورية الواحة أن المشروع سيبدأ في الربيع المقبل. وأضاف الوزير «سنعمل مع الأمم المتحدة على "
    "إيصال المياه إلى القرى كلها». وأدانت روسيا هجوم تنظيم داعش على الجسر. "
    "ورحب سكان القرى بالخطوة رقم {number} التي طال انتظارها. "
)


def write_articles(folder: Path, count: int) -> Path:
    """`count` articles, each different, a copy of the first, an English one, an empty row, a broken line."""
    words = ["النخيل", "الجسر", "الميناء", "الحديقة", "المدرسة", "السوق", "المطار", "المكتبة"]
    rows = []
    for number in range(count):
        about = " ".join(f"{words[(number + shift) % len(words)]}{number * shift}" for shift in range(1, 40))
        rows.append({"id": f"a{number}", "title": f"خبر {number}", "text": NEWS.format(number=number) + about})
    rows.append({"id": "copy", "text": rows[0]["text"]})
    rows.append({"id": "english", "text": "The minister said that the project would begin in spring, and " * 5})
    rows.append({"id": "void", "text": ""})
    path = folder / "articles.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join([*lines, "{broken"]) + "\n", encoding="utf-8")
    return path


class Run:
    """A warehouse, and runs over it with a parser and a classifier of a few lines; `steps` stops a run half-way."""

    def __init__(
        self, warehouse: Path, articles: Path, change: Callable[[Settings], Settings] = lambda settings: settings
    ) -> None:
        changes = warehouse.parent / f"{warehouse.name}.toml"
        changes.write_text("[run]\nbatch_articles = 3\n", encoding="utf-8")
        self.plan = Plan(change(load_settings(changes, warehouse=str(warehouse))), "test")
        self.store = Store.open(self.plan.settings.store)
        self.targets = targets_from_arguments([str(articles)])

    def go(self, steps: int = 1000, parser: Parser | None = None) -> list[StageCount]:
        tools = Resources(self.plan.settings, self.store)
        tools.__dict__ |= {
            "cleaners": InThisProcess(shipped_cleaner()),
            "workers": InThisProcess(stand_ins(self.plan.settings, parser)),
        }
        counts = []
        for _ in Ingest(self.store, tools, self.plan.provenance["raw"]).run(self.targets):
            steps -= 1
            if not steps:
                return counts
        todo = {name: self.plan.todo(self.store, name) for name in STAGES}
        for batch in sorted(set().union(*todo.values())):
            for name in STAGES:
                if batch in todo[name]:
                    counts.append(process_batch(name, batch, tools, self.plan))
                    steps -= 1
                    if not steps:
                        return counts
        return counts

    def refresh(self, settings: Settings, stages: frozenset[str]) -> None:
        """Under these settings from now on, and make what other ones made anew."""
        self.plan = Plan(settings, "again", stages)

    def rows(self) -> dict[str, list[str]]:
        return all_rows(self.store)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_articles(tmp_path_factory.mktemp("articles"), 7)


@pytest.fixture(scope="module")
def undisturbed(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    run = Run(tmp_path_factory.mktemp("undisturbed") / "w", articles)
    run.go()
    return run.rows()


def test_what_comes_in_comes_out_or_is_rejected(articles: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "w", articles)
    counts = run.go()
    assert {count.stage for count in counts} == set(STAGES)
    assert all(count.documents_in == count.documents_out + count.rejected + count.known for count in counts)
    rejects = run.store.scan("rejects", ["stage", "reason"]).to_pylist()
    assert sorted((row["stage"], row["reason"]) for row in rejects) == [
        ("clean", "wrong_language"),
        ("fetch", "empty"),
        ("fetch", "malformed"),
    ]
    assert run.store.scan("raw", ["doc_id"]).num_rows == 9
    assert run.store.scan("clean", ["doc_id"]).num_rows == 8


def test_a_copy_points_to_the_first(articles: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "w", articles)
    run.go()
    rows = {
        row["url"].split("#")[1]: row for row in run.store.scan("clean", ["url", "doc_id", "duplicate_of"]).to_pylist()
    }
    assert {name for name, row in rows.items() if row["duplicate_of"]} == {"copy"}
    assert rows["copy"]["duplicate_of"] == rows["a0"]["doc_id"]


def test_every_stage_leaves_rows(undisturbed: dict[str, list[str]]) -> None:
    assert all(undisturbed[name] for stage in STAGES.values() for name in stage.makes)


def test_a_second_run_adds_and_changes_nothing(articles: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "w", articles)
    run.go()
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "w").rglob("*.parquet")}
    assert run.go() == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "w").rglob("*.parquet")} == files


@given(st.lists(st.integers(1, 12), min_size=1, max_size=3))
@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_stopped_anywhere_ends_with_the_rows_of_an_undisturbed_one(
    articles: Path, undisturbed: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    run = Run(tmp_path_factory.mktemp("stopped") / "w", articles)
    for steps in stops:
        run.go(steps)
    run.go()
    assert run.rows() == undisturbed


def test_refresh_redoes_what_other_settings_made_and_only_that(articles: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "w", articles)
    run.go()
    before = run.rows()
    sentiment = run.plan.settings.sentiment.model_copy(update={"headline_weight": 9.0})
    changed = run.plan.settings.model_copy(update={"sentiment": sentiment})
    run.plan = Plan(changed, "again")
    assert run.go() == []
    run.refresh(changed, frozenset({"sentiment", "stance"}))
    assert {count.stage for count in run.go()} == {"sentiment"}
    after = run.rows()
    assert after["sentiment"] != before["sentiment"]
    assert after["stances"] == before["stances"]


def test_a_stage_that_loses_a_document_is_noticed(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Tools.call

    def forgetful(tools: Tools, stage: Stage, tables: dict[str, pa.Table]) -> StageOutput:
        return honest(tools, stage, tables | {"clean": tables["clean"].slice(1)})

    monkeypatch.setattr(Tools, "call", forgetful)
    with pytest.raises(StoreError, match="stage parse lost or invented documents"):
        Run(tmp_path / "w", articles).go()
