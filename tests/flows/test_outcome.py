"""What `nabra run`, `retry` and `backfill` say at their end: counts, rejects, or that there was nothing to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nabra.config.settings import load_settings
from nabra.flows import news
from nabra.flows.cli.main import app
from nabra.flows.parameters import Location, RunParameters
from nabra.flows.pipeline import Run, open_run, prepare_run
from nabra.flows.prefect import server
from nabra.tasks.engine.removal_plan import plan_removal
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.lease import seen_holder
from nabra.tasks.warehouse.removal import removals
from nabra.tasks.warehouse.store import Store
from tests.runs import clean_here, use_stand_ins
from tests.workplace import NABRA

NEWS = "أعلن وزير المياه أن المشروع رقم {number} سيبدأ في الربيع المقبل، ورحب سكان القرى بالخطوة التي طال انتظارها. "


class Place:
    """A folder, and the command called in it, without a Prefect server and with a parser of a few lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, *rows: dict[str, Any]) -> str:
        path = self.folder / name
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
        return str(path)

    def call(self, *arguments: str) -> tuple[str, str]:
        """What the command prints, and what it prints to standard error."""
        (self.folder / "my.toml").touch()
        options = ["--warehouse", str(self.folder / "warehouse"), "--config", str(self.folder / "my.toml")]
        result = CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False)
        return result.stdout, result.stderr

    def set(self, text: str) -> None:
        (self.folder / "my.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("workers", "cleaners"):
        monkeypatch.setattr(Resources, name, getattr(Resources, name))
    use_stand_ins()
    clean_here()
    monkeypatch.setattr(news, "work_as_flow", lambda run: run.work())
    monkeypatch.setattr(server, "prefect_server", nullcontext)
    return Place(tmp_path)


def with_nabra() -> dict[str, str]:
    """The environment of a shell that finds the command."""
    return os.environ | {"PATH": f"{NABRA.parent}{os.pathsep}{os.environ['PATH']}"}


def article(number: int) -> dict[str, Any]:
    return {"id": f"a{number}", "title": f"خبر {number}", "text": NEWS.format(number=number) * 3}


def counts(shown: str) -> dict[str, list[str]]:
    """The numbers of the table, by stage, in the order in which they are shown."""
    rows = [line.strip("│ ").split("│") for line in shown.splitlines() if line.startswith("│")]
    return {name.strip(): [cell.strip() for cell in cells[:-1]] for name, *cells in rows}


def test_the_first_rejects_are_shown_with_their_place_reason_and_where_the_others_are(place: Place) -> None:
    empty = [{"id": f"e{number}", "text": ""} for number in range(6)]
    _, said = place.call("run", place.add("أخبار.jsonl", *empty, {"id": "خبر", "text": "The minister said " * 30}))
    assert "7 rejected:\n" in said
    shown = re.findall(r"^  (\S+)\n    (\w+): (\w+): (.+)$", said, re.MULTILINE)
    assert [row[1:3] for row in shown] == [("clean", "wrong_language"), *[("fetch", "empty")] * 4]
    assert shown[0][0] == f"{place.folder}/أخبار.jsonl#خبر"
    assert shown[0][3].startswith("en with probability")
    assert "  … and 2 more\n" in said
    hint = said.partition("all rejects of the warehouse: ")[2].splitlines()[0]
    shown = subprocess.run(hint, shell=True, cwd="/", env=with_nabra(), capture_output=True, text=True, check=True)
    assert len(shown.stdout.splitlines()) == 1 + 7


def test_a_long_detail_is_cut_and_controls_do_not_reach_the_terminal(place: Place) -> None:
    path = place.folder / "rows.jsonl"
    path.write_text("{" + "\x1b[2Jx" * 200 + "\n", encoding="utf-8")
    _, said = place.call("run", str(path))
    assert "1 rejected:" in said
    assert "more" not in said
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 300


def test_a_run_without_rejects_does_not_speak_of_them(place: Place) -> None:
    assert "rejected" not in place.call("run", place.add("a.jsonl", article(1)))[1]


def test_what_was_rejected_in_an_earlier_run_is_not_told_again(place: Place) -> None:
    place.call("run", place.add("a.jsonl", {"id": "void", "text": ""}))
    _, said = place.call("run", place.add("b.jsonl", article(1)))
    assert "rejected" not in said


def test_every_document_of_a_stage_came_out_was_rejected_or_known(place: Place) -> None:
    place.call("run", place.add("a.jsonl", article(1), {"id": "english", "text": "The minister said " * 30}))
    again = article(1) | {"id": "again"}
    shown, _ = place.call("run", place.add("b.jsonl", again, article(2)), str(place.folder / "a.jsonl"))
    # in, out, rejected, known, duplicates
    assert counts(shown) == {
        "fetch": ["4", "2", "0", "2", ""],
        "clean": ["2", "2", "0", "0", "1"],
        "parse": ["2", "1", "0", "1", ""],
        "actors": ["2", "1", "0", "1", ""],
        "sentiment": ["2", "1", "0", "1", ""],
        "stance": ["2", "1", "0", "1", ""],
    }


def test_stages_are_shown_in_the_order_of_the_pipeline(place: Place) -> None:
    place.set("[run]\nbatch_articles = 1\n")
    place.call("run", place.add("a.jsonl", article(1)))
    place.set("[run]\nbatch_articles = 1\n[stance]\nmin_score = 0.5\n")
    # The old batch comes first, and has only stance to be done.
    shown, _ = place.call("run", place.add("b.jsonl", article(2)), "--refresh", "stance")
    assert list(counts(shown)) == ["fetch", *STAGES]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("run", "{articles}"), "Nothing to do: nothing new (1 met before), and no stage has work left."),
        (
            ("run", "{articles}", "--refresh", "clean"),
            "Nothing to do: nothing new (1 met before), and no stage has work left.",
        ),
        (("retry",), "Nothing to do: nothing new, and no stage has work left."),
        (
            ("backfill", "--from", "2020-01-01", "--to", "2099-01-01"),
            "Nothing to do: nothing new, and no stage has work left.",
        ),
    ],
)
def test_where_nothing_is_to_do_one_line_says_so(place: Place, command: tuple[str, ...], told: str) -> None:
    articles = place.add("a.jsonl", article(1))
    place.call("run", articles)
    shown, _ = place.call(*(part.format(articles=articles) for part in command))
    first, *between, last = shown.splitlines()
    assert (first, last) == (told, f"Parquet: {place.folder}/warehouse")
    assert between == (["passed over: 1 with the same content"] if "met before" in told else [])


def test_a_run_without_inputs_and_sources_says_what_to_do(place: Place) -> None:
    with pytest.raises(UsageError, match=r"no source is on.*nabra run PATH.*nabra sources list.*nabra demo"):
        place.call("run")
    assert not (place.folder / "warehouse").exists()


def test_what_is_pending_is_done_without_inputs_and_sources(place: Place) -> None:
    inputs = place.add("a.jsonl", article(1))
    location = Location(warehouse=str(place.folder / "warehouse"))
    with open_run(prepare_run(RunParameters(inputs=(inputs,)), location), "none") as run:
        run.fetch()
    shown, _ = place.call("run")
    assert [counts(shown)[name][:2] for name in ("fetch", *STAGES)] == [["0", "0"], *[["1", "1"]] * len(STAGES)]


def test_what_is_made_anew_fetches_nothing_that_is_not_named(place: Place) -> None:
    place.call("run", place.add("a.jsonl", article(1)))
    source = f'id = "own"\nname = "Own"\nkind = "folder"\naddresses = ["{place.add("b.jsonl", article(2))}"]'
    (place.folder / "sources.toml").write_text(f"[[source]]\n{source}\nenabled = true\n", encoding="utf-8")
    place.set('[fetch]\nsources = "sources.toml"\n[stance]\nmin_score = 0.5\n')
    day = datetime.now(UTC).date().isoformat()
    for command in (("run", "--refresh", "stance"), ("retry",), ("backfill", "--from", day, "--to", day)):
        shown, _ = place.call(*command)
        assert counts(shown).get("fetch", ["0"])[0] == "0"
    assert counts(place.call("run", "--refresh", "stance", str(place.folder / "b.jsonl"))[0])["fetch"][0] == "1"


def test_a_warehouse_that_is_not_there_is_not_made_anew(place: Place) -> None:
    with pytest.raises(UsageError, match="there is no warehouse"):
        place.call("run", "--refresh", "parse")


def test_the_samples_come_by_a_word_of_their_own(place: Place) -> None:
    shown, _ = place.call("demo")
    assert counts(shown)["clean"][:3] == ["14", "12", "2"]
    store = Store.open(load_settings(warehouse=str(place.folder / "warehouse")).store)
    assert set(store.scan("raw", ["source"])["source"].to_pylist()) >= {"sample", "sample-folder"}


def test_a_run_holds_the_warehouse_under_one_id_from_fetch_to_the_last_stage(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders = []

    def work(run: Run) -> None:
        holders.append(seen_holder(run.prepared.store.files))
        run.work()

    monkeypatch.setattr(news, "work_as_flow", work)
    place.call("run", place.add("a.jsonl", article(1)))
    store = Store.open(load_settings(warehouse=str(place.folder / "warehouse")).store)
    (holder,), (run_id,) = holders, set(store.scan("runs", ["run_id"])["run_id"].to_pylist())
    assert holder.run == run_id
    written = {store.metadata(name, batch)["run_id"] for name in DATASETS for batch in store.batches(name)}
    assert written == {run_id}
    assert seen_holder(store.files) is None


def test_a_batch_that_fails_is_not_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no text")

    monkeypatch.setattr("nabra.tasks.clean.clean.extract_articles", broken)
    articles = place.add("a.jsonl", article(1))
    place.call("run", articles)
    shown, said = place.call("run", articles)
    assert "clean failed on batch" in said
    assert counts(shown)["clean"] == ["0", "0", "0", "0", ""]


def ran(place: Place) -> tuple[int, str]:
    """The exit status of a run of the sources that are on, and what it says."""
    options = ["--warehouse", str(place.folder / "warehouse"), "--config", str(place.folder / "my.toml")]
    result = CliRunner().invoke(app, ["run", *options])
    return result.exit_code, result.stderr


def test_a_run_whose_sources_all_failed_says_so_each_time(place: Place) -> None:
    sources = "".join(
        f'[[source]]\nid = "{name}"\nname = "{name}"\nkind = "folder"\naddresses = ["{name}"]\nenabled = true\n'
        for name in ("gone", "lost")
    )
    (place.folder / "sources.toml").write_text(sources, encoding="utf-8")
    place.set('[fetch]\nsources = "sources.toml"\n')
    for _ in range(2):
        status, said = ran(place)
        assert status == 1
        assert "all 2 sources failed:\n" in said
        assert f"  gone: {(place.folder / 'gone').as_uri()}: unreadable: no such file or folder\n" in said
    (place.folder / "lost").mkdir()
    place.add("lost/a.jsonl", article(1))
    status, said = ran(place)
    assert (status, said.count("failed")) == (0, 0)


def removed(place: Place, *arguments: str, answer: str = "") -> tuple[int, str]:
    """The exit status of `nabra remove`, and all that it says."""
    options = ["--warehouse", str(place.folder / "warehouse"), "--config", str(place.folder / "my.toml")]
    result = CliRunner().invoke(app, ["remove", *arguments, *options], input=answer)
    return result.exit_code, result.output + str(result.exception or "")


def ids_left(place: Place) -> list[str]:
    store = Store.open(load_settings(warehouse=str(place.folder / "warehouse")).store)
    return sorted(url.rpartition("#")[2] for url in store.scan("clean", ["url"])["url"].to_pylist())


def test_what_was_removed_is_known_until_it_is_let_in_again(place: Place) -> None:
    articles = place.add("a.jsonl", article(1), article(2) | {"source": "other"})
    place.call("run", articles)
    assert removed(place, "a1", "--yes")[0] == 0
    assert removed(place, "--source", "other", "--yes")[0] == 0
    assert ids_left(place) == []
    assert "nothing new (2 met before)" in place.call("run", articles)[0]
    listed = removed(place, "--list")[1]
    assert re.search(r"source +other", listed)
    doc_id = re.findall(r"article +(\w+)", listed)[0]
    assert removed(place, doc_id, "--undo")[0] == 0
    place.call("run", articles)
    assert ids_left(place) == ["a1"]
    assert removed(place, "--source", "other", "--undo")[0] == 0
    place.call("run", articles)
    assert ids_left(place) == ["a1", "a2"]


def test_a_removed_source_is_not_asked(place: Place) -> None:
    articles = place.add("a.jsonl", article(1))
    place.call("run", articles)
    removed(place, "--source", "cli", "--yes")
    assert "nothing new" in place.call("run", articles)[0]
    assert ids_left(place) == []


def test_nothing_is_removed_that_is_not_confirmed(place: Place) -> None:
    place.call("run", place.add("a.jsonl", article(1)))
    status, said = removed(place, "a1", answer="\n")
    assert re.search(r"raw +1 +1\n", said)
    assert "nothing was removed" in said
    assert status
    assert ids_left(place) == ["a1"]
    assert removed(place, "a1", answer="y\n")[0] == 0
    assert ids_left(place) == []


def test_a_run_ends_a_removal_that_was_interrupted(place: Place) -> None:
    place.call("run", place.add("a.jsonl", article(1), article(2)))
    store = Store.open(load_settings(warehouse=str(place.folder / "warehouse")).store)
    (doc_id,) = {row["doc_id"] for row in store.rows("raw", ["doc_id", "url"]) if row["url"].endswith("#a1")}
    removal = plan_removal(store, "article", doc_id)
    store.files.write(removal.name, json.dumps(asdict(removal)).encode())
    place.call("run")
    assert ids_left(place) == ["a2"]
    assert not [each for each in removals(store) if each.is_open]
    assert removed(place, "--undo")[1].endswith("or ask for --list")
