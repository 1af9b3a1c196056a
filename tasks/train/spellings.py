"""Sentences of the treebank as other hands would type them, and as the models see them.

A respelling changes what is written, the surface of tokens, and never the words within a multi-word token: those are
the annotators' (`واضاف` is و + أضاف), and a word without its hamza there would teach a cut that they do not make. A
token that is a word by itself is its own surface. What chance there is depends on the sentence alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.corpora.treebank import FORM, LEMMA, UPOS, Columns, Token, read_tokens, sentence_text, with_tokens
from nabra.tasks.parse.scripts import Script, derive

PLAIN_ALIF: Final = str.maketrans("أإآ", "ااا")
# The treebank has straight quotes and hyphens only; news pages have these as well.
DASH: Final = str.maketrans({"-": "–"})
QUOTES: Final = "“”"
# A letter at the end of a word, and what is typed for it. Egyptian papers write ى for ي throughout.
SLIPS: Final[Sequence[Mapping[str, str]]] = ({"ي": "ى"}, {"ة": "ه"}, {"ى": "ي"}, {"ي": "ى", "ة": "ه"})
# After these a space is forgotten: a mark; a letter that does not join the next, so that the words look parted.
MARKS: Final = "،.؛:؟!)"
UNJOINED: Final = "اأإآدذرزوؤةىء"
SHORTEST: Final = 3  # letters of words that run into each other
JOINED: Final = {"في": "ب", "إلى": "ل", "الى": "ل"}
ARTICLE: Final = "ال"

Tokens = list[Token]
Respelling = Callable[[Tokens, random.Random], Tokens]


def without_marks(lines: Sequence[str]) -> list[str]:
    """The sentence without diacritics and tatweel, as the parser sees it; a dash for a token that is tatweel alone."""
    return with_tokens(lines, [_unmarked(token) for token in read_tokens(lines)])


def _unmarked(token: Token) -> Token:
    words = tuple(
        (columns[0], _letters(columns[FORM]), _letters(columns[LEMMA]), *columns[UPOS:]) for columns in token.words
    )
    return replace(token, surface=_letters(token.surface), words=words)


def _letters(form: str) -> str:
    return skeleton(form).text or "-"


def respelt(change: Respelling, lines: Sequence[str], scripts: Container[Script | None]) -> list[str]:
    """The sentence after a change to its tokens; multi-word tokens that would need a script not in `scripts` stay."""
    tokens = read_tokens(lines)
    changed = change(tokens, random.Random(sentence_text(lines)))
    if len(changed) == len(tokens):
        pairs = zip(tokens, changed, strict=True)
        changed = [new if len(new.words) == 1 or _script(new) in scripts else old for old, new in pairs]
    return with_tokens(lines, changed)


def annotated_scripts(sentences: Iterable[Sequence[str]]) -> set[Script | None]:
    """The scripts that multi-word tokens of these sentences need."""
    return {_script(token) for lines in sentences for token in read_tokens(lines) if len(token.words) > 1} - {None}


def _script(token: Token) -> Script | None:
    return derive(token.surface, token.forms)


def typographic(tokens: Tokens, _: random.Random) -> Tokens:
    """The quotation marks and dashes of news pages in place of straight ones."""
    changed, opens = [], True
    for token in tokens:
        surface = token.surface.translate(DASH)
        while '"' in surface:
            surface = surface.replace('"', QUOTES[0] if opens else QUOTES[1], 1)
            opens = not opens
        changed.append(replace(token, surface=surface))
    return changed


def without_hamza(tokens: Tokens, _: random.Random) -> Tokens:
    """No hamza on or under alif, as much of the web spells it.

    Within a multi-word token only where a word or what follows its article begins: there the cut gives it back.
    """
    return [replace(token, surface=_plain(token)) for token in tokens]


def _plain(token: Token) -> str:
    if len(token.words) == 1:
        return token.surface.translate(PLAIN_ALIF)
    starts = set(_starts(token.forms))
    letters = enumerate(token.surface)
    return "".join(c.translate(PLAIN_ALIF) if token.surface[:at] in starts else c for at, c in letters)


def _starts(forms: Sequence[str]) -> Iterator[str]:
    """What can stand before the first letter of a stem: the words before it, and the article; ل swallows its alif."""
    before = ""
    for form in forms:
        yield from (before, before + ARTICLE)
        before += form
        if form == "ل":
            yield before + "ل"


def with_slips(tokens: Tokens, chance: random.Random) -> Tokens:
    """ى for ي at the end of words, or ه for ة, or ي for ى, all through the sentence."""
    slip = chance.choice(SLIPS)
    return [token if _ends_in_pronoun(token) else _slipped(token, slip) for token in tokens]


def _ends_in_pronoun(token: Token) -> bool:
    return len(token.words) > 1 and token.forms[-1] == "ي"


def _slipped(token: Token, slip: Mapping[str, str]) -> Token:
    last = token.surface[-1]
    return replace(token, surface=token.surface[:-1] + slip.get(last, last))


def without_a_space(tokens: Tokens, chance: random.Random) -> Tokens:
    """One space forgotten: after a mark, between words whose letters do not join, or between a word and a number."""
    places = [
        [at for at, pair in enumerate(pairwise(tokens)) if pair[0].space_after and forgets(*pair)]
        for forgets in (_mark_and_word, _two_words, _word_and_number)
    ]
    if not any(places):
        return tokens
    at = chance.choice(chance.choice([some for some in places if some]))
    return [*tokens[:at], replace(tokens[at], space_after=False), *tokens[at + 1 :]]


def _mark_and_word(one: Token, other: Token) -> bool:
    return one.surface in MARKS and other.surface[0].isalpha()


def _two_words(one: Token, other: Token) -> bool:
    long = min(len(one.surface), len(other.surface)) >= SHORTEST
    return long and one.surface[-1] in UNJOINED and one.surface.isalpha() and other.surface.isalpha()


def _word_and_number(one: Token, other: Token) -> bool:
    first, second = one.surface, other.surface
    return (first.isdigit() and second.isalpha()) or (first.isalpha() and second.isdigit())


def with_joined_names(tokens: Tokens, _: random.Random) -> Tokens:
    """Prepositions joined to the names that they stand before: في دارفور as بدارفور, a token of two words."""
    changed: Tokens = []
    for token in tokens:
        preposition = changed[-1] if changed else None
        clitic = JOINED.get(preposition.surface) if preposition else None
        if preposition and clitic and len(preposition.words) == 1 and _is_bare_name(token):
            ((number, _form, _lemma, *rest),) = preposition.words
            word: Columns = (number, clitic, clitic, *rest)
            changed[-1] = Token(clitic + token.surface, (word, *token.words), token.space_after)
        else:
            changed.append(token)
    return changed


def _is_bare_name(token: Token) -> bool:
    """True if the token is one word that the treebank gives no part of speech but that of names, without article."""
    return (
        len(token.words) == 1
        and token.words[0][UPOS] in ("X", "PROPN")
        and token.surface.isalpha()
        and len(token.surface) >= SHORTEST
        and not token.surface.startswith(ARTICLE)
    )
