"""Stances: who is for or against which listed actor, with the words that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from nabra.tasks.actors.entries import Kind
from nabra.tasks.quotes.cues import Cues, Polarity
from nabra.tasks.quotes.document import EntityMention, ParsedDocument, Sentence
from nabra.tasks.quotes.quotes import Quote
from nabra.tasks.stance.classifier import TargetClassifier
from nabra.tasks.stance.decision import Case, Decision, cases
from nabra.tasks.stance.rules import rule_evidence
from nabra.tasks.stance.scene import Scene
from nabra.tasks.stance.sources import Sources
from nabra.tasks.stance.target_mentions import TargetMention, target_mentions

_POLARITIES: Final[tuple[Polarity, ...]] = get_args(Polarity)
_AGREEING: Final = 0.4  # probability from which the classifier speaks for a stance too
_SURE_AUTHOR: Final = 0.5  # a probability


@dataclass(frozen=True, slots=True)
class Stance:
    """`source` is for or against `target`; `[start, end)` of the part shows it. `score` is a probability."""

    sentence: Sentence
    part: str
    source_kind: str
    source: str
    source_id: str | None
    target: EntityMention
    stance: Polarity
    score: float
    start: int
    end: int
    rule: str | None
    rule_score: float | None
    classifier_score: float | None

    @property
    def method(self) -> str:
        """What decided: the rule, the classifier, or both."""
        agrees = self.classifier_score is not None and self.classifier_score > _AGREEING
        return "+".join([f"rule:{self.rule}"] * (self.rule is not None) + ["classifier"] * (agrees or not self.rule))


@dataclass(frozen=True)
class Judges:
    """What decides on stances: the words that judge, the classifier of targets, and what weighs the two."""

    cues: Cues
    classifier: TargetClassifier
    decision: Decision


def find_cases(
    document: ParsedDocument, quotes: Sequence[Quote], judges: Judges, kinds: Mapping[str, Kind]
) -> list[Case]:
    """What rules and classifier say about every (source, target) of a document; `kinds` of actors by id."""
    scenes = [Scene(part, sentence, kinds) for part in document.parts for sentence in part.sentences]
    sources = Sources(document, quotes)
    ruled = (one for scene in scenes for one in rule_evidence(scene, judges.cues, sources))
    return cases(ruled, target_mentions(scenes, sources, judges.classifier))


def find_stances(
    document: ParsedDocument, quotes: Sequence[Quote], judges: Judges, kinds: Mapping[str, Kind], min_score: float
) -> list[Stance]:
    """The stances of a document that score `min_score` or more, one for each (source, target, stance), in the order
    of the text."""
    found = [
        stance
        for case in find_cases(document, quotes, judges, kinds)
        for stance in _decided(case, judges.decision)
        if stance.score >= min_score and not any(doubts(stance) for doubts in DOUBTS)
    ]
    order = [part.name for part in document.parts]
    return sorted(found, key=lambda stance: (order.index(stance.part), stance.start, stance.end))


def _decided(case: Case, decision: Decision) -> Iterator[Stance]:
    for polarity in _POLARITIES:
        rule, seen = case.best_evidence(polarity), case.best_mention(polarity)
        if rule is not None:
            scene, target, span = rule.scene, rule.target, (rule.start, rule.end)
        elif seen is not None:
            scene, target, span = seen.scene, seen.target, _clause(seen)
        else:
            continue
        yield Stance(
            scene.sentence,
            scene.part.name,
            *case.source,
            target.mention,
            polarity,
            _score(case, polarity, decision),
            *span,
            rule.cue if rule else None,
            rule.score if rule else None,
            seen.judged.stance[polarity] if seen else None,
        )


def _is_unsure_of_author(stance: Stance) -> bool:
    """True for a position of the narration without loaded words: that of an agency is plain, so it must be sure."""
    return stance.rule is None and stance.source_kind == "author" and stance.score < _SURE_AUTHOR


def _score(case: Case, polarity: Polarity, decision: Decision) -> float:
    """What the decision says, but no less than what alone would be enough."""
    return max((decision.probability(case, polarity), *(least(case, polarity) for least in LEAST)))


def _of_direct_object(case: Case, polarity: Polarity) -> float:
    """The score of a rule by which a verb judges the target itself."""
    rule = case.best_evidence(polarity)
    return rule.score if rule and rule.direct else 0.0


def _clause(seen: TargetMention) -> tuple[int, int]:
    """The clause of the target, and of its actor."""
    sides = [seen.target, *([seen.holder] if seen.holder else [])]
    return seen.scene.evidence(min(side.first for side in sides), max(side.last for side in sides))


# What leaves a stance out that scores enough; what alone makes one score.
DOUBTS: Final = (_is_unsure_of_author,)
LEAST: Final = (_of_direct_object,)
