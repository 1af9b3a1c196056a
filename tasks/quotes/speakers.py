"""Who speaks: the one named beside a reporting word, or the voice that goes on from before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from nabra.tasks.actors.match import Actors
from nabra.tasks.arabic.folding import after_letters, words
from nabra.tasks.arabic.particles import (
    FEMININE_ENDINGS,
    PREPOSITIONS_BEFORE_PRONOUNS,
    RELATIVE_PRONOUNS,
    THAT_WITH_PRONOUN,
    THIRD_PERSON_PRONOUNS,
    WAS,
)
from nabra.tasks.quotes.contents import Report
from nabra.tasks.quotes.cues import Cues
from nabra.tasks.quotes.document import ParsedDocument, Part, Sentence, Token
from nabra.tasks.quotes.name_spans import NameSpans
from nabra.tasks.quotes.objects import has_subject_before
from nabra.tasks.quotes.speakers_met import STAND_INS, Found, Speaker, SpeakersMet

_MAX_PREPOSED: Final = 14  # words between a subject and the verb after it
_MAX_TITLE: Final = 8  # words of a title before the name


def _disagree(verb: Token, subject: Token) -> bool:
    """True if a noun of feminine form cannot be the subject of a verb, for that is masculine."""
    feminine = verb.stem.startswith("ت") or verb.stem.endswith(("ت", "تا"))
    return not feminine and subject.stem.endswith(FEMININE_ENDINGS)


def _resumes(tokens: Sequence[Token]) -> bool:
    """True if the first token is a preposition with a pronoun, which takes up the noun of a relative clause."""
    return (
        bool(tokens)
        and tokens[0].key.endswith(THIRD_PERSON_PRONOUNS)
        and tokens[0].key.startswith(PREPOSITIONS_BEFORE_PRONOUNS)
    )


@dataclass
class SpeakerResolver:
    """The speakers of one part in the order in which they are met; one that is not named again goes on speaking."""

    document: ParsedDocument
    part: Part
    actors: Actors
    cues: Cues

    def __post_init__(self) -> None:
        self._spans = NameSpans(self.part, self.cues)
        self._met = SpeakersMet(self.document, self.part, self.actors)

    @property
    def last(self) -> Speaker | None:
        """The latest speaker."""
        return self._met.last

    def of(self, sentence: Sentence, report: Report, first_in_sentence: bool, nested: bool) -> Speaker | None:
        """The speaker of a report; where none is named, the one before, or the subject of the sentence."""
        span, found = self._found(sentence, report, first_in_sentence)
        if span is None:
            return replace(self._met.last, found="continued") if self._met.last else None
        speaker = self._met.named(*span, found)
        if not any(passes(self, found, nested) for passes in IN_PASSING):
            self._met.add(speaker)
        return speaker

    def _is_antecedent(self, found: Found, nested: bool) -> bool:
        return found == "antecedent"

    def _is_cited(self, found: Found, nested: bool) -> bool:
        """True if the last speaker goes on after somebody whom he cites: not an outlet, which relays others."""
        last = self._met.last
        return nested and last is not None and not self.actors.nouns.is_outsider(next(words(last.text)).key)

    def _found(
        self, sentence: Sentence, report: Report, first_in_sentence: bool
    ) -> tuple[tuple[int, int] | None, Found]:
        """The speaker's name, and where it was found."""
        for found, find in NAMED:
            span = find(self, sentence, report, first_in_sentence)
            if span is not None:
                return span, found
        return None, "continued"

    def _beside(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The name beside the cue, unless it is that of the one addressed."""
        span = None if report.form == "participle" else self._name_beside(sentence, report)
        if span is None or not report.addressee:
            return span
        return None if any(refuses(self, sentence, report, span[0]) for refuses in ADDRESSED) else span

    def _name_beside(self, sentence: Sentence, report: Report) -> tuple[int, int] | None:
        """The name beside the cue. After وفقاً a ل leads to the name itself, not to a circumstance."""
        low, high = report.subject
        issuer = self._spans.issuer(sentence, low, high)
        if issuer == low and report.form == "attribution" and low < high and sentence.tokens[low].preposition:
            end = next(self._spans.ends(sentence, low, high), high)
            first = sentence.tokens[low]
            letters = 0 if first.key.startswith("لل") else first.letters
            return after_letters(self.part.text, first.start, letters), sentence.tokens[end - 1].end
        return self._spans.name(sentence, issuer, high)

    def _is_no_subject(self, sentence: Sentence, report: Report, start: int) -> bool:
        """True right after a verb that disagrees with the name, or whose subject stands before it."""
        at = sentence.index_at(start)
        if at != report.index + 1 or report.start == "object":  # there the one addressed stands in the content
            return False
        disagrees = _disagree(sentence.tokens[report.index], sentence.tokens[at])
        return disagrees or has_subject_before(self.part, sentence, report.index)

    def _is_addressed_in_speech(self, sentence: Sentence, report: Report, start: int) -> bool:
        """True for `ألقى الوزير خطابا دعا فيه | إسرائيل إلى`."""
        if report.start != "preposition" or not _resumes(sentence.tokens[report.index + 1 : sentence.index_at(start)]):
            return False
        return self._shared_subject(sentence, report, first_in_sentence=True) is not None

    def introduce(self, sentence: Sentence, end: int) -> Speaker | None:
        """The speaker named at the head of the sentence, before offset `end`, if that is an actor or a person."""
        span = self._spans.name(sentence, 0, sentence.index_at(end))
        if span is None:
            return None
        speaker = self._met.named(*span, "headline")
        person = any(m.type == "PER" and speaker.start <= m.start < speaker.end for m in self.part.mentions)
        if speaker.actor_id is None and not person:
            return None
        self._met.add(speaker)
        return speaker

    def _antecedent(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The noun whose relative clause the verb leads: `المدير الذي قال إن`, but not `البيان الذي قال فيه إن`."""
        tokens, verb, end = sentence.tokens, sentence.tokens[report.index], report.index - 1
        led = end > 0 and tokens[end].key in RELATIVE_PRONOUNS and 0 <= verb.head < end
        if report.form != "verb" or not led or any(refuses(self, sentence, report) for refuses in NO_ANTECEDENT):
            return None
        return self._spans.name(sentence, verb.head, end)

    def _has_pronoun(self, sentence: Sentence, report: Report) -> bool:
        """True if the verb's object takes up the noun: `البيان الذي أصدره`."""
        return sentence.tokens[report.index].key.endswith(THIRD_PERSON_PRONOUNS)

    def _has_preposition_with_pronoun(self, sentence: Sentence, report: Report) -> bool:
        return _resumes(sentence.tokens[report.index + 1 : report.index + 2])

    def _is_of_thing(self, sentence: Sentence, report: Report) -> bool:
        return not self._is_voice(sentence.tokens[sentence.tokens[report.index].head])

    def _own_subject(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The subject that stands before its verb."""
        if report.form != "verb":
            return None
        return self._subject_of(sentence, report.index, report, report.index - _MAX_PREPOSED)

    def _subject_above(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The subject of the verb to which the first participle of the sentence belongs."""
        if report.form != "participle" or not first_in_sentence:
            return None
        return self._subject_of(sentence, self._governor(sentence, report.index), report, -1)

    def _subject_of(self, sentence: Sentence, verb: int, report: Report, low: int) -> tuple[int, int] | None:
        """The name of the verb's subject, which stands between token `low` and the cue."""
        tokens = sentence.tokens
        for at, token in enumerate(tokens):
            if token.head == verb and token.deprel.startswith("nsubj") and token.upos not in ("PRON", "DET"):
                if report.form == "verb" and not low < at < report.index:
                    continue
                somebody = self._is_somebody(sentence, at) or self._is_voice(token)
                if report.form == "participle" and self._met.last is not None and not somebody:
                    return None
                following = (i for i in range(at + 1, report.index) if tokens[i].head == verb or i == verb)
                first = self._spans.first_token(sentence, at)
                return self._spans.name(sentence, first, next(following, report.index))
        return None

    def _shared_subject(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The subject of the verb above the cue, if the cue shares it and it speaks: `عقد الوزير اجتماعا وأكد أن`."""
        tokens, cue = sentence.tokens, sentence.tokens[report.index]
        if report.form != "verb" or not any(shares(self, sentence, report) for shares in SHARING):
            return None
        within = self._is_in_object(sentence, report)
        verb = self._governor(sentence, report.index)
        subject = next((t for t in tokens[: report.index] if t.head == verb and t.deprel.startswith("nsubj")), None)
        if subject is None or not self._is_voice(subject) or (_disagree(cue, subject) and not within):
            return None
        return self._subject_of(sentence, verb, report, -1)

    def _is_joined(self, sentence: Sentence, report: Report) -> bool:
        return sentence.tokens[report.index].deprel in ("conj", "advcl", "xcomp", "parataxis")

    def _is_in_object(self, sentence: Sentence, report: Report) -> bool:
        """True if the object of the verb above tells the cue: `أصدرت بيانا جاء فيه`."""
        return sentence.tokens[report.index].deprel.startswith("acl") and _resumes(sentence.tokens[report.index + 1 :])

    def _follows_was(self, sentence: Sentence, report: Report) -> bool:
        """True for `كان الوزير قال`."""
        cue = sentence.tokens[report.index]
        return cue.deprel == "ccomp" and cue.head >= 0 and sentence.tokens[cue.head].stem in WAS

    def _taken_up(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The subject named before that the pronoun takes up in `رغم أن الوزير …، إلا أنه قال`."""
        tokens = sentence.tokens
        if report.form != "verb" or not report.index or tokens[report.index - 1].key not in THAT_WITH_PRONOUN:
            return None
        before = [m for m in self.part.mentions if sentence.start <= m.start < tokens[report.index - 1].start]
        subjects = [
            mention
            for mention in before
            if (mention.type == "PER" or mention.actor_id)
            and tokens[sentence.index_at(mention.start)].deprel.startswith("nsubj")
        ]
        return (subjects[-1].start, subjects[-1].end) if subjects else None

    def _is_somebody(self, sentence: Sentence, at: int) -> bool:
        """True if a person or an actor is named from the token on, not a thing that can't speak."""
        low, high = sentence.tokens[at].start, sentence.tokens[min(at + _MAX_TITLE, len(sentence.tokens) - 1)].end
        return any(low <= m.start < high and (m.type == "PER" or m.actor_id) for m in self.part.mentions)

    def _is_voice(self, token: Token) -> bool:
        """True if the token is of the name of a person or an actor, or a noun that speaks: an office, an outlet."""
        named = any(m.start <= token.start < m.end and (m.actor_id or m.type == "PER") for m in self.part.mentions)
        return named or token.stem in STAND_INS or self.actors.nouns.is_voice(token.stem)

    def _governor(self, sentence: Sentence, index: int) -> int:
        """The nearest token above that has a subject."""
        for _ in sentence.tokens:
            index = sentence.tokens[index].head
            if index < 0 or any(t.head == index and t.deprel.startswith("nsubj") for t in sentence.tokens):
                break
        return index


# Where the speaker's name is, in this order; what shows that the one named beside the cue is the one addressed.
NAMED: Final[tuple[tuple[Found, Callable[[SpeakerResolver, Sentence, Report, bool], tuple[int, int] | None]], ...]] = (
    ("beside", SpeakerResolver._beside),
    ("antecedent", SpeakerResolver._antecedent),
    ("subject", SpeakerResolver._own_subject),
    ("subject", SpeakerResolver._shared_subject),
    ("subject", SpeakerResolver._taken_up),
    ("subject", SpeakerResolver._subject_above),
)
ADDRESSED: Final = (SpeakerResolver._is_no_subject, SpeakerResolver._is_addressed_in_speech)
NO_ANTECEDENT: Final = (
    SpeakerResolver._has_pronoun,
    SpeakerResolver._has_preposition_with_pronoun,
    SpeakerResolver._is_of_thing,
)
SHARING: Final = (SpeakerResolver._is_joined, SpeakerResolver._is_in_object, SpeakerResolver._follows_was)

# Who is named in passing, so that the speaker before goes on.
IN_PASSING: Final = (SpeakerResolver._is_antecedent, SpeakerResolver._is_cited)
