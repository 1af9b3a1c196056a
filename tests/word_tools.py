"""A parser and classifiers of a few lines, in place of models; imported in a moment, as many processes need them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nabra.tasks.models.probabilities import Floats
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence, Word
from nabra.tasks.schemas import SENTIMENTS
from nabra.tasks.stance.classifier import Judged, Marked
from nabra.tasks.stance.decision import Decision


class WordParser:
    """Every white-space word is a token under the first, of one part of speech; those with أ or الأ are persons."""

    upos = "X"

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        return [self._sentence(sentence) for sentence in sentences]

    def _sentence(self, sentence: str) -> ParsedSentence:
        words, at = [], 0
        for number, form in enumerate(sentence.split(), start=1):
            at = sentence.index(form, at)
            head, deprel = (0, "root") if number == 1 else (1, "dep")
            words.append(Word(number, number, at, at + len(form), form, form, self.upos, None, None, head, deprel))
            at += len(form)
        persons = [NamedEntity(w.start, w.end, "PER") for w in words if w.form.startswith(("أ", "الأ"))]
        return ParsedSentence(tuple(words), tuple(persons))


class WordClassifier:
    """Positive for sentences with نجاح, negative for those with فشل, else neutral; always sure by 0.8."""

    labels = SENTIMENTS

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        rows = [[0.8 if w and w in s else 0.1 for w in ("نجاح", "فشل")] for s in sentences]
        return np.array([[p, n, 1 - p - n] for p, n in rows])


class WordTargets:
    """A classifier that knows a few words: the sentence is for or against every target in it."""

    FAVOR, AGAINST = "رائع", "فظيع"

    def judge(self, marked: Sequence[Marked]) -> list[Judged]:
        return [self._judge(one.sentence) for one in marked]

    def _judge(self, sentence: str) -> Judged:
        favor, against = (0.8 * (word in sentence) for word in (self.FAVOR, self.AGAINST))
        stance = {"none": 1.0 - favor - against, "favor": favor, "against": against}
        return Judged(stance, {"author": 0.2, "speaker": 0.6, "actor": 0.2})


# Rules decide alone, and so does the classifier in a quote or where the author speaks.
WORD_DECISION = Decision({"rule": 16.0, "classifier_speaker": 1.0, "classifier_author": 1.0}, -0.5)
