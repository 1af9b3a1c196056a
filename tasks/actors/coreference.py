"""Which entity of the article a description means: features of a candidate, weighed by a learned logistic scorer."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nabra.config.settings import Settings
from nabra.tasks.actors.files import COREFERENCE
from nabra.tasks.arabic.particles import TA_MARBUTA

FEATURES: Final = (
    "bias",
    "role_has_head",
    "role_share",
    "role_has_following",
    "name_has_head",
    "name_share",
    "is_person",
    "is_organisation",
    "is_place",
    "is_listed_actor",
    "feminine_person",
    "feminine_organisation",
    "same_sentence",
    "sentence_before",
    "distance",
    "mentions",
    "without_role",
    "only_after",
    "latest_person",
    "latest_other",
    "words",
)
_FAR: Final = 20  # sentences


@dataclass(frozen=True, slots=True)
class Candidate:
    """The features of one entity for one description, in the order of `FEATURES`."""

    features: tuple[float, ...]

    @classmethod
    def of(
        cls,
        *,
        keys: Sequence[str],
        following: Sequence[str],
        roles: Collection[str],
        names: Collection[str],
        kind: str,
        sentences: int | None,
        mentions: int,
        latest: bool,
    ) -> Candidate:
        """`keys` and `following` are those of the description and the words after it, `roles` and `names` the entity's.

        `sentences` is how long ago it was last mentioned, None if it was not; it may be the `latest` of its type.
        """
        head = keys[0]
        feminine = head.endswith(TA_MARBUTA)
        person, body = kind == "PER", kind in ("ORG", "MISC")
        distance = _FAR if sentences is None else min(sentences, _FAR)
        return cls(
            (
                1.0,
                float(head in roles),
                sum(key in roles for key in keys) / len(keys) * (len(keys) > 1),
                sum(word in roles for word in following) / 2,
                float(head in names),
                sum(key in names for key in keys) / len(keys) * (len(keys) > 1),
                float(person),
                float(body),
                float(kind == "LOC"),
                float(kind == "ACTOR"),
                float(feminine and person),
                float(feminine and body),
                float(sentences == 0),
                float(sentences == 1),
                math.log1p(distance),
                math.log1p(mentions),
                float(not roles),
                float(sentences is None),
                float(latest and person),
                float(latest and not person),
                float(len(keys) > 1),
            )
        )


class Scorer:
    """The weights of the features."""

    def __init__(self, weights: Sequence[float]) -> None:
        self.weights = tuple(weights)

    def probability(self, candidate: Candidate) -> float:
        """How likely the description means the candidate."""
        total = sum(weight * value for weight, value in zip(self.weights, candidate.features, strict=True))
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))

    def choose(self, candidates: Sequence[Candidate], least: float) -> int | None:
        """The number of the likeliest candidate, the later of two alike; None if none has a probability of `least`."""
        scored = [(self.probability(candidate), number) for number, candidate in enumerate(candidates)]
        best, number = max(scored, default=(0.0, 0))
        return number if best >= least else None


def scorer(settings: Settings) -> Scorer:
    """The scorer that nabra ships."""
    return load_scorer(COREFERENCE)


def load_scorer(path: Path) -> Scorer:
    """The scorer that `nabra train` wrote."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Scorer([kept[name] for name in FEATURES])


def save_scorer(scorer: Scorer, path: Path) -> None:
    """Write the scorer as JSON that people can read."""
    weights = {name: round(weight, 4) for name, weight in zip(FEATURES, scorer.weights, strict=True)}
    path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
