"""More named entities to learn from: other names in the sentences of ANERCorp, and sentences of open articles.

The names are those that annotated articles of other outlets name. A sentence of such an article is taken where all
that looks like a name in it is annotated: bystanders are not.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from nabra.tasks.arabic.folding import fold, readings, without_article
from nabra.tasks.corpora.open_articles import Row, name_spans
from nabra.tasks.corpora.treebank import FORM, UPOS, read_tokens

# A sentence with BIO labels.
Labelled = list[tuple[str, str]]
# Names by kind, and by whether they have one word or more.
Names = Mapping[tuple[str, bool], Sequence[tuple[str, ...]]]

OUTSIDE: Final = "O"
TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*|[\w\u0640\u064b-\u0652\u0670]+|[^\w\s]")
ARTICLE: Final = "ال"
JOINED_ARTICLE: Final = "لل"
CLITICS: Final = ("و", "ف", "ب", "ل", "ك")
COMMON: Final = 3  # how often a word stands outside of names to be none of them


def open_names(articles: Iterable[Row], sentences: Sequence[Labelled]) -> Names:
    """The names that the articles name; those that start with an ordinary word of `sentences` are left out.

    So are none of organisations of several words: وزارة الدفاع is one.
    """
    counts = _counts(sentences)
    ordinary = {key for key, (inside, outside) in counts.items() if outside >= COMMON and outside > inside}
    found = {
        (kind, tuple(article["text"][start:end].split()))
        for article in articles
        for start, end, kind in name_spans(article)
    }
    names: dict[tuple[str, bool], list[tuple[str, ...]]] = {}
    for kind, words in sorted(found):
        several = len(words) > 1
        told = fold(words[0]) not in ordinary or (kind == "ORG" and several)
        if told and all(map(str.isalpha, words)):
            names.setdefault((kind, several), []).append(words)
    return names


def _counts(sentences: Iterable[Labelled]) -> dict[str, tuple[int, int]]:
    """How often each word stands in names and outside."""
    pairs = Counter((fold(token), label == OUTSIDE) for rows in sentences for token, label in rows)
    return {key: (pairs[key, False], pairs[key, True]) for key, _ in pairs}


def renamed(sentences: Iterable[Labelled], names: Names, seed: int) -> Iterator[Labelled]:
    """The sentences that have names once more, with others of the same kind and length in their place.

    Clitics stay; a name that comes twice in a sentence is the same again.
    """
    kept = list(sentences)
    firsts = {rows[start][0] for rows in kept for start, _, _ in _spans(rows)}
    chance = random.Random(seed)
    for rows in kept:
        other = _renamed(rows, names, firsts, chance)
        if other != rows:
            yield other


def _renamed(rows: Labelled, names: Names, firsts: Container[str], chance: random.Random) -> Labelled:
    made: Labelled = []
    given: dict[tuple[str, ...], tuple[str, ...]] = {}
    at = 0
    for start, end, kind in _spans(rows):
        clitic, first = _parted(rows[start][0], firsts)
        old = (first, *(token for token, _ in rows[start + 1 : end]))
        pool = names.get((kind, len(old) > 1), (old,))
        new = given.setdefault(old, chance.choice(pool))
        made += rows[at:start]
        tokens = (_joined(clitic, new[0]), *new[1:])
        made += [(token, f"{'I' if number else 'B'}-{kind}") for number, token in enumerate(tokens)]
        at = end
    return made + rows[at:]


def _spans(rows: Labelled) -> Iterator[tuple[int, int, str]]:
    start = 0
    for at, (_, label) in enumerate(rows):
        if label.startswith("B-"):
            start = at
        if label != OUTSIDE and (at + 1 == len(rows) or not rows[at + 1][1].startswith("I-")):
            yield start, at + 1, label[2:]


def _parted(token: str, firsts: Container[str]) -> tuple[str, str]:
    """The clitic before a name, and the name, if it begins a name without the clitic elsewhere (وليد does not)."""
    if token.startswith(JOINED_ARTICLE) and ARTICLE + token[2:] in firsts:
        return "ل", ARTICLE + token[2:]
    return (token[0], token[1:]) if token[0] in CLITICS and token[1:] in firsts else ("", token)


def _joined(clitic: str, name: str) -> str:
    return JOINED_ARTICLE + name[2:] if clitic == "ل" and name.startswith(ARTICLE) else clitic + name


def article_sentences(articles: Iterable[Row], sentences: Iterable[Labelled]) -> Iterator[Labelled]:
    """The sentences of the articles that hold names, as BIO, where nothing else can be one.

    Every other word has to stand outside of names in `sentences` too, and more often than within.
    """
    counts = _counts(sentences)
    ordinary = {key for key, (inside, outside) in counts.items() if outside > inside}
    for rows in (rows for article in articles for rows in _labelled(article)):
        others = [fold(token) for token, label in rows if label == OUTSIDE]
        if len(others) < len(rows) and all(_is_ordinary(key, ordinary) for key in others):
            yield rows


def words_of_trees(trees: Iterable[Sequence[str]]) -> Iterator[Labelled]:
    """The words of trees as sentences with labels, of use as a vocabulary: what the annotators left X may be a name."""
    for lines in trees:
        words = [columns for token in read_tokens(lines) for columns in token.words]
        yield [(columns[FORM], "B-X" if columns[UPOS] in ("X", "PROPN") else OUTSIDE) for columns in words]


def _is_ordinary(key: str, ordinary: Container[str]) -> bool:
    """True if a word, or what is left of it without its clitics and article, is ordinary; so are marks and numbers."""
    return not key.isalpha() or any(rest in ordinary or without_article(rest) in ordinary for _, rest in readings(key))


def _labelled(article: Row) -> Iterator[Labelled]:
    spans = sorted(name_spans(article))
    for sentence in article["sentences"]:
        first, last = sentence["start"], sentence["end"]
        own = [span for span in spans if first <= span[0] and span[1] <= last]
        tokens = TOKEN.finditer(article["text"], first, last)
        yield [(token.group(), _label(token.span(), own)) for token in tokens]


def _label(token: tuple[int, int], spans: Sequence[tuple[int, int, str]]) -> str:
    """B- for the token in which a name begins, with its clitics, I- for those in which it goes on."""
    for start, end, kind in spans:
        if token[0] < end and start < token[1]:
            return f"{'B' if start >= token[0] else 'I'}-{kind}"
    return OUTSIDE
