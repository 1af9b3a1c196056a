"""Who speaks: the name beside a reporting word, or the voice that goes on from before, and the actor it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal

from nabra.tasks.actors.match import Actors
from nabra.tasks.arabic.folding import after_letters, fold, without_article, words
from nabra.tasks.arabic.particles import (
    ABOUT,
    EACH,
    FEMININE_ENDINGS,
    FOR,
    FROM,
    IN,
    IN_THE_NAME_OF,
    NAMELESS,
    PREPOSITIONS_BEFORE_PRONOUNS,
    RELATIVE_PRONOUNS,
    THAT_WITH_PRONOUN,
    THIRD_PERSON_PRONOUNS,
    WAS,
)
from nabra.tasks.arabic.quotation_marks import MARKS
from nabra.tasks.quotes.contents import Report
from nabra.tasks.quotes.cues import MAX_PHRASE, Cues, starts_with
from nabra.tasks.quotes.document import EntityMention, ParsedDocument, Part, Sentence, Token
from nabra.tasks.quotes.objects import has_subject_before, is_object

_MAX_NAME: Final = 16  # words
_MAX_PREPOSED: Final = 14  # words between a subject and the verb after it
_MAX_TITLE: Final = 8  # words of a title before the name
_MAX_ISSUED: Final = 6  # words of a statement before its issuer: بيان مشترك صادر عن
_ISSUED: Final = frozenset(map(fold, ("صادر", "صادرة", "الصادر", "الصادرة")))
# They are met or spoken to, and no part of the name before them: أبلغ الوزير نظيره.
_COUNTERPARTS: Final = frozenset(map(fold, ("نظيره", "نظيرته", "نظيرها", "نظيرتها")))
_STAND_INS: Final = frozenset(map(fold, ("بيان", "البيان", "للبيان", "المصدر", "المسؤول", "المتحدث", "الفتوى")))


# Where the speaker was found: beside the cue, as the subject before it, as the noun whose relative clause it leads,
# before a headline's colon; or the speaker before goes on.
Found = Literal["beside", "subject", "antecedent", "headline", "continued"]
# How the name was known for an actor: by the list of actors, as an earlier speaker's briefer name, as the head of an
# actor's longer name, as what stands for the last speaker (`البيان`), as an official of the article's own state.
Known = Literal["list", "earlier", "head", "stand-in", "home"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker as named in the part at [start, end), and the actor spoken for."""

    start: int
    end: int
    text: str
    actor_id: str | None
    found: Found = "beside"
    known: Known | None = None

    @property
    def stems(self) -> frozenset[str]:
        """The keys of the name's words, without articles."""
        return frozenset(without_article(word.key) for word in words(self.text))


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
    met: list[Speaker] = field(default_factory=list)

    @property
    def last(self) -> Speaker | None:
        """The latest speaker."""
        return self.met[-1] if self.met else None

    def of(self, sentence: Sentence, report: Report, first_in_sentence: bool, nested: bool) -> Speaker | None:
        """The speaker of a report; where none is named, the one before, or the subject of the sentence."""
        span, found = self._found(sentence, report, first_in_sentence)
        if span is None:
            return replace(self.last, found="continued") if self.last else None
        speaker = self._named(*span, found)
        if not any(passes(self, found, nested) for passes in IN_PASSING):
            self.met.append(speaker)
        return speaker

    def _is_antecedent(self, found: Found, nested: bool) -> bool:
        return found == "antecedent"

    def _is_cited(self, found: Found, nested: bool) -> bool:
        """True if the last speaker goes on after somebody whom he cites: not an outlet, which relays others."""
        last = self.last
        return nested and last is not None and not self.actors.is_outsider(next(words(last.text)).key)

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
        issuer = self._issuer(sentence, low, high)
        if issuer == low and report.form == "attribution" and low < high and sentence.tokens[low].preposition:
            end = next(self._ends(sentence, low, high), high)
            first = sentence.tokens[low]
            letters = 0 if first.key.startswith("لل") else first.letters
            return after_letters(self.part.text, first.start, letters), sentence.tokens[end - 1].end
        return self._name(sentence, issuer, high)

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
        span = self._name(sentence, 0, sentence.index_at(end))
        if span is None:
            return None
        speaker = self._named(*span, "headline")
        person = any(m.type == "PER" and speaker.start <= m.start < speaker.end for m in self.part.mentions)
        if speaker.actor_id is None and not person:
            return None
        self.met.append(speaker)
        return speaker

    def _named(self, start: int, end: int, found: Found) -> Speaker:
        text = self.part.text[start:end]
        listed = self.actors.resolve(self._without_namesakes(start, end), self.document.text)
        speaker = Speaker(start, end, text, listed, found, "list" if listed else None)
        return speaker if listed else self._known(speaker)

    def _without_namesakes(self, start: int, end: int) -> str:
        """The name without people of whom the parse stage knows that they are no actors: محمد بن سلمان الراشد."""
        name = self.part.text[start:end]
        for mention in self.part.mentions:
            if mention.type == "PER" and mention.actor_id is None and start <= mention.start < end:
                name = name.replace(mention.text, " ")
        return name

    def _known(self, speaker: Speaker) -> Speaker:
        """The speaker with the actor whom the name means without saying so, if it means one."""
        return next((found for know in KNOWN if (found := know(self, speaker))), speaker)

    def _as_earlier(self, speaker: Speaker) -> Speaker | None:
        """The speaker as the briefer name of one met earlier, who need be no actor."""
        stems = speaker.stems
        known = next((earlier for earlier in reversed(self.met) if stems <= earlier.stems), None)
        return known and replace(speaker, actor_id=known.actor_id, known="earlier" if known.actor_id else None)

    def _as_head(self, speaker: Speaker) -> Speaker | None:
        """The speaker as the first word of an actor's longer name, perhaps after `باسم`."""
        keys = [word.key for word in words(speaker.text)]
        head = keys[keys.index(IN_THE_NAME_OF) + 1 :][:1] if IN_THE_NAME_OF in keys else keys
        known = self._heads.get(head[0]) if len(head) == 1 else None
        return replace(speaker, actor_id=known, known="head") if known else None

    def _as_stand_in(self, speaker: Speaker) -> Speaker | None:
        """The speaker as what stands for the last one: `البيان`."""
        keys = [word.key for word in words(speaker.text)]
        if self.last is None or len(keys) != 1 or keys[0] not in _STAND_INS:
            return None
        return replace(speaker, actor_id=self.last.actor_id, known="stand-in")

    def _as_official(self, speaker: Speaker) -> Speaker | None:
        """The speaker as an official of the article's own state."""
        home = self._home if self._is_official(speaker) else None
        return replace(speaker, actor_id=home, known="home") if home else None

    def _is_official(self, speaker: Speaker) -> bool:
        """True if the name is that of an official who is of no other state: no adjective or place says so."""
        inside = [m for m in self.part.mentions if speaker.start <= m.start < speaker.end]
        people = (m for m in inside if m.type == "PER" and not m.text.startswith("ال"))
        title_end = min((m.start for m in people), default=speaker.end)
        abroad = any(m.type == "LOC" and m.actor_id is None for m in inside)
        return not abroad and self.actors.is_official(self.part.text[speaker.start : title_end])

    @cached_property
    def _mentions(self) -> list[tuple[list[str], str]]:
        text = self.document.text
        principals = self.actors.principals
        return [([w.key for w in words(text[m.start : m.end])], principals[m.actor_id]) for m in self.actors.find(text)]

    @cached_property
    def _heads(self) -> dict[str, str]:
        """The first words of longer actor names, with the article, and the actor last named so."""
        return {"ال" + without_article(keys[0]): actor for keys, actor in self._mentions if len(keys) > 1}

    @cached_property
    def _home(self) -> str | None:
        """The state that the document names most, unless it speaks more of nations that are not listed."""
        states = Counter(actor for _, actor in self._mentions if self.actors.kinds[actor].governs)
        home, times = next(iter(states.most_common(1)), (None, 0))
        return home if times > self.actors.foreigners(self.document.text) else None

    def _antecedent(self, sentence: Sentence, report: Report, first_in_sentence: bool) -> tuple[int, int] | None:
        """The noun whose relative clause the verb leads: `المدير الذي قال إن`, but not `البيان الذي قال فيه إن`."""
        tokens, verb, end = sentence.tokens, sentence.tokens[report.index], report.index - 1
        led = end > 0 and tokens[end].key in RELATIVE_PRONOUNS and 0 <= verb.head < end
        if report.form != "verb" or not led or any(refuses(self, sentence, report) for refuses in NO_ANTECEDENT):
            return None
        return self._name(sentence, verb.head, end)

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
                if report.form == "participle" and self.last is not None and not somebody:
                    return None
                following = (i for i in range(at + 1, report.index) if tokens[i].head == verb or i == verb)
                first = self._first_of_name(sentence, at)
                return self._name(sentence, first, next(following, report.index))
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
        return named or token.stem in _STAND_INS or self.actors.is_voice(token.stem)

    def _governor(self, sentence: Sentence, index: int) -> int:
        """The nearest token above that has a subject."""
        for _ in sentence.tokens:
            index = sentence.tokens[index].head
            if index < 0 or any(t.head == index and t.deprel.startswith("nsubj") for t in sentence.tokens):
                break
        return index

    def _name(self, sentence: Sentence, low: int, high: int) -> tuple[int, int] | None:
        """The name within the tokens [low, high), without the circumstances before and after it."""
        low = self._issuer(sentence, self._skip_circumstances(sentence, low, high), high)
        if low >= high or any(refuses(self, sentence.tokens[low]) for refuses in NO_NAMES):
            return None
        end = next(self._ends(sentence, low, high), high)
        first, last = sentence.tokens[low], sentence.tokens[end - 1]
        joined = first.letters > 0 and first.key[0] == "و"
        return self._with_marks(after_letters(self.part.text, first.start, int(joined)), last.end)

    def _person_at(self, token: Token) -> EntityMention | None:
        """The person whose name the token is of."""
        return next((m for m in self.part.mentions if m.type == "PER" and m.start <= token.start < m.end), None)

    def _first_of_name(self, sentence: Sentence, at: int) -> int:
        """The first token of the person's name that token `at` is of, as the parse can take it apart; no verb."""
        person = self._person_at(sentence.tokens[at])
        ahead = range(sentence.index_at(person.start) if person else at, at)
        return next((i for i in ahead if sentence.tokens[i].key not in self.cues.reporters), at)

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

    def _issuer(self, sentence: Sentence, low: int, high: int) -> int:
        """Where who speaks in a statement is named from `low` on: `بيان صادر عن الوزارة`; `low` where nobody is."""
        tokens = sentence.tokens
        ahead = range(low + 1, min(high, low + _MAX_ISSUED) - 1)
        return next((at + 2 for at in ahead if tokens[at].stem in _ISSUED and tokens[at + 1].key == ABOUT), low)

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

    def _ends(self, sentence: Sentence, low: int, high: int) -> Iterator[int]:
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

# How a name that says no actor is known for one.
KNOWN: Final = (
    SpeakerResolver._as_earlier,
    SpeakerResolver._as_head,
    SpeakerResolver._as_stand_in,
    SpeakerResolver._as_official,
)

# What no name starts with, what ends one, and which mark at its border belongs to it.
NO_NAMES: Final = (SpeakerResolver._is_empty, SpeakerResolver._is_matter, SpeakerResolver._is_verb)
ENDS: Final = (
    SpeakerResolver._is_apart,
    SpeakerResolver._is_circumstance,
    SpeakerResolver._is_to,
    SpeakerResolver._is_counterpart,
    SpeakerResolver._is_occasion,
    SpeakerResolver._follows_person,
    SpeakerResolver._is_report,
    SpeakerResolver._is_that,
    SpeakerResolver._is_aside,
    SpeakerResolver._is_object,
)
MARKED: Final = (SpeakerResolver._to_quotation_mark, SpeakerResolver._to_bracket)
