"""What the scorer of coreference learns from: the descriptions of annotated articles, and whom they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.tasks.actors.coreference import load_scorer
from nabra.tasks.actors.match import Actors
from nabra.tasks.train.coreference import Described, described_in, fit_coreference
from tests.actors.test_coreference import candidate

TEXT = "التقى المدرب سامر الطيب ونادر الزين. وقال المدرب إن الفريق جاهز."
SAMER, NADER = (TEXT.index(name) for name in ("سامر الطيب", "نادر الزين"))
SECOND = TEXT.index("المدرب إن")


def found(actors: Actors, *mentions: list[int]) -> list[Described]:
    """What is learned of the article where an entity is annotated at `mentions`."""
    article = {"doc_id": "a1", "title": None, "text": TEXT, "entities": [{"mentions": list(mentions)}]}
    end = TEXT.index(" وقال")
    spans = [(0, end), (end + 1, len(TEXT))]
    sentences = [
        {"sent_id": n, "part": "text", "start": a, "end": b, "text": TEXT[a:b]} for n, (a, b) in enumerate(spans)
    ]
    names = [{"sent_id": 0, "start": at, "end": at + 10, "type": "PER"} for at in (SAMER, NADER)]
    return list(described_in(article, sentences, names, actors=actors))


@pytest.mark.parametrize(("name", "right"), [(SAMER, 0), (NADER, 1)])
def test_the_candidate_is_right_whose_name_is_annotated_as_the_same_entity(
    actors: Actors, name: int, right: int
) -> None:
    (data,) = found(actors, [name, name + 10], [SECOND, SECOND + 6])
    assert [number for number, verdict in enumerate(data.right) if verdict] == [right]


def test_a_description_that_nobody_annotated_teaches_nothing(actors: Actors) -> None:
    assert found(actors, [SAMER, SAMER + 10]) == []


def test_what_is_learned_finds_whom_the_noun_was_said_of_in_other_articles_too(tmp_path: Path) -> None:
    said, other = candidate({"مدير"}), candidate({"لاعب"})
    data = [Described((said, other) if n % 2 else (other, said), (bool(n % 2), not n % 2), f"a{n}") for n in range(40)]
    scores = fit_coreference(data, 0.5, tmp_path / "scorer.json")
    assert scores == {"descriptions": 40, "with a right candidate": 40, "precision": 1, "recall": 1}
    assert load_scorer(tmp_path / "scorer.json").choose([other, said], 0.5) == 1
