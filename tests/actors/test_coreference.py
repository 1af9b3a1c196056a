"""The scorer of descriptions."""

from __future__ import annotations

from pathlib import Path

from nabra.tasks.actors.coreference import FEATURES, Candidate, Scorer, load_scorer, save_scorer
from nabra.tasks.actors.files import COREFERENCE


def candidate(roles: set[str], **changed: object) -> Candidate:
    given: dict[str, object] = {
        "keys": ("مدير",),
        "following": (),
        "roles": roles,
        "names": set(),
        "kind": "PER",
        "sentences": 1,
        "mentions": 2,
        "latest": True,
    }
    return Candidate.of(**given | changed)  # type: ignore[arg-type]


def test_the_shipped_scorer_takes_the_one_of_whom_the_noun_was_said() -> None:
    scorer = load_scorer(COREFERENCE)
    assert scorer.choose([candidate({"لاعب"}), candidate({"مدير"}), candidate(set())], 0.3) == 1
    assert scorer.choose([candidate({"لاعب"})], 0.3) is None
    assert scorer.choose([], 0.3) is None


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    weights = [number / 8 for number in range(len(FEATURES))]
    save_scorer(Scorer(weights), tmp_path / "scorer.json")
    assert load_scorer(tmp_path / "scorer.json").weights == tuple(weights)
