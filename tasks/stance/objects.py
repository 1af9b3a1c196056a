"""Where an object stands right behind its subject: `اتهمت المعارضة السورية | روسيا`.

The parser takes the second name for a part of the first; that it is another actor's tells them apart.
"""

from __future__ import annotations

from typing import Final

from tasks.stance.document import Part, Sentence

# Behind a name that is no actor's, `السعودية` is an adjective: وزارة الصحة السعودية.
_BELONGING: Final = ("ي", "يه")
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
        return before.key.startswith("ال") or any(m.end == before.end for m in earlier)
    person = any(m.type == "PER" for m in earlier) or any(
        m.type == "PER" and m.start == token.start for m in part.mentions
    )
    return before.key.startswith("ال") and not person and not token.key.endswith(_BELONGING)
