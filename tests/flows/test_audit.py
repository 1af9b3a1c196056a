"""`nabra audit`: a sample of all strata is judged by keys, kept, and tells how much of all is right."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest

from nabra.flows.cli.audit import Kind, audit
from nabra.flows.cli.show import describe_article
from nabra.flows.cli.views import open_views
from nabra.flows.terminal.bidi import put
from nabra.tasks.decisions.judgements import draw, estimates
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import JUDGEMENTS
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, small_warehouse, write

WORDS = "انتقدت الرابطة الاتفاق"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


def judge(store: Store, kind: Kind, keys: str, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sys.stdin", io.StringIO("".join(f"{key}\n" for key in keys)))
    audit(kind, number=50, by="سلمى", warehouse=str(store))


def many_stances(store: Store) -> None:
    """Three outlets with 60, 30 and 10 stances, half of them for, with scores of all sizes."""
    articles = [
        {"doc_id": f"{n:032x}", "source": ("one" if n < 60 else "two" if n < 90 else "six")} for n in range(100)
    ]
    batch = Batch("2026-04-14", "many")
    write(store, batch, "clean", *(each | {"text": WORDS, "language": "ar"} for each in articles))
    place = {"part": "text", "start": 0, "end": len(WORDS), "evidence": WORDS, "source": "الرابطة", "target": "الاتفاق"}
    stances = [place | {"doc_id": each["doc_id"]} for each in articles]
    for number, stance in enumerate(stances):
        stance |= {"stance": "favor" if number % 2 else "against", "score": (number % 10) / 10}
    write(store, batch, "stances", *stances)


def test_a_draw_has_of_each_stratum_its_part_and_at_least_two(store: Store) -> None:
    many_stances(store)
    with open_views(store) as views:
        drawn = draw(views, "stances", 40)
    strata = Counter(each.stratum for each in drawn)
    sizes = {each.stratum: each.stratum_rows for each in drawn}
    assert sum(sizes.values()) == 101
    assert sizes["one | favor | 0.5-0.8"] == 12
    assert all(count >= min(2, sizes[name]) for name, count in strata.items())
    assert len({each.subject for each in drawn}) == len(drawn)
    assert 30 <= len(drawn) <= 70


@pytest.mark.parametrize("kind", Kind)
def test_what_is_judged_is_kept_with_its_span(store: Store, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(store, kind, "y", monkeypatch)
    (row,) = store.scan("judgements", JUDGEMENTS.schema.names).to_pylist()[:1]
    assert (row["kind"], row["verdict"], row["made_by"], row["doc_id"]) == (kind.value, "right", "سلمى", DOC)
    with open_views(store) as views:
        query = "select title, text from clean where doc_id = ?"
        ((title, text),) = views.execute(query, [DOC]).fetchall()
    assert (title if row["part"] == "title" else text)[row["start"] : row["end"]] == row["text"]


def test_a_sample_that_is_ended_early_is_kept_and_skipped_ones_do_not_count(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_stances(store)
    judge(store, Kind.stances, "xynsyq", monkeypatch)
    assert store.scan("judgements", ["verdict"])["verdict"].to_pylist() == ["right", "wrong", "right"]
    assert estimates(store)["stances"].judged >= 1


def test_a_wrong_finding_can_be_hidden_by_a_key(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(store, Kind.quotes, "f", monkeypatch)
    with open_views(store) as views:
        assert views.sql("select count(*) from quotes").fetchall() == [(0,)]
    assert estimates(store)["quotes"].precision == 0.0


def test_show_tells_the_precision_of_what_was_judged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(store, Kind.quotes, "y", monkeypatch)
    stream = io.StringIO()
    put(describe_article(store, DOC), stream)
    assert "Of 1 quotes about 1 are right" in stream.getvalue()


def test_nothing_to_judge_is_one_clear_line(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.remove("quotes", Batch("2026-04-12", "one"))
    with pytest.raises(UsageError, match="has no speakers to judge"):
        judge(store, Kind.speakers, "y", monkeypatch)
