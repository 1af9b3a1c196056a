"""Where the name of a speaker begins and ends in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nabra.tasks.arabic.folding import after_letters, fold
from nabra.tasks.arabic.particles import ABOUT, EACH, FOR, FROM, IN, NAMELESS
from nabra.tasks.arabic.quotation_marks import MARKS
from nabra.tasks.quotes.cues import MAX_PHRASE, Cues, starts_with
from nabra.tasks.quotes.document import EntityMention, Part, Sentence, Token
from nabra.tasks.quotes.objects import is_object

_MAX_NAME: Final = 16  # words
_MAX_ISSUED: Final = 6  # words of a statement before its issuer: بيان مشترك صادر عن
_ISSUED: Final = frozenset(map(fold, ("صادر", "صادرة", "الصادر", "الصادرة")))
# They are met or spoken to, and no part of the name before them: أبلغ الوزير نظيره.
_COUNTERPARTS: Final = frozenset(map(fold, ("نظيره", "نظيرته", "نظيرها", "نظيرتها")))


@dataclass(frozen=True, slots=True)
class NameSpans:
    """The spans of names among the tokens of one part's sentences."""

    part: Part
    cues: Cues

    def name(self, sentence: Sentence, low: int, high: int) -> tuple[int, int] | None:
        """The name within the tokens [low, high), without the circumstances before and after it."""
        low = self.issuer(sentence, self._skip_circumstances(sentence, low, high), high)
        if low >= high or any(refuses(self, sentence.tokens[low]) for refuses in NO_NAMES):
            return None
        end = next(self.ends(sentence, low, high), high)
        first, last = sentence.tokens[low], sentence.tokens[end - 1]
        joined = first.letters > 0 and first.key[0] == "و"
        return self._with_marks(after_letters(self.part.text, first.start, int(joined)), last.end)

    def issuer(self, sentence: Sentence, low: int, high: int) -> int:
        """Where who speaks in a statement is named from `low` on: `بيان صادر عن الوزارة`; `low` where nobody is."""
        tokens = sentence.tokens
        ahead = range(low + 1, min(high, low + _MAX_ISSUED) - 1)
        return next((at + 2 for at in ahead if tokens[at].stem in _ISSUED and tokens[at + 1].key == ABOUT), low)

    def first_token(self, sentence: Sentence, at: int) -> int:
        """The first token of the person's name that token `at` is of, as the parse can take it apart; no verb."""
        person = self._person_at(sentence.tokens[at])
        ahead = range(sentence.index_at(person.start) if person else at, at)
        return next((i for i in ahead if sentence.tokens[i].key not in self.cues.reporters), at)

    def ends(self, sentence: Sentence, low: int, high: int) -> Iterator[int]:
        """The tokens after `low` at which its name may end, in order."""
        people = [(m.start, m.end) for m in self.part.mentions if m.type == "PER"]
        for at in range(low + 1, min(high, low + _MAX_NAME)):
            token = sentence.tokens[at]
            if any(start <= token.start < end for start, end in people):
                continue  # علي is a name here, and no circumstance على
            if any(ends(self, sentence, low, at) for ends in ENDS):
                yield at
        if high - low > _MAX_NAME:
            yield low + _MAX_NAME

    def _person_at(self, token: Token) -> EntityMention | None:
        """The person whose name the token is of."""
        return next((m for m in self.part.mentions if m.type == "PER" and m.start <= token.start < m.end), None)

    def _skip_circumstances(self, sentence: Sentence, low: int, high: int) -> int:
        tokens = sentence.tokens
        subject = next(
            (i for i in range(low, high) if tokens[i].head == low - 1 and tokens[i].deprel.startswith("nsubj")), None
        )
        while low < high:
            key, stem = tokens[low].key, tokens[low].stem
            if self._person_at(tokens[low]):
                break  # علي is a name here, and no circumstance على
            if key in (IN, FOR, FROM) or tokens[low].preposition or key in self.cues.circumstances:
                if subject is not None and subject > low:
                    return subject
                if subject is None and (tokens[low].upos == "ADP" or tokens[low].preposition):
                    return high  # the parse sees no subject after the circumstance
                low += 1 + (key in (IN, FROM) or stem in self.cues.occasions)
            elif tokens[low].upos == "PRON" and key not in NAMELESS:  # ورد عليه الوزير
                low += 1
            elif key in EACH and any(t.key == FROM and t.upos in ("ADP", "") for t in tokens[low + 1 : low + 2]):
                low += 2
            else:
                break
        return low

    def _is_person_before(self, sentence: Sentence, low: int, at: int) -> bool:
        """True if a person's name ends before token `at`, unless it is that of a thing: مركز سامر الطيب للآثار."""
        tokens, before = sentence.tokens, sentence.tokens[at - 1]
        for mention in self.part.mentions:
            if mention.type == "PER" and before.start < mention.end <= before.end:
                head = sentence.index_at(mention.start) - 1
                return head < low or tokens[head].key.startswith("ال")
        return False

    def _is_empty(self, token: Token) -> bool:
        """True for a pronoun, an auxiliary or a particle, none of which names anybody."""
        return token.key in NAMELESS

    def _is_matter(self, token: Token) -> bool:
        """True for a noun that is said and never says: `استعداده`."""
        return token.key in self.cues.matters

    def _is_verb(self, token: Token) -> bool:
        reporter = self.cues.reporters.get(token.key)
        return token.upos == "VERB" and reporter is not None and reporter.form == "verb"

    def _with_marks(self, start: int, end: int) -> tuple[int, int]:
        """The span, out to a quotation mark or bracket at its border whose partner stands inside."""
        return next((wide for widen in MARKED if (wide := widen(self, start, end))), (start, end))

    def _to_quotation_mark(self, start: int, end: int) -> tuple[int, int] | None:
        for quotation in self.part.quotations:
            if start < quotation.start and quotation.end == end and self.part.text[end : end + 1] in MARKS:
                return start, end + 1
            if start == quotation.start and quotation.end < end:
                return start - 1, end
        return None

    def _to_bracket(self, start: int, end: int) -> tuple[int, int] | None:
        text = self.part.text
        open_ = text.count("(", start, end) > text.count(")", start, end)
        return (start, end + 1) if open_ and text[end : end + 1] == ")" else None

    def _is_apart(self, sentence: Sentence, low: int, at: int) -> bool:
        return not {*"\n؛:"}.isdisjoint(self.part.text[sentence.tokens[at - 1].end : sentence.tokens[at].start])

    def _is_circumstance(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for a word that tells when, where or how: `أمس`, `خلال`."""
        return sentence.tokens[at].key in self.cues.circumstances

    def _is_to(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for a ل that stands alone: ل«الوطن»."""
        return sentence.tokens[at].key == FOR

    def _is_counterpart(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for one who is met or spoken to: `أبلغ الوزير | نظيره`."""
        return sentence.tokens[at].key.removeprefix(FOR) in _COUNTERPARTS

    def _is_occasion(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for `في` before an occasion or a clause: `في بيان`, `في أن`."""
        led = self.cues.occasions | self.cues.complementizers
        return sentence.tokens[at].key == IN and any(word.key in led for word in sentence.tokens[at + 1 : at + 2])

    def _follows_person(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for a preposition after a person's name: `سامر الطيب | من الرياض`."""
        token = sentence.tokens[at]
        leads = token.key in (IN, FROM) or token.preposition == FOR
        return leads and self._is_person_before(sentence, low, at)

    def _is_report(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for another cue, a verb only where the parse takes it for one."""
        reporter = self.cues.reporters.get(sentence.tokens[at].key)
        return reporter is not None and (reporter.form != "verb" or sentence.tokens[at].upos == "VERB")

    def _is_that(self, sentence: Sentence, low: int, at: int) -> bool:
        return sentence.tokens[at].key.removeprefix("ف") in self.cues.complementizers

    def _is_aside(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for what is told in passing: `طلب عدم ذكر اسمه`."""
        keys = [token.key for token in sentence.tokens[at : at + MAX_PHRASE]]
        return starts_with(keys, 0, self.cues.asides) is not None

    def _is_object(self, sentence: Sentence, low: int, at: int) -> bool:
        """True for the one of whom or to whom it is said: `اتهمت المعارضة السورية | روسيا`."""
        return is_object(self.part, sentence, low, at)


# What no name starts with, what ends one, and which mark at its border belongs to it.
NO_NAMES: Final = (NameSpans._is_empty, NameSpans._is_matter, NameSpans._is_verb)
ENDS: Final = (
    NameSpans._is_apart,
    NameSpans._is_circumstance,
    NameSpans._is_to,
    NameSpans._is_counterpart,
    NameSpans._is_occasion,
    NameSpans._follows_person,
    NameSpans._is_report,
    NameSpans._is_that,
    NameSpans._is_aside,
    NameSpans._is_object,
)
MARKED: Final = (NameSpans._to_quotation_mark, NameSpans._to_bracket)
