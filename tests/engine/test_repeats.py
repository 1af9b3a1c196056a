"""An article that is word for word another is not worked on again, and has all its rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from nabra.tasks.engine.batch import StageCount
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.repeats import Original, Originals
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.parse.parser import ParsedSentence
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.validate import Validation, validate
from tests.conftest import clean_table
from tests.test_run import NEWS, Run
from tests.word_tools import WordParser

FIRST, SECOND = Batch("2026-04-12", "00000-a"), Batch("2026-04-12", "00001-b")
TEXT = NEWS.format(number=1)


def articles(folder: Path) -> Path:
    """Six articles in two batches: d repeats a, e has another headline, f nearly the same text."""
    texts = {"a": TEXT, "b": "رحبت النقابة بالقرار. " * 8, "c": "أغلقت البلدية السوق القديم. " * 8}
    rows = [{"id": name, "title": f"خبر {name}", "text": text} for name, text in texts.items()]
    rows += [{"id": "d", "title": "خبر a", "text": TEXT}, {"id": "e", "title": "خبر آخر", "text": TEXT}]
    rows.append({"id": "f", "title": "خبر a", "text": TEXT.replace("الربيع", "الصيف")})
    path = folder / "articles.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "w", articles(tmp_path))


def rows_of(run: Run, name: str) -> dict[str, list[str]]:
    """The rows of each dataset of the article with an id, without its doc_id."""
    urls = run.store.scan("clean", ["doc_id", "url"]).to_pylist()
    (doc_id,) = (row["doc_id"] for row in urls if row["url"].endswith(f"#{name}"))
    found = {}
    for dataset in ("sentences", "tokens", "entities", "mentions", "sentiment", "quotes", "stances"):
        rows = run.store.dataset(dataset).to_table().to_pylist()
        found[dataset] = [
            repr({k: v for k, v in row.items() if k != "doc_id"}) for row in rows if row["doc_id"] == doc_id
        ]
    return found


def spared(counts: list[StageCount]) -> dict[str, int]:
    return {stage: sum(count.known for count in counts if count.stage == stage) for stage in STAGES}


def test_a_repeat_gets_the_rows_of_its_original_and_is_not_parsed(run: Run) -> None:
    counts = run.go()
    assert spared(counts) == {"clean": 0, "parse": 1, "actors": 1, "sentiment": 1, "stance": 1}
    assert all(count.documents_in == count.documents_out + count.known == 3 for count in counts)
    assert {count.stage: count.duplicates for count in counts if count.duplicates} == {"clean": 3}
    copied = rows_of(run, "d")
    assert copied == rows_of(run, "a")
    assert all(copied[dataset] for dataset in ("sentences", "tokens", "sentiment", "quotes"))
    assert list(validate(run.store, tuple(STAGES.values()), Validation())) == []


def test_the_rows_are_those_that_working_on_it_gives(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.go()
    monkeypatch.setattr(Originals, "add", lambda *_: {})
    again = Run(tmp_path / "again", tmp_path / "articles.jsonl")
    assert spared(again.go())["parse"] == 0
    assert again.rows() == run.rows()


class Counting(WordParser):
    """Counts the sentences that it parses, and fails on those with a word."""

    def __init__(self, fails_on: str | None = None) -> None:
        self.parsed, self.fails_on = 0, fails_on

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        self.parsed += len(sentences)
        if any(self.fails_on and self.fails_on in sentence for sentence in sentences):
            raise ValueError("it broke")
        return super().parse(sentences)


def one_batch(run: Run, *names: str) -> None:
    """Let the articles with these names be fetched in one batch."""
    path = Path(run.targets[0].address)
    lines = {json.loads(line)["id"]: line for line in path.read_text(encoding="utf-8").splitlines()}
    path.write_text("\n".join(lines[name] for name in names), encoding="utf-8")


def test_a_repeat_in_the_batch_of_its_original_is_not_parsed_either(run: Run) -> None:
    one_batch(run, "a", "d")
    parser = Counting()
    counts = run.go(parser=parser)
    assert spared(counts) == {"clean": 0, "parse": 1, "actors": 1, "sentiment": 1, "stance": 1}
    assert all(count.documents_in == count.documents_out + count.known == 2 for count in counts)
    copied = rows_of(run, "d")
    assert copied == rows_of(run, "a")
    assert parser.parsed == len(copied["sentences"])
    assert list(validate(run.store, tuple(STAGES.values()), Validation())) == []


def test_a_repeat_in_the_batch_of_its_original_is_refused_with_it(run: Run) -> None:
    one_batch(run, "a", "b", "d")
    parse = next(count for count in run.go(parser=Counting("داعش")) if count.stage == "parse")
    assert (parse.documents_in, parse.documents_out, parse.rejected, parse.known) == (3, 1, 2, 0)
    rejects = run.store.scan("rejects", ["url", "doc_id", "reason"], ds.field("stage") == "parse").to_pylist()
    assert [row["url"][-1] for row in rejects] == ["a", "d"]
    assert rejects[0]["doc_id"] != rejects[1]["doc_id"]
    assert rejects[0]["reason"] == rejects[1]["reason"]


def test_what_other_settings_made_is_not_taken_over(run: Run) -> None:
    run.go()
    (batch,) = (batch for batch in run.store.batches("clean") if batch.batch_id.startswith("00001"))
    parse = run.plan.settings.parse.model_copy(update={"max_sentence_words": 40})
    run.plan = Plan(run.plan.settings.model_copy(update={"parse": parse}), "again")
    for dataset in ("sentences", "tokens", "entities", "mentions", "sentiment", "quotes", "stances"):
        run.store.files.remove(file_of(dataset, batch))
    assert spared(run.go()) == {"clean": 0, "parse": 0, "actors": 0, "sentiment": 0, "stance": 0}


def test_an_original_of_which_nothing_was_made_is_no_help(run: Run) -> None:
    run.go()
    first, second = sorted(run.store.batches("clean"))
    for dataset in ("sentences", "tokens", "entities"):
        empty = run.store.read(dataset, first).slice(0, 0)
        run.store.write(dataset, first, empty, run.plan.provenance["parse"])
        run.store.files.remove(file_of(dataset, second))
    assert spared(run.go())["parse"] == 0
    assert rows_of(run, "d")["sentences"]


def test_the_oldest_article_with_the_words_is_the_original() -> None:
    def titled(*pairs: tuple[str | None, str]) -> object:
        data = clean_table(*pairs)
        return data.set_column(data.schema.get_field_index("text_sha256"), "text_sha256", data["text"])

    originals = Originals()
    assert originals.add(FIRST, titled(("أ", "نص"), ("أ", "نص"), (None, "نص"))) == {}
    found = originals.add(SECOND, titled((None, "نص"), ("ب", "نص"), ("أ", "نص")))
    assert found == {"d0": Original(FIRST, "d2"), "d2": Original(FIRST, "d0")}
    assert originals.add(FIRST, titled(("أ", "نص"))) == {}
