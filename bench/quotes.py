"""Quotes by the rules, by a tagger learned from annotated quotes, and by both: cross-validation by article.

    python -m bench.quotes ARTICLES.jsonl [--folds 7] [--epochs 30]

The tagger is a BiLSTM over the states of the bundled encoder, which stays as it is, and over whether a word stands
between quotation marks; it labels words as begin, inside or outside of a direct and of an indirect quote. The mix adds
its spans where the rules have none and drops spans of the rules that it doubts; how sure it must be is chosen on the
articles of the other folds.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot
from torch.nn.utils.rnn import pad_sequence

from nabra.config.settings import load_settings
from nabra.tasks.actors.coreference import scorer
from nabra.tasks.actors.match import load_actors
from nabra.tasks.actors.tag import tag_mentions
from nabra.tasks.corpora.articles import read_annotated
from nabra.tasks.evaluate.articles import Evaluation
from nabra.tasks.evaluate.judgements import judge_article
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import BUNDLED, ENCODER, model_folder
from nabra.tasks.models.precision import half_precision
from nabra.tasks.parse.load import load_parser
from nabra.tasks.parse.parse import parse_articles
from nabra.tasks.parse.segment import token_states
from nabra.tasks.parse.stage import PARSE
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.quotes.document import Part
from nabra.tasks.quotes.quotes import Quote, find_quotes
from nabra.tasks.stance.tag import documents

Row = dict[str, Any]
Place = tuple[int, int]

SEED = 1
KINDS = ("direct", "indirect")
OUTSIDE, BEGIN, INSIDE = range(3)
IGNORED = -100
TOKEN = re.compile(r"[\w\u064b-\u0652]+|[^\w\s]")
# With its pieces a word has nearly two, and the window has 512.
WINDOW_WORDS = 250
COMPONENTS, HIDDEN, DROPOUT, RATE, BATCH = 96, 64, 0.3, 5e-3, 8
ADD, DROP = (0.5, 0.6, 0.7, 0.8, 0.9, 1.1), (0.0, 0.05, 0.1, 0.2, 0.3)
NOTHING_ELSE: Mapping[str, list[Row]] = {"sentences": [], "sentiment": [], "stances": []}


@dataclass(frozen=True)
class Article:
    """An annotated article word by word, and the quotes of the rules.

    `states` are the encoder's, `flags` whether a word is between marks and its labels by the rules, begin and inside of
    either kind; `labels` has a column a kind.
    """

    gold: Row
    places: list[Place]
    states: torch.Tensor
    flags: torch.Tensor
    labels: torch.Tensor
    rules: list[Row]


@dataclass(frozen=True)
class Tagged:
    """What the tagger says of an article: its quotes, each with a `score`, and how likely each word is in any quote."""

    quotes: list[Row]
    quoted: torch.Tensor


def main(path: Path, folds: int, epochs: int) -> None:
    """Print P, R and F1 of quotes and the accuracy of speakers for each way."""
    articles = list(read(read_annotated(path)))
    print_scores("rules", {article.gold["doc_id"]: article.rules for article in articles}, articles)
    compare("tagger", [replace(article, flags=article.flags[:, :1]) for article in articles], folds, epochs)
    compare("tagger that sees the rules' quotes", articles, folds, epochs)


def compare(name: str, articles: Sequence[Article], folds: int, epochs: int) -> None:
    """Print the lines of a tagger and of its mix with the rules, both in cross-validation."""
    parts = [(articles[fold::folds], [a for i, a in enumerate(articles) if i % folds != fold]) for fold in range(folds)]
    tagged: dict[str, Tagged] = {}
    for part, others in parts:
        tagger = train(others, epochs)
        tagged |= {article.gold["doc_id"]: tag(tagger, article) for article in part}
    print_scores(name, {key: said.quotes for key, said in tagged.items()}, articles)
    mixed: dict[str, list[Row]] = {}
    for part, others in parts:
        best = max(product(ADD, DROP), key=lambda pair: scores(mixes(others, tagged, *pair), others)["quotes"]["f1"])
        mixed |= mixes(part, tagged, *best)
    print_scores(f"rules and {name}", mixed, articles)


def print_scores(name: str, found: Mapping[str, list[Row]], articles: Sequence[Article]) -> None:
    """One line of the table."""
    values = scores(found, articles)
    at = [values[key] for key in ("quotes_at_0.3", "quotes", "quotes_at_0.8")]
    cells = [f"{100 * value['f1']:.1f}" for value in at] + [f"{100 * at[1][key]:.1f}" for key in "pr"]
    cells += [f"{100 * values[key]:.1f}" for key in ("quote_kind_accuracy", "speaker_accuracy", "speaker_id_accuracy")]
    print("|", " | ".join((name, *cells)), "|", flush=True)


def scores(found: Mapping[str, list[Row]], articles: Sequence[Article]) -> dict[str, Any]:
    """The scores of `nabra evaluate` for quotes by article."""
    judged = (judge_article(a.gold, {"quotes": found[a.gold["doc_id"]], **NOTHING_ELSE}) for a in articles)
    return Evaluation([judgement for rows in judged for judgement in rows], [], 0.0, 0.0).scores()


def read(annotated: Sequence[Row]) -> Iterator[Article]:
    """The articles, parsed, with what the rules find and what the tagger sees."""
    settings, folder = load_settings(), model_folder(BUNDLED)
    actors, cues = load_actors(*settings.parse.actor_folders), load_cues(*settings.stance.cue_folders)
    rows = [article | {"url": article["doc_id"], "source": "gold", "text": body(article)} for article in annotated]
    schema = pa.schema([(name, pa.string()) for name in ("doc_id", "url", "source", "title", "text")])
    clean = pa.Table.from_pylist(rows, schema)
    parsed = parse_articles(clean, settings.parse, load_parser(folder, torch.get_num_threads())).tables
    sentences, tokens, entities = (parsed[name] for name in PARSE.makes)
    named = tag_mentions(sentences, clean, entities, settings.actors, actors, scorer(settings)).tables["mentions"]
    by_name = {article["doc_id"]: article for article in annotated}
    for document in documents(clean, sentences, tokens, named, actors):
        gold, part = by_name[document.doc_id], document.parts[-1]
        sentences = [[match.span() for match in TOKEN.finditer(part.text, s.start, s.end)] for s in part.sentences]
        places = [place for sentence in sentences for place in sentence]
        states = word_states(*load_encoder(folder / ENCODER), part.text, sentences)
        rules = [quote_row(part, quote) for quote in find_quotes(document, actors, cues) if quote.part == part.name]
        quoted = torch.tensor([[part.quotation_at(start) is not None] for start, _ in places])
        ruled = one_hot(labels(places, rules), 3)[..., BEGIN:].flatten(1)
        flags = torch.cat([quoted, ruled], 1).float()
        yield Article(gold, places, states, flags, labels(places, gold["quotes"]), rules)


def body(article: Row) -> str:
    """The text with blanks in place of boilerplate, so that all offsets stay."""
    text: str = article["text"]
    for start, end in article["boilerplate"]:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def word_states(model: Any, tokenizer: Any, text: str, sentences: Sequence[Sequence[Place]]) -> torch.Tensor:
    """What the encoder says of each word, as many sentences at a time as its window takes."""
    windows: list[list[str]] = [[]]
    for sentence in sentences:
        if len(windows[-1]) + len(sentence) > WINDOW_WORDS:
            windows.append([])
        windows[-1] += [text[start:end] for start, end in sentence]
    with torch.inference_mode(), half_precision("cpu"):
        return torch.cat([token_states(model, tokenizer, [words]).float() for words in windows if words]).clone()


def labels(places: Sequence[Place], quotes: Sequence[Row]) -> torch.Tensor:
    """For each word its label as a direct and as an indirect quote."""
    marked = torch.full((len(places), len(KINDS)), OUTSIDE)
    for quote in quotes:
        column, label = KINDS.index(quote["kind"]), BEGIN
        for index, (start, end) in enumerate(places):
            if start < quote["end"] and quote["start"] < end:
                marked[index, column], label = label, INSIDE
    return marked


def quote_row(part: Part, quote: Quote) -> Row:
    """A quote of the rules as a row of `quotes`, as far as it is judged."""
    speaker = {"speaker": quote.speaker and quote.speaker.text, "speaker_id": quote.speaker and quote.speaker.actor_id}
    text = part.text[quote.start : quote.end]
    return {"start": quote.start, "end": quote.end, "kind": quote.kind, "text": text, **speaker}


class Tagger(nn.Module):
    """A BiLSTM over flags and the principal components of states like `seen`; for each word three logits a kind."""

    def __init__(self, seen: torch.Tensor, flags: int) -> None:
        super().__init__()
        _, scale, axes = torch.pca_lowrank(seen, COMPONENTS)
        self.mean, self.axes = seen.mean(0), axes / scale * len(seen) ** 0.5
        self.dropout = nn.Dropout(DROPOUT)
        self.lstm = nn.LSTM(COMPONENTS + flags, HIDDEN, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * HIDDEN, 3 * len(KINDS))

    def forward(self, articles: Sequence[Article]) -> torch.Tensor:
        """Logits of shape (articles, words, kinds, labels)."""
        reduced = pad_sequence([(article.states - self.mean) @ self.axes for article in articles], batch_first=True)
        flags = pad_sequence([article.flags for article in articles], batch_first=True)
        states, _ = self.lstm(torch.cat([self.dropout(reduced), flags], -1))
        logits: torch.Tensor = self.out(self.dropout(states))
        return logits.unflatten(-1, (len(KINDS), 3))


def train(articles: Sequence[Article], epochs: int) -> Tagger:
    """A tagger that has learned from the articles."""
    torch.manual_seed(SEED)
    shuffled, order = list(articles), random.Random(SEED)
    tagger = Tagger(torch.cat([article.states for article in articles]), articles[0].flags.shape[1])
    optimiser = torch.optim.AdamW(tagger.parameters(), lr=RATE, weight_decay=0.01)
    steps = epochs * -(-len(articles) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(epochs):
        order.shuffle(shuffled)
        for at in range(0, len(shuffled), BATCH):
            batch = shuffled[at : at + BATCH]
            wanted = pad_sequence([article.labels for article in batch], batch_first=True, padding_value=IGNORED)
            cross_entropy(tagger(batch).flatten(0, 2), wanted.flatten(), ignore_index=IGNORED).backward()
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
    return tagger.eval()


def tag(tagger: Tagger, article: Article) -> Tagged:
    """What the tagger finds in an article; a quote's speaker is that of the rules' last quote before it."""
    with torch.no_grad():
        p = tagger([article])[0].softmax(-1)
    inside, text = 1 - p[..., OUTSIDE], article.gold["text"]
    quotes = []
    for column, kind in enumerate(KINDS):
        for first, last in spans(p[:, column].argmax(-1).tolist()):
            words = [i for i in range(first, last) if text[article.places[i][0]].isalnum()]
            if words:
                start, end = article.places[words[0]][0], article.places[words[-1]][1]
                score = float(inside[first:last, column].mean())
                quotes.append({"start": start, "end": end, "kind": kind, "text": text[start:end], "score": score})
    return Tagged([row | speaker_before(row, article.rules) for row in quotes], inside.amax(-1))


def spans(tags: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Half-open spans of a sequence of labels; an inside after an outside begins one too."""
    start = None
    for index, label in enumerate([*tags, OUTSIDE]):
        if start is not None and label != INSIDE:
            yield start, index
            start = None
        if start is None and label != OUTSIDE:
            start = index


def speaker_before(row: Row, rules: Sequence[Row]) -> Row:
    """The speaker of the rules' quote that overlaps `row`, else of the last one before it."""
    near = [rule for rule in rules if rule["start"] < row["end"]]
    last = max(near, key=lambda rule: rule["start"], default={"speaker": None, "speaker_id": None})
    return {key: last[key] for key in ("speaker", "speaker_id")}


def mixes(articles: Sequence[Article], tagged: Mapping[str, Tagged], add: float, drop: float) -> dict[str, list[Row]]:
    """For each article the rules' quotes but the doubtful ones, and the tagger's sure ones elsewhere."""
    return {a.gold["doc_id"]: mix(a, tagged[a.gold["doc_id"]], add, drop) for a in articles}


def mix(article: Article, said: Tagged, add: float, drop: float) -> list[Row]:
    """`add` is the score from which a span is added, `drop` the mean chance of its words under which one is dropped."""

    def chance(row: Row) -> float:
        words = [i for i, (start, end) in enumerate(article.places) if start < row["end"] and row["start"] < end]
        return float(said.quoted[words].mean()) if words else 1.0

    kept = [row for row in article.rules if chance(row) >= drop]
    free = [q for q in said.quotes if not any(q["start"] < r["end"] and r["start"] < q["end"] for r in article.rules)]
    return kept + [quote for quote in free if quote["score"] >= add]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--folds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    main(options.articles, options.folds, options.epochs)
