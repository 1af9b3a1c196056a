"""Scores of names and of sentences, with a parser of a few lines: names begin with أ."""

from __future__ import annotations

from typing import Any

import pytest

from nabra.tasks.evaluate.entities import score_ner, score_open_names
from nabra.tasks.evaluate.sentences import score_sentences
from tests.word_tools import WordParser


def only(scores: dict[str, Any]) -> dict[str, float]:
    return {name: scores[name] for name in ("P", "R", "F1")}


def test_entities_count_with_their_exact_span_and_type() -> None:
    gold = [[("زار", "O"), ("أحمد", "B-PER")], [("أكرم", "B-PER"), ("سعيد", "I-PER"), ("أثينا", "B-LOC")]]
    scores = score_ner(gold, WordParser())
    assert only(scores) == pytest.approx({"P": 1 / 3, "R": 1 / 3, "F1": 1 / 3})
    low, high = scores["intervals"]["F1"]
    assert low <= 1 / 3 <= high


def test_of_open_articles_annotated_names_count_and_what_stands_there() -> None:
    text = "زار أحمد الوزير أكرم. غادر أيوب."
    mentions = {"أحمد": [4, 8], "الوزير": [9, 15]}
    entities = [
        {"id": "e1", "type": "person", "name": "أحمد سعيد", "mentions": [mentions["أحمد"]]},
        {"id": "e2", "type": "person", "name": "وزير المياه", "mentions": [mentions["الوزير"]]},
    ]
    article = {"text": text, "sentences": [], "entities": entities}
    # A bystander (أيوب) is no error, and a description no name.
    assert only(score_open_names([article], WordParser())) == {"P": 1.0, "R": 1.0, "F1": 1.0}
    entities[0]["type"] = "party"
    entities[0]["name"] = "أحمد"
    assert only(score_open_names([article], WordParser())) == {"P": 0.0, "R": 0.0, "F1": 0.0}


def test_sentences_in_boilerplate_do_not_count() -> None:
    article = {
        "text": "انتهى العمل. غادر الوفد.\nاقرأ أيضا",
        "sentences": [{"start": 0, "end": 12}, {"start": 13, "end": 20}],
    }
    scores = score_sentences([article])
    assert scores == {"P": 0.5, "R": 0.5, "F1": 0.5}
