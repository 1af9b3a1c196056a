"""Scoring against annotated articles."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from nabra.tasks.evaluate.articles import evaluate_tables

TEXT = "أكد الوزير سامر أن الجسر جاهز.\nونفت البلدية ذلك.\nاترك تعليقا"
GOLD: dict[str, Any] = {
    "doc_id": "a1",
    "text": TEXT,
    "boilerplate": [[TEXT.index("اترك"), len(TEXT)]],
    "sentences": [
        {"start": 0, "end": 30, "sentiment": "positive"},
        {"start": 31, "end": 48, "sentiment": "negative"},
    ],
    "quotes": [{"start": 19, "end": 29, "kind": "indirect", "speaker": "الوزير سامر", "speaker_id": "oasis"}],
    "stances": [{"source": "oasis", "target": "city", "stance": "favor", "start": 19, "end": 29}],
}


def tables(**changes: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """What a perfect run leaves, with some datasets replaced."""
    rows: dict[str, list[dict[str, Any]]] = {
        "clean": [{"doc_id": "x", "url": "file:///gold.jsonl#a1", "text": TEXT.removesuffix("\nاترك تعليقا")}],
        "sentences": [
            {"doc_id": "x", "sent_id": 0, "part": "text", "text": TEXT[0:30]},
            {"doc_id": "x", "sent_id": 1, "part": "text", "text": TEXT[31:48]},
        ],
        "sentiment": [
            {"doc_id": "x", "level": "sentence", "sent_id": 0, "label": "positive", "score": 0.8},
            {"doc_id": "x", "level": "sentence", "sent_id": 1, "label": "negative", "score": 0.6},
        ],
        "quotes": [quote("الجسر جاهز")],
        "stances": [stance("favor")],
    }
    return {name: pa.Table.from_pylist(changes.get(name, rows[name])) for name in rows}


def quote(text: str, speaker: str = "الوزيرُ سامر", kind: str = "indirect") -> dict[str, Any]:
    return {"doc_id": "x", "part": "text", "text": text, "kind": kind, "speaker": speaker, "speaker_id": "oasis"}


def stance(direction: str) -> dict[str, Any]:
    return {
        "doc_id": "x",
        "part": "text",
        "source_kind": "speaker",
        "source": "الوزير",
        "source_id": "oasis",
        "target_id": "city",
        "stance": direction,
        "score": 0.7,
        "evidence": "الجسر جاهز",
        "method": "praise",
    }


def test_a_perfect_run_scores_one_everywhere() -> None:
    scores = evaluate_tables([GOLD], tables()).scores()
    assert scores["quotes"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "gold": 1, "predicted": 1}
    assert scores["stances"]["f1"] == scores["speaker_accuracy"] == scores["speaker_id_accuracy"] == 1.0
    assert scores["sentiment"]["accuracy"] == 1.0
    assert (scores["boilerplate_left"], scores["article_words_kept"], scores["missing"]) == (0.0, 1.0, [])


def test_a_quote_of_other_words_is_no_hit_and_each_counts_once() -> None:
    scores = evaluate_tables(
        [GOLD], tables(quotes=[quote("البلدية ذلك"), quote("الجسر جاهز"), quote("الجسر جاهز")])
    ).scores()
    assert scores["quotes"]["p"] == pytest.approx(1 / 3)
    assert scores["quotes"]["r"] == 1.0


def test_a_wrong_speaker_costs_accuracy_not_recall() -> None:
    scores = evaluate_tables([GOLD], tables(quotes=[quote("الجسر جاهز", speaker="البلدية", kind="direct")])).scores()
    assert (scores["quotes"]["r"], scores["speaker_accuracy"], scores["quote_kind_accuracy"]) == (1.0, 0.0, 0.0)


def test_the_opposite_stance_finds_the_pair_but_scores_nothing() -> None:
    scores = evaluate_tables([GOLD], tables(stances=[stance("against")])).scores()
    assert (scores["stances"]["f1"], scores["stance_pairs_found"]) == (0.0, 1.0)


def test_boilerplate_that_stays_is_counted() -> None:
    clean = [{"doc_id": "x", "url": "file:///gold.jsonl#a1", "text": TEXT}]
    assert evaluate_tables([GOLD], tables(clean=clean)).scores()["boilerplate_left"] == 1.0


def test_a_missing_article_costs_its_quotes() -> None:
    other = GOLD | {"doc_id": "a2"}
    scores = evaluate_tables([GOLD, other], tables()).scores()
    assert scores["missing"] == ["a2"]
    assert scores["quotes"]["r"] == 0.5


def test_a_quote_that_overlaps_little_counts_at_the_low_threshold_alone() -> None:
    scores = evaluate_tables([GOLD], tables(quotes=[quote("الجسر جاهز منذ أول أمس في رأي الجميع")])).scores()
    assert [scores[name]["f1"] for name in ("quotes_at_0.3", "quotes", "quotes_at_0.8")] == [1.0, 0.0, 0.0]


def test_confidence_that_is_above_the_share_of_right_labels_is_an_error_of_calibration() -> None:
    scores = evaluate_tables([GOLD], tables()).scores()
    assert scores["sentiment_calibration_error"] == pytest.approx((0.2 + 0.4) / 2)
    assert scores["stance_calibration_error"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("annotated", "found"),
    [
        ("person:samer_h2", {"source_id": "person:samer_h2"}),
        ("سامر الحلبي", {"source_id": None, "source": "سامرُ الحلبيّ"}),
        ("author", {"source_id": None, "source": "author", "source_kind": "author"}),
    ],
)
def test_a_source_is_known_by_its_id_or_else_by_its_name(annotated: str, found: dict[str, Any]) -> None:
    gold = GOLD | {"stances": [GOLD["stances"][0] | {"source": annotated}]}
    (judged,) = evaluate_tables([gold], tables(stances=[stance("favor") | found])).of("stance")
    assert judged.right
    assert judged.gold == f"{annotated} > city: favor"


def test_the_words_of_a_listed_source_do_not_count_for_its_id() -> None:
    gold = GOLD | {"stances": [GOLD["stances"][0] | {"source": "الوزير"}]}
    assert evaluate_tables([gold], tables()).scores()["stances"]["f1"] == 0.0
