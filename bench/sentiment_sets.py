"""The sentences that `bench.sentiment_data` adds to the annotated ones: foreign sets, and news that nobody labelled."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nabra.tasks.arabic.folding import words
from nabra.tasks.corpora.folder import data_files
from nabra.tasks.corpora.news import SAUDI_NEWS, read_news
from nabra.tasks.corpora.opinions import Labelled, Targeted, read_foreign_targets, read_sentences, read_tweets
from nabra.tasks.schemas import SENTIMENTS
from nabra.tasks.train.silver import news_sentences
from nabra.tasks.train.steps import ENGLISH_TARGETS

SEED = 1
SILVER, FROM_ARTICLE = 6000, 3
TWEETS = {"ArSarcasm": ["arsarcasm_train"], "ASTD": ["astd_train", "astd_dev"], "motazsaad": ["motazsaad_train"]}
OBJECTIVE, ENGLISH = "objective = neutral", "NewsMTSC"
HEADLINES = "stance/ans_train.tsv"
NOTHING = Labelled((), (), ())
SENTIMENT_OF = {"favor": "positive", "against": "negative", "none": "neutral"}


def foreign_sets(data: Path) -> dict[str, Labelled]:
    """The sets that somebody else labelled, as far as sentiment can be made of their labels."""
    found = {}
    for name, files in TWEETS.items():
        rows = sum(map(read_tweets, data_files(data, [f"sentiment/{file}.tsv" for file in files])), NOTHING)
        # Some tweets are `mixed`.
        found[name] = without_copies(select(rows, (label in SENTIMENTS for label in rows.labels)))
    rows = subjectivity(data)
    objective = select(rows, (label == "OBJ" for label in rows.labels))
    found[OBJECTIVE] = Labelled(objective.sentences, ("neutral",) * len(objective.sentences), objective.groups)
    found[ENGLISH] = sentence_labels(read_foreign_targets(*data_files(data, [ENGLISH_TARGETS])))
    return found


def subjectivity(data: Path) -> Labelled:
    """Arabic news sentences, objective or subjective."""
    parts = data_files(data, [f"subjectivity/{part}_ar.tsv" for part in ("train", "dev")])
    return sum(map(read_sentences, parts), NOTHING)


def sentence_labels(targets: Iterable[Targeted]) -> Labelled:
    """The sentences all whose targets are treated alike, which is then their sentiment."""
    stances: dict[str, set[str]] = defaultdict(set)
    for target in targets:
        stances[target.marked.sentence].add(target.stance)
    alike = {sentence: SENTIMENT_OF[found.pop()] for sentence, found in stances.items() if len(found) == 1}
    return Labelled(tuple(alike), tuple(alike.values()), tuple(alike))


def pools(data: Path, annotated: Sequence[str]) -> dict[str, Sequence[str]]:
    """News sentences to label: of the newspapers of the annotated ones, and of other outlets."""
    news = read_news(*data_files(data, [SAUDI_NEWS]))
    articles = [f"{row['title'] or ''}\n{row['text'] or ''}" for row in news]
    [headlines] = data_files(data, [HEADLINES])
    with headlines.open(encoding="utf-8", newline="") as file:
        headlines = tuple(row["s1"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    others = subjectivity(data).sentences + headlines
    others = without_copies(Labelled(others, others, others), annotated).sentences
    return {"news": list(unlabelled(articles, annotated, SILVER)), "other outlets": others}


def unlabelled(articles: Sequence[str], annotated: Iterable[str], count: int) -> Iterator[str]:
    """`count` sentences of articles that hold no annotated sentence, at most three an article, each once."""
    order = random.Random(SEED)
    shunned, seen = [key(sentence) for sentence in annotated], set[str]()
    for article in order.sample(articles, len(articles)):
        letters = key(article)
        if any(sentence in letters for sentence in shunned):
            continue
        fresh = [sentence for sentence in news_sentences([article]) if key(sentence) not in seen]
        for sentence in order.sample(fresh, min(FROM_ARTICLE, len(fresh))):
            if key(sentence) not in seen and len(seen) < count:
                seen.add(key(sentence))
                yield sentence
        if len(seen) == count:
            return


def key(text: str) -> str:
    """The letters and digits of a text, folded: copies of a sentence share it."""
    return "".join(word.key for word in words(text))


def without_copies(data: Labelled, others: Iterable[str] = ()) -> Labelled:
    """The first of each sentence, and none of the `others`."""
    seen, first = set(map(key, others)), []
    for found in map(key, data.sentences):
        first.append(found not in seen)
        seen.add(found)
    return select(data, first)


def select(data: Labelled, kept: Iterable[bool]) -> Labelled:
    """The rows that are kept."""
    rows = [row for row, is_kept in enumerate(kept) if is_kept]
    return Labelled(*(tuple(column[row] for row in rows) for column in (data.sentences, data.labels, data.groups)))
