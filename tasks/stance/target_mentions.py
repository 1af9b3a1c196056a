"""What the classifier says about stances: every mention of an actor as a target, and who could hold the position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from nabra.tasks.quotes.document import Sentence
from nabra.tasks.stance.classifier import Judged, Marked, TargetClassifier
from nabra.tasks.stance.scene import ActorMention, Scene
from nabra.tasks.stance.sources import AUTHOR, Source, Sources

_NAME_LINKS: Final = ("nmod", "flat", "appos", "amod", "conj", "compound")
_MAX_LINKS: Final = 4


class TargetMention(NamedTuple):
    """A mention of `target`, what the classifier says of it, and a source that may hold the position.

    `holder` is the mention of the source, where it is an actor of the sentence.
    """

    scene: Scene
    source: Source
    target: ActorMention
    judged: Judged
    holder: ActorMention | None


def target_mentions(scenes: Sequence[Scene], sources: Sources, classifier: TargetClassifier) -> Iterator[TargetMention]:
    """Every mention of an actor in the scenes with every source that may hold a position towards it.

    In a quote that is its speaker, elsewhere the author, and anywhere another actor of the sentence.
    """
    mentions = [(scene, target) for scene in scenes for target in scene.actors]
    judgements = classifier.judge([_marked(scene, target) for scene, target in mentions]) if mentions else []
    for (scene, target), judged in zip(mentions, judgements, strict=True):
        quote = sources.quote_at(scene.part, target.mention.start)
        speaker = sources.speaking(quote) if quote else AUTHOR
        for hold in POSSIBLE_HOLDERS:
            for source, holder in hold(scene, target, speaker):
                yield TargetMention(scene, source, target, judged, holder)


def _who_speaks(
    scene: Scene, target: ActorMention, speaker: Source | None
) -> Iterator[tuple[Source, ActorMention | None]]:
    if speaker is not None:
        yield speaker, None


def _other_actors(
    scene: Scene, target: ActorMention, speaker: Source | None
) -> Iterator[tuple[Source, ActorMention | None]]:
    for holder in scene.actors:
        if holder.id != target.id and (speaker is None or holder.id != speaker.actor_id):
            yield Source("actor", holder.mention.text, holder.id), holder


def _marked(scene: Scene, target: ActorMention) -> Marked:
    start, end = scene.sentence.start, scene.sentence.end
    mention = target.mention
    return Marked(scene.part.text[start:end], mention.start - start, min(mention.end, end) - start)


def relation(sentence: Sentence, side: ActorMention) -> str:
    """The dependency by which the phrase that a name belongs to hangs on its verb: `nsubj`, `obj`, `obl`, …"""
    index = side.first
    for _ in range(_MAX_LINKS):
        token = sentence.tokens[index]
        relation = token.deprel.split(":")[0]
        if relation not in _NAME_LINKS or token.head < 0:
            return relation
        index = token.head
    return relation


# Who may hold a position towards a target.
POSSIBLE_HOLDERS: Final = (_who_speaks, _other_actors)
