"""A stage that nabra does not have: its folder, one table, one section of settings, one line in the list."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import create_model

from nabra.config.settings import Section, Settings
from nabra.tasks.engine.fingerprint import fingerprints
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import DATASETS, VERSION, Dataset, _float, _string
from nabra.tasks.stage import load_function
from tests.test_run import Run, write_articles

STAGE = """
from nabra.tasks.stage import Stage

READABILITY = Stage(
    "readability",
    work="readability.readability:tag_readability",
    needs=("sentences", "settings", "counter"),
    makes=("readability",),
    tools={"counter": "readability.readability:counter"},
    may_be_silent=True,
)
"""
WORK = '''
from nabra.tasks.stage import stage_output

def counter(settings):
    return str.split

def tag_readability(sentences, settings, counter):
    """Mean words a sentence; nothing of articles with fewer than `min_sentences`."""
    lengths = {}
    for row in sentences.to_pylist():
        lengths.setdefault(row["doc_id"], []).append(len(counter(row["text"])))
    known = {doc: each for doc, each in lengths.items() if len(each) >= settings.min_sentences}
    return stage_output({"readability": [{"doc_id": doc, "words": sum(n) / len(n)} for doc, n in known.items()]}, [])
'''
TABLE = Dataset(
    "readability",
    "an article",
    ("doc_id",),
    (_string("doc_id", "the article"), _float("words", "mean words a sentence"), VERSION),
)


class ReadabilitySettings(Section):
    min_sentences: int


@pytest.fixture
def readability(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "stage" / "readability"
    folder.mkdir(parents=True)
    (folder / "stage.py").write_text(STAGE, encoding="utf-8")
    (folder / "readability.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder.parent))
    from readability.stage import READABILITY

    monkeypatch.setitem(DATASETS, "readability", TABLE)
    monkeypatch.setitem(STAGES, "readability", READABILITY)  # type: ignore[arg-type]


def with_section(settings: Settings, min_sentences: int) -> Settings:
    extended = create_model("Extended", __base__=Settings, readability=(ReadabilitySettings, ...))
    sections = {name: getattr(settings, name) for name in Settings.model_fields}
    return extended(**sections, readability=ReadabilitySettings(min_sentences=min_sentences))


@pytest.mark.usefixtures("readability")
def test_a_new_stage_is_run_counted_and_made_anew_as_any_other(tmp_path: Path) -> None:
    run = Run(tmp_path / "w", write_articles(tmp_path, 4), lambda settings: with_section(settings, 2))
    counts = [count for count in run.go() if count.stage == "readability"]
    assert sum(count.documents_in for count in counts) == 5
    assert all(count.documents_in == count.documents_out + count.rejected + count.known for count in counts)
    rows = run.store.scan("readability", ["doc_id", "words"]).to_pylist()
    assert len(rows) == 5
    assert all(row["words"] > 5 for row in rows)
    assert run.go() == []
    # A setting of its own changes it alone; articles that it is then silent about are no error.
    changed = with_section(run.plan.settings, 100)
    before, after = fingerprints(run.plan.settings), fingerprints(changed)
    assert {name for name in before if before[name] != after[name]} == {"readability"}
    run.refresh(changed, frozenset(STAGES))
    assert {count.stage for count in run.go()} == {"readability"}
    assert run.store.scan("readability", ["doc_id"]).num_rows == 0


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_what_a_record_names_is_there(stage) -> None:
    named = [stage.work, *stage.tools.values(), *([stage.ordered] if stage.ordered else [])]
    assert all(callable(load_function(name)) for name in named)
    assert set(stage.makes) <= set(DATASETS)
