"""Stages called in a real process, on articles that hang it, kill it or take all memory."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pytest

from nabra.tasks.engine.calls import GROUP_CHARS, call_in_groups
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import ModelError
from nabra.tasks.processes.pool import WorkerPool
from nabra.tasks.stage import StageOutput, stage_output
from tests.conftest import clean_table
from tests.in_process import InThisProcess, Works

PARSE = STAGES["parse"]


def parse(tables: Mapping[str, pa.Table]) -> StageOutput:
    """Gives each article one sentence; some texts are orders."""
    rows = []
    for article in tables["clean"].to_pylist():
        match article["text"]:
            case "hang":
                time.sleep(600)
            case "die":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "eat":
                bytes(2**30)
            case "fail":
                raise KeyError("word")
            case "no model":
                raise ModelError("the parser is damaged")
        row = {"doc_id": article["doc_id"], "sent_id": 0, "part": "text", "start": 0, "end": 1, "text": "x", "words": 1}
        rows.append(row)
    return stage_output({"sentences": rows, "tokens": [], "entities": []}, [])


def prepare() -> Works:
    return Works(parse=parse)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool("analysis", 1, 60, 512, prepare) as running:
        yield running


def outcome(output: StageOutput) -> tuple[list[str], dict[str, tuple[str, str]]]:
    rejects = {row["doc_id"]: (row["reason"], row["detail"]) for row in output.rejects.to_pylist()}
    return output.tables["sentences"]["doc_id"].to_pylist(), rejects


@pytest.mark.parametrize(
    ("order", "seconds", "reason", "detail"),
    [
        ("hang", 3.0, "timeout", "analysis took longer than 3 s"),
        ("die", 60.0, "failed", "the analysis process died with exit code -11"),
        ("eat", 60.0, "failed", "analysis took more than 512 MiB of memory"),
        ("fail", 60.0, "failed", "KeyError: 'word'"),
    ],
)
def test_an_article_that_the_process_cannot_bear_costs_itself_alone(
    pool: WorkerPool, order: str, seconds: float, reason: str, detail: str
) -> None:
    tables = {"clean": clean_table((None, "a"), (None, order), (None, "b"))}
    done, rejects = outcome(call_in_groups(PARSE, tables, pool, seconds))
    assert done == ["d0", "d2"]
    assert rejects == {"d1": (reason, detail)}


def test_models_that_cannot_be_loaded_are_no_articles_fault(pool: WorkerPool) -> None:
    with pytest.raises(ModelError, match="the parser is damaged"):
        call_in_groups(PARSE, {"clean": clean_table((None, "a"), (None, "no model"))}, pool, 60.0)


class Noting(InThisProcess):
    """Notes what is called, within which time."""

    def __init__(self) -> None:
        super().__init__(Works(parse=parse))
        self.called: list[tuple[list[str], float | None]] = []

    def submit(self, function, *arguments, deadline_seconds=None):
        self.called.append((arguments[1]["clean"]["doc_id"].to_pylist(), deadline_seconds))
        return super().submit(function, *arguments, deadline_seconds=deadline_seconds)


def test_long_articles_have_longer_and_short_ones_go_together() -> None:
    lengths = [GROUP_CHARS // 2, GROUP_CHARS // 2, 1, 3 * GROUP_CHARS, 5, 6]
    workers = Noting()
    output = call_in_groups(PARSE, {"clean": clean_table(*((None, "a" * length) for length in lengths))}, workers, 10.0)
    assert workers.called == [(["d0", "d1"], 10.0), (["d2"], 10.0), (["d3"], 30.0), (["d4", "d5"], 10.0)]
    assert outcome(output) == ([f"d{number}" for number in range(6)], {})


def test_no_articles_give_empty_tables() -> None:
    output = call_in_groups(PARSE, {"clean": clean_table()}, InThisProcess(None), 10.0)
    assert {name: data.num_rows for name, data in output.tables.items()} == {"sentences": 0, "tokens": 0, "entities": 0}
