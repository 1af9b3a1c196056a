"""Where subject and object stand close: `اتهمت المعارضة السورية | روسيا`, `واشنطن تتهم | طهران`.

The parser takes the object for a part of the subject, or for another subject; that two actors are named, and where,
or that two nouns have the article, tells them apart.
"""

from __future__ import annotations

from typing import Final

from nabra.tasks.arabic.folding import fold
from nabra.tasks.quotes.document import Part, Sentence, Token

# Behind a name that is no actor's, `السعودية` is an adjective: وزارة الصحة السعودية, المسؤولون السعوديون.
_BELONGING: Final = ("ي", "يه", "يون")
_PLURAL: Final = ("ون", "ين", "ات")
# Peoples that are adjectives too: المسؤولين الأتراك.
_PEOPLES: Final = frozenset(map(fold, ("الأتراك", "الأكراد", "الروس", "العرب")))
# They go on with the subject, whatever the parse says.
TITLES: Final = frozenset(
    map(
        fold,
        (
            "الدكتور",
            "الدكتورة",
            "السيد",
            "السيدة",
            "الشيخ",
            "المهندس",
            "الأستاذ",
            "الأمير",
            "اللواء",
            "العميد",
            "العقيد",
            "الأمين",
            "الأعضاء",
        ),
    )
)
_TO: Final = fold("إلى")
_BREAKS: Final = frozenset("،,؛.:()\n")


def is_object(part: Part, sentence: Sentence, low: int, at: int) -> bool:
    """Whether the name of another actor than those before it starts at token `at`, in a subject that starts at `low`.

    What stands before it must be complete: a noun without article (`رئيس روسيا`) or a preposition leads to the name.
    """
    token, before = sentence.tokens[at], sentence.tokens[at - 1]
    if token.letters or at <= low or _BREAKS & {*part.text[before.end : token.start]}:
        return False
    start = sentence.tokens[low].start
    named = next((m for m in part.mentions if m.actor_id and m.start == token.start), None)
    if named is None:
        return False
    earlier = [m for m in part.mentions if start <= m.start < token.start]
    if any(m.actor_id == named.actor_id or token.start < m.end for m in earlier):
        return False
    if any(m.actor_id for m in earlier):
        return _is_definite(before) or any(m.end == before.end for m in earlier)
    people = [m for m in part.mentions if m.type == "PER" and start <= m.start <= token.start]
    if named.type in ("LOC", "ORG") and any(m.end == before.end for m in people):
        return not token.key.endswith(_BELONGING)
    return _is_definite(before) and not people and not _is_adjective(token, before)


def is_beyond_name(part: Part, sentence: Sentence, low: int, at: int) -> bool:
    """Whether a noun starts at token `at` that can be no part of the name at `low` before it: `دعا المجلس | الحكومات`.

    A noun with the article belongs to none that has it too; only adjectives, titles and names stand so beside it.
    Behind a person stands what he is (`سامر الطيب المدير العام`), but no plural (`سامر الطيب | المزارعين`).
    """
    token, before = sentence.tokens[at], sentence.tokens[at - 1]
    if token.upos != "NOUN" or not token.key.startswith("ال") or token.key in TITLES or _is_adjective(token, before):
        return False
    if part.text[before.end : token.start].strip() or any(t.upos == "VERB" for t in sentence.tokens[low:at]):
        return False
    people = [m for m in part.mentions if m.type == "PER"]
    if any(m.start <= token.start < m.end or m.start == token.end + 1 for m in people):
        return False
    if any(m.end == before.end for m in people):
        return token.key.endswith(_PLURAL)
    return _is_definite(before)


def has_subject_before(part: Part, sentence: Sentence, verb: int) -> bool:
    """Whether an actor or a person named right before the verb is its subject: `واشنطن | تتهم طهران`."""
    parsed = any(t.head == verb and t.deprel.startswith("nsubj") for t in sentence.tokens[:verb])
    end = sentence.tokens[verb - 1].end
    return parsed and any(m.end == end and (m.actor_id or m.type == "PER") for m in part.mentions)


def _is_definite(token: Token) -> bool:
    return token.key != _TO and (token.key.startswith(("ال", "لل")) or token.stem.startswith("ال"))


def _is_adjective(token: Token, before: Token) -> bool:
    """Whether the name of an actor's land or people at `token` can be an adjective of the noun before it."""
    if token.key in _PEOPLES:
        return token.upos == "ADJ" or before.key.endswith(_PLURAL)
    return token.key.endswith(_BELONGING) or (token.key.endswith("يين") and before.key.endswith(_PLURAL))
