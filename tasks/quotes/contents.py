"""Where the content of a report starts: what its cue takes, and where that stands after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

from nabra.tasks.arabic.folding import after_letters, fold
from nabra.tasks.arabic.particles import ABOUT, FOR, JOINED_PRONOUNS
from nabra.tasks.arabic.quotation_marks import MARKS, Quotation
from nabra.tasks.quotes.cued_sentence import MIN_QUOTED, CuedSentence
from nabra.tasks.quotes.cues import Reporter
from nabra.tasks.quotes.objects import TITLES, has_subject_before, is_beyond_name, is_object

_MAX_SUBJECT: Final = 45  # words between a reporting verb and its content; beyond, they hardly belong together
_MAX_OBJECT: Final = 6  # words from the object's first within which one of its marking words stands
_FORCE: Final = frozenset(map(fold, ("بشدة", "بقوة", "بحدة", "بحزم")))

Start = Literal["that", "speech", "preposition", "object", "after", "before"]


@dataclass(frozen=True, slots=True)
class Report:
    """One act of reporting. All numbers but `index`, `subject` and `first` are offsets in the part.

    `index` is the cue's token; `subject` the range of tokens that may name the speaker; `first` the token at which the
    content starts, and `content` its offset. `stop` ends a content that stands before its attribution. `opens` says
    that the cue starts a clause of its own, and so ends the content of the report before it; `addressee`, that what
    stands in `subject` may be the one addressed.
    """

    index: int
    cue_start: int
    cue_end: int
    form: Literal["verb", "participle", "noun", "attribution"]
    start: Start
    subject: tuple[int, int]
    first: int
    content: int
    opens: bool
    quotation: Quotation | None = None
    stop: int | None = None
    addressee: bool = False


class Content(NamedTuple):
    """The content after a cue: what starts it, the token where that stands, its first token and offset."""

    start: Start
    edge: int
    first: int
    content: int
    quotation: Quotation | None = None


def find_content(cued: CuedSentence, index: int, reporter: Reporter) -> Content | None:
    """The content that the cue at token `index` reports; None where it reports nothing."""
    finder = _Finder(cued, index, reporter)
    return next((content for find in PLACES if (content := find(finder))), None)


@dataclass(frozen=True)
class _Finder:
    cued: CuedSentence
    index: int
    reporter: Reporter

    def after(self) -> Content | None:
        """The content after the cue: the first thing that can start it."""
        at = self.index + 1
        while at < min(len(self.cued.keys), self.index + _MAX_SUBJECT):
            named = self._name_in_marks(at)
            if named is not None:
                at = named
                continue
            content = next((found for start in STARTS if (found := start(self, at))), None)
            if content is not None or any(stops(self, at) for stops in STOPS):
                return content
            at += 1
        return None

    def _in_marks(self, at: int) -> Content | None:
        quotation = self.cued.opened(at)
        if quotation is None or not self._is_speech(quotation, at):
            return None
        return Content("speech", at, at, quotation.start, quotation)

    def _name_in_marks(self, at: int) -> int | None:
        """The token after the name that opens with marks at `at`, if one does."""
        quotation = self.cued.opened(at)
        if quotation is None or self.cued.size(quotation) < MIN_QUOTED or self._is_speech(quotation, at):
            return None
        return self.cued.sentence.index_at(quotation.end)

    def _after_colon(self, at: int) -> Content | None:
        colon = self.reporter.speech and ":" in self.cued.gap(at)
        return self._from(at, "speech") if colon and not self.cued.keys[at][0].isdigit() else None

    def _after_that(self, at: int) -> Content | None:
        if self.cued.keys[at] not in self.cued.cues.complementizers:
            return None
        # The preposition of على أن ends the subject, see speakers.
        return None if any(refuses(self, at) for refuses in NO_THAT) else self._from(at, "that")

    def _after_preposition(self, at: int) -> Content | None:
        if at != self._governed:
            return None
        token = self.cued.tokens[at]
        if len(token.key) > 1 and not token.preposition:
            return self._from(at, "preposition", 1)
        return Content("preposition", at, at, after_letters(self.cued.part.text, token.start, token.letters))

    def _at_object(self, at: int) -> Content | None:
        return Content("object", at, at, self.cued.tokens[at].start) if at == self._object else None

    def _is_speech(self, quotation: Quotation, at: int) -> bool:
        return ":" in self.cued.gap(at) or not any(refuses(self, quotation, at) for refuses in NO_SPEECH)

    def _is_short(self, quotation: Quotation, at: int) -> bool:
        return self.cued.size(quotation) < MIN_QUOTED

    def _is_title(self, quotation: Quotation, at: int) -> bool:
        """True after a word that leads to the title of a work: كتاب «…»."""
        return self.cued.keys[at - 1] in self.cued.cues.titles

    def _is_not_taken(self, at: int) -> bool:
        """True if the cue takes أن after none but its own prepositions, and stands here without them."""
        reporter = self.reporter
        joined = "ب" in reporter.prepositions and self.cued.keys[at][0] == "ب"
        return not reporter.that and self.cued.keys[at - 1] not in reporter.prepositions and not joined

    def _is_of_word_before(self, at: int) -> bool:
        """True if the word before takes أن for itself: `بعد أن`, `رغم أن`."""
        before = self.cued.keys[at - 1]
        relays = before == ABOUT and ABOUT in self.reporter.prepositions
        return before in self.cued.cues.not_before_that and not relays

    def _from(self, edge: int, kind: Start, skip: int = 0) -> Content | None:
        """The content from token `edge` on, or after it where `skip` says so or it is a complementizer."""
        tokens = self.cued.tokens
        at = edge + skip
        while at < len(tokens) and self.cued.keys[at] in self.cued.cues.complementizers:
            at += 1
        if at >= len(tokens):
            return None
        quotation = self.cued.opened(at)
        speech = quotation if quotation and self.cued.size(quotation) >= MIN_QUOTED else None
        opening = speech.start if speech else self._from_mark(at)
        return Content(kind, edge, at, opening, speech)

    def _from_mark(self, at: int) -> int:
        """The start of token `at`, with the mark before it where that opens a short quotation: it stays inside."""
        start = self.cued.tokens[at].start
        return start - 1 if self.cued.part.text[start - 1 : start] in MARKS else start

    @property
    def _ahead(self) -> range:
        """The tokens after the cue that may belong to it."""
        return range(self.index + 1, min(len(self.cued.tokens), self.index + _MAX_SUBJECT))

    @cached_property
    def _governed(self) -> int | None:
        """The token at which the cue's prepositional complement starts: after its subject, if one of them does."""
        candidates = [at for at in self._ahead if self._is_governing(at)]
        subject = next((i for i in self.cued.children(self.index, "nsubj") if i > self.index), -1)
        return next((at for at in candidates if at > subject), next(iter(candidates), None))

    def _is_governing(self, at: int) -> bool:
        """True if one of the cue's prepositions stands at `at`, alone or joined to its noun, and leads to content."""
        alone = self.cued.keys[at] in self.reporter.prepositions
        joined = self.cued.tokens[at].preposition in self.reporter.prepositions
        return (alone or joined) and not any(refuses(self, at) for refuses in NOT_GOVERNED)

    def _leads_to_adjunct(self, at: int) -> bool:
        """True if the noun after the preposition, if there is one, tells when, where or how."""
        keys = self.cued.keys
        alone = keys[at] in self.reporter.prepositions
        nouns = keys[at + 1 : at + 2] if alone else [self.cued.tokens[at].stem]
        return not nouns or nouns[0] in self.cued.cues.adjunct_nouns

    def _is_far(self, at: int) -> bool:
        """True for a ل that is not in the word right after the cue: farther on it is too common to tell."""
        return self.cued.tokens[at].preposition == FOR and at > self.index + 1

    def _takes_up(self, at: int) -> bool:
        """True for a preposition with a pronoun, which takes up what was said before: به."""
        return self.cued.tokens[at].stem in JOINED_PRONOUNS

    @cached_property
    def _object(self) -> int | None:
        """The first token of the cue's object."""
        if not self.reporter.object or any(refuses(self) for refuses in NO_OBJECT):
            return None
        participle = self.reporter.form == "participle"
        found = (at for find in (PARTICIPLE_OBJECTS if participle else OBJECTS) if (at := find(self)) is not None)
        first = next(found, None) if participle else min(found, default=None)
        if first is None or not self.reporter.objects:
            return first
        return first if self.reporter.objects & {*self.cued.keys[first : first + _MAX_OBJECT]} else None

    def _goes_on_with_that(self) -> bool:
        """True for an imperfect that takes أن: it has hardly ever another object."""
        key = self.cued.keys[self.index].lstrip("وف")
        return self.reporter.that and self.reporter.form == "verb" and key[0] in "يت"

    def _parsed(self) -> int | None:
        """The object in the tree, but for titles: they go on with the subject."""
        tokens = self.cued.tokens
        children = self.cued.children(self.index, "obj", "xcomp") if tokens[self.index].upos else iter(())
        return next(
            (at for at in children if at > self.index and self._is_bare(at) and tokens[at].stem not in TITLES), None
        )

    def _next_word(self) -> int | None:
        at = self.index + 1
        return at if at < len(self.cued.tokens) and self._is_bare(at) else None

    def _matter(self) -> int | None:
        """A noun that is said and never says: `استعداده`, `رفضه`."""
        matters = self.cued.cues.matters
        return next((at for at in self._ahead if self.cued.keys[at] in matters and self._is_bare(at)), None)

    def _addressee(self) -> int | None:
        """The one to whom it is said: `دعا المجلس | الحكومات`."""
        addressed = (at for at in self._ahead if any(names(self, at) for names in ADDRESSEES))
        return next(addressed, None) if self.reporter.addressee else None

    def _after_adverb(self) -> int | None:
        """A noun right after an adverb that ends the subject: `انتقدت روسيا بشدة القرار`."""
        keys = self.cued.keys
        found = (at for at in self._ahead[1:] if keys[at - 1] in _FORCE and keys[at].startswith("ال"))
        return None if self.reporter.that else next(found, None)

    def _is_after_subject_and_verb(self, at: int) -> bool:
        """True right after a verb whose subject stands before it: `واشنطن تتهم | طهران`."""
        part, sentence = self.cued.part, self.cued.sentence
        return at == self.index + 1 and self._is_bare(at) and has_subject_before(part, sentence, self.index)

    def _is_another_actor(self, at: int) -> bool:
        return is_object(self.cued.part, self.cued.sentence, self.index + 1, at)

    def _is_beyond_subject(self, at: int) -> bool:
        """True for a noun that can be no part of the subject, but for times: دعا المجلس | السبت."""
        if at == self.index + 1 or self.cued.keys[at] in self.cued.cues.circumstances:
            return False
        return is_beyond_name(self.cued.part, self.cued.sentence, self.index + 1, at)

    def _is_bare(self, at: int) -> bool:
        return not self.cued.tokens[at].preposition and self.cued.tokens[at].upos != "ADP"

    def _new_clause(self, at: int) -> bool:
        """True if a new report starts at `at`, so that the one before it has no content."""
        met = self.cued.cue(at) if at > self.index + 1 else None
        if met is None or met[1].form == "noun":
            return False
        return bool(met[0]) or "،" in self.cued.gap(at)

    def before(self) -> Content | None:
        """A quotation that ends right before the cue: «…» قال الوزير."""
        index, reporter = self.index, self.reporter
        if reporter.form != "verb" or not (reporter.speech or reporter.that):
            return None
        low = self.cued.tokens[index - 2].start if index > 1 else self.cued.sentence.start
        for quotation in self.cued.part.quotations:
            if low <= quotation.end <= self.cued.tokens[index].start and self.cued.size(quotation) >= MIN_QUOTED:
                return Content("before", index, index, quotation.start, quotation)
        return None


# Where the content stands. Of what can start it after its cue the first wins, at each token in this order; a new report
# stops the search.
PLACES: Final = (_Finder.after, _Finder.before)
STARTS: Final = (
    _Finder._in_marks,
    _Finder._after_colon,
    _Finder._after_that,
    _Finder._after_preposition,
    _Finder._at_object,
)
STOPS: Final = (_Finder._new_clause,)

# Quotations that are names, unless a colon leads to them; each أن that belongs to another word.
NO_SPEECH: Final = (_Finder._is_short, _Finder._is_title)
NO_THAT: Final = (_Finder._is_not_taken, _Finder._is_of_word_before)

# The cue's prepositions that lead to no content.
NOT_GOVERNED: Final = (_Finder._leads_to_adjunct, _Finder._is_far, _Finder._takes_up)

# The earliest object of a verb; of a participle the first kind that is there.
NO_OBJECT: Final = (_Finder._goes_on_with_that,)
OBJECTS: Final = (_Finder._parsed, _Finder._matter, _Finder._addressee, _Finder._after_adverb)
PARTICIPLE_OBJECTS: Final = (_Finder._parsed, _Finder._next_word)
ADDRESSEES: Final = (_Finder._is_after_subject_and_verb, _Finder._is_another_actor, _Finder._is_beyond_subject)
