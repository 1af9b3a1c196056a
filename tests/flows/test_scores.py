"""Scores in the terminal."""

from __future__ import annotations

import io

from nabra.flows.cli.evaluate import shipped_scores
from nabra.flows.terminal.bidi import put
from nabra.flows.terminal.scores import model_scores, score_table, treebank_scores


def lines(renderable: object) -> list[list[str]]:
    stream = io.StringIO()
    put(renderable, stream)
    return [line.split() for line in stream.getvalue().splitlines()]


def test_two_profiles_stand_beside_each_other_and_beside_published_systems() -> None:
    profiles = {"one": {"PADT": {"LAS": 0.76208}}, "two": {"PADT": {"LAS": 0.5}, "PUD": {"LAS": 0.6}}}
    rows = lines(model_scores(profiles))
    own = [row for row in rows if row[:1] in (["one"], ["two"])]
    assert [(row[0], row[1].rstrip(","), [cell for cell in row if cell[0].isdigit()]) for row in own] == [
        ("one", "PADT", ["76.2"]),
        ("two", "PADT", ["50.0"]),
        ("two", "PUD", ["60.0"]),
    ]
    assert any(row[:1] == ["Stanza"] for row in rows)


def test_intervals_stand_below_the_scores_that_have_them() -> None:
    scores = {"one": {"PADT": {"UAS": 0.8, "LAS": 0.76208, "intervals": {"LAS": [0.75, 0.771]}}}}
    rows = lines(model_scores(scores))
    at = next(number for number, row in enumerate(rows) if row[:1] == ["one"])
    assert any("75.0–77.1" in row for row in rows[at : at + 3])


def test_a_treebank_is_shown_in_four_ways_beside_published_systems() -> None:
    values = {"LAS": 0.76208, "intervals": {"LAS": [0.75, 0.771]}}
    scores = {boundaries: dict.fromkeys(("official", "tables"), values) for boundaries in ("given", "own")}
    rows = lines(treebank_scores("test.conllu", scores))
    assert ["LAS", *["76.2", "75.0–77.1"] * 4] in rows
    assert any(row[:2] == ["UDPipe", "2,"] for row in rows)


def test_a_score_that_one_of_two_lacks_is_a_dash() -> None:
    rows = lines(score_table({"old": {"quotes": {"f1": 0.5}}, "new": {"quotes": {"f1": 0.75}, "articles": 3}}))
    assert rows[1:] == [["quotes.f1", "0.500", "0.750"], ["articles", "–", "3"]]


def test_the_scores_of_the_bundled_models_ship_with_them() -> None:
    assert shipped_scores()["bundled"]["PADT"]["Words"] > 0.9
