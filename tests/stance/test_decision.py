"""What a document holds about a source and a target is gathered, weighed, and decided once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nabra.tasks.actors.match import Actors
from nabra.tasks.errors import ModelError
from nabra.tasks.quotes.quotes import find_quotes
from nabra.tasks.stance.decision import Case, Decision, features, load_decision
from nabra.tasks.stance.stances import Judges, find_cases
from tests.parsed_article import actor_rows, article


@pytest.fixture
def cases(actors: Actors, judges: Judges):
    def find(text: str, title: str | None = None) -> dict[tuple[str | None, str], Case]:
        entities = [*actor_rows(actors, title or "", "title"), *actor_rows(actors, text)]
        document = article(text, title=title, entities=entities)
        found = find_cases(document, find_quotes(document, actors, judges.cues), judges, actors.kinds)
        return {(case.source.actor_id or case.source.name, case.target): case for case in found}

    return find


def test_a_mention_in_a_quote_is_its_speaker_s_and_never_the_author_s(cases) -> None:
    found = cases("قال وزير الخارجية الفرنسي إن إيران بعيدة.")
    assert ("france", "iran") in found
    assert ("author", "iran") not in found
    assert ("author", "france") in found


def test_all_that_is_said_of_a_pair_is_one_case(cases) -> None:
    case = cases("قصف الجيش التركي مواقع داعش.\nوقصف الجيش التركي داعش مجددا.")["turkey", "isis"]
    assert [evidence.cue for evidence in case.evidence] == ["attack", "attack"]
    assert len(case.mentions) == 2


def test_nobody_takes_a_position_towards_himself(cases) -> None:
    assert all(source != target for source, target in cases("قال الجيش التركي إن تركيا قصفت مواقع داعش."))


def test_of_equal_evidence_that_in_the_text_is_cited(cases) -> None:
    attack = "قصف الجيش التركي مواقع داعش"
    case = cases(attack, title=attack)["turkey", "isis"]
    best = case.best_evidence("against")
    assert best is not None
    assert best.scene.part.name == "text"


def test_the_features_say_who_holds_it_and_what_speaks_for_and_against_it(cases) -> None:
    case = cases("قصف الجيش التركي مواقع داعش.")["turkey", "isis"]
    against, favor = features(case, "against"), features(case, "favor")
    assert against["rule"] > 0
    assert "rule" not in favor
    assert favor["counter_rule"] == against["rule"]
    assert {"actor", "leads", "seen"} <= {name for name, value in against.items() if value}


def test_more_evidence_makes_a_stance_likelier(cases, judges: Judges) -> None:
    text = "قال وزير الخارجية الفرنسي إن دور إيران {}."
    said = {word: cases(text.format(word))["france", "iran"] for word in ("جديد", "فظيع")}
    plain, strong = (judges.decision.probability(said[word], "against") for word in ("جديد", "فظيع"))
    assert plain < 0.5 < strong


def test_a_decision_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "decision.json"
    path.write_text(json.dumps({"weights": {"rule": 2}, "bias": -1}))
    assert load_decision(path) == Decision({"rule": 2.0}, -1.0)
    path.write_text("[]")
    with pytest.raises(ModelError, match=r"decision\.json cannot be loaded"):
        load_decision(path)
