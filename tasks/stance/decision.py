"""From evidence to a decision: a logistic regression over what rules and classifier say about (source, target).

Its weights are few and named, so that a row can be explained; learned by `nabra train` on annotated articles that the
classifier had not seen. The probability that it gives is the row's score.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nabra.tasks.errors import ModelError
from nabra.tasks.quotes.cues import Polarity
from nabra.tasks.stance.sources import Evidence, Source
from nabra.tasks.stance.target_mentions import TargetMention, relation

_SURE: Final = 0.01  # probabilities are kept so far from 0 and 1
_MAX_DISTANCE: Final = 20.0  # words
Features = Mapping[str, float]


@dataclass
class Case:
    """All that a document holds about the position of one source towards one target."""

    source: Source
    target: str
    evidence: list[Evidence] = field(default_factory=list)
    mentions: list[TargetMention] = field(default_factory=list)

    def best_evidence(self, polarity: Polarity) -> Evidence | None:
        """The rule's strongest evidence; in the text rather than in the headline, which is often a summary."""
        own = (evidence for evidence in self.evidence if evidence.polarity == polarity)
        return max(own, key=lambda one: (one.direct, one.score, one.scene.part.name == "text"), default=None)

    def best_mention(self, polarity: Polarity) -> TargetMention | None:
        """The mention at which the classifier is surest."""
        return max(
            self.mentions,
            key=lambda one: (round(one.judged.stance[polarity], 2), one.scene.part.name == "text"),
            default=None,
        )


def cases(evidence: Iterable[Evidence], mentions: Iterable[TargetMention]) -> list[Case]:
    """The evidence and the mentions by source and target; nobody takes a position towards himself."""
    found: dict[tuple[str, str], Case] = {}
    for one in evidence:
        if one.source.actor_id != one.target.id:
            found.setdefault(_key(one), Case(one.source, one.target.id)).evidence.append(one)
    for seen in mentions:
        if seen.source.actor_id != seen.target.id:
            found.setdefault(_key(seen), Case(seen.source, seen.target.id)).mentions.append(seen)
    return list(found.values())


def _key(one: Evidence | TargetMention) -> tuple[str, str]:
    return one.source.actor_id or one.source.name, one.target.id


def features(case: Case, polarity: Polarity) -> Features:
    """What the decision weighs; 0 for what is not there."""
    other: Polarity = "against" if polarity == "favor" else "favor"
    rule, counter, seen = case.best_evidence(polarity), case.best_evidence(other), case.best_mention(polarity)
    named: dict[str, float] = {polarity: 1.0}
    if rule:
        named |= {"rule": rule.score, f"rule_{rule.source.kind}": 1.0}
    if counter:
        named["counter_rule"] = counter.score
    if seen:
        own, kind = _log_odds(seen.judged.stance[polarity]), seen.source.kind
        named |= {"seen": 1.0, "classifier": own, f"classifier_{kind}": own, kind: 1.0}
        named["counter_classifier"] = seen.judged.stance[other]
        named["holder"] = seen.judged.holder[kind]
        named["sightings"] = math.log(len(case.mentions))
        unlisted = not seen.source.actor_id and kind == "speaker"
        if unlisted:
            named["unlisted"] = 1.0
        if not rule:
            # No word of the lexicon says so: how much the classifier counts then depends on whose position it would be.
            who = "unlisted" if unlisted else kind
            named |= {f"alone_{who}": 1.0, f"alone_classifier_{who}": own}
        named |= _syntax(seen)
    return named


def _log_odds(p: float) -> float:
    p = min(max(p, _SURE), 1 - _SURE)
    return math.log(p / (1 - p))


def _syntax(seen: TargetMention) -> dict[str, float]:
    """How the mention of an acting source stands to that of its target."""
    if seen.holder is None:
        return {}
    holder, target, sentence = seen.holder, seen.target, seen.scene.sentence
    joined = seen.scene.with_coordinated([min(holder, target, key=lambda side: side.first)], seen.scene.actors)
    distance = max(holder.first, target.first) - min(holder.last, target.last)
    return {
        "leads": float(holder.first < target.first),
        "subject": float(relation(sentence, holder) == "nsubj"),
        "target_subject": float(relation(sentence, target) == "nsubj"),
        "coordinated": float(holder in joined and target in joined),
        "distance": min(distance / _MAX_DISTANCE, 1.0),
    }


@dataclass(frozen=True)
class Decision:
    """The weight of each feature, and the bias."""

    weights: Features
    bias: float

    def probability(self, case: Case, polarity: Polarity) -> float:
        """How likely the document shows this position, 0 to 1."""
        named = features(case, polarity)
        logit = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in named.items())
        return 1 / (1 + math.exp(-logit))


NO_DECISION: Final = Decision({}, 0.0)


def save_decision(decision: Decision, path: Path) -> None:
    """Write a decision as `load_decision` reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"weights": decision.weights, "bias": decision.bias}, indent=1) + "\n", encoding="utf-8")


def load_decision(path: Path) -> Decision:
    """The decision saved at `path` (JSON: `weights`, `bias`); ModelError if unusable."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        return Decision({str(name): float(weight) for name, weight in saved["weights"].items()}, float(saved["bias"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} cannot be loaded: {error}") from error
