"""Which data besides annotated news improve the sentiment of news sentences: cross-validation over frozen features.

    python -m bench.sentiment_data --data FOLDER --cache FOLDER

Logistic regression on the encoder as it was published learns from the annotated sentences of the other folds and from
an added set, whose sentences weigh a tenth, three tenths, or as much as annotated ones. Added are tweets, Arabic news
called objective, English news, and silver: unlabelled news sentences on which weak labellers agree. A labeller that
learns from annotated sentences has only those of the other folds. The shipped classifier has learned from all but the
one in seven that its training kept back: silver that it labels is judged on these and on the development articles.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from bench.sentiment_sets import ENGLISH, foreign_sets, pools, without_copies
from nabra.config.settings import load_settings
from nabra.tasks.arabic.folding import readings, words
from nabra.tasks.corpora.articles import annotated_sentences, read_annotated
from nabra.tasks.corpora.folder import data_files
from nabra.tasks.corpora.opinions import Labelled, read_sentences
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import BUNDLED, ENCODER, OPINION, SENTIMENT, model_folder
from nabra.tasks.models.precision import half_precision
from nabra.tasks.quotes.cues import Cues, load_cues, starts_with
from nabra.tasks.schemas import SENTIMENTS
from nabra.tasks.sentiment.classifier import EncoderFeatures, load_classifier
from nabra.tasks.train.encoder import multilingual_encoder
from nabra.tasks.train.opinion import sentiment_task
from nabra.tasks.train.sentiment import LAYERS
from nabra.tasks.train.steps import OPINIONATED, SHORT_LAYERS

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Votes = Mapping[str, Labels]
Parts = Sequence[tuple["Added", float]]

SEED = 1
FOLDS, RESAMPLES = 10, 300
# Of the regularisation, the best for the annotated sentences alone.
STRENGTH = 0.001
WEIGHTS = (0.1, 0.3, 1.0)
SHARES = (0.25, 0.5, 0.75)
UNSURE, SURE = -1, 0.8
DEV = "gold/dev.jsonl"


def agreed(*votes: Labels) -> Labels:
    """The label that all votes give a row, else UNSURE."""
    return np.where(np.all([vote == votes[0] for vote in votes], axis=0), votes[0], UNSURE)


def majority(*votes: Labels) -> Labels:
    """The label that more than half of the votes give a row, else UNSURE."""
    counts = np.stack([np.sum([vote == label for vote in votes], axis=0) for label in range(len(SENTIMENTS))])
    return np.where(counts.max(0) * 2 > len(votes), counts.argmax(0), UNSURE)


def sure(probabilities: Floats) -> Labels:
    """The likeliest label where it is likely enough, else UNSURE."""
    return np.where(probabilities.max(1) >= SURE, probabilities.argmax(1), UNSURE)


@dataclass(frozen=True)
class Rule:
    """How labels come about: the labellers that are heard, and how they vote."""

    labellers: tuple[str, ...]
    vote: Callable[..., Labels] = agreed

    @property
    def name(self) -> str:
        """As the tables have it."""
        return f"two of {', '.join(self.labellers)}" if self.vote is majority else " = ".join(self.labellers)

    @property
    def met(self) -> bool:
        """Whether a labeller has met annotated sentences of all folds."""
        return any(labeller.startswith("shipped") for labeller in self.labellers)

    def label(self, votes: Votes) -> Labels:
        """The label of each row, or UNSURE."""
        return self.vote(*(votes[labeller] for labeller in self.labellers))


GIVEN = Rule(("given",))
RULES = (
    Rule(("own",)),
    Rule(("own, sure",)),
    Rule(("own", "English")),
    Rule(("own", "English", "lexicon")),
    Rule(("English", "tweets")),
    Rule(("English", "lexicon")),
    Rule(("English", "tweets", "lexicon"), majority),
    Rule(("shipped",)),
    Rule(("shipped, sure",)),
    Rule(("shipped", "own")),
    Rule(("shipped", "English")),
    Rule(("shipped", "English", "lexicon")),
)
LONE = tuple(Rule((labeller,)) for labeller in ("English", "tweets", "lexicon"))
# Tried with labels that weigh alike, too.
EVEN = (RULES[2], RULES[7])


@dataclass(frozen=True)
class Added:
    """Added sentences and what labellers say of them; `even` makes all labels weigh alike."""

    name: str
    features: Floats
    votes: Votes
    rule: Rule = GIVEN
    even: bool = False

    def learnable(self, own: LogisticRegression, weight: float) -> tuple[Floats, Labels, Floats]:
        """Features, labels and weights of what the rule labels, where `own` is the model of annotated sentences."""
        labels = self.rule.label({**self.votes, **own_votes(own, self.features)})
        kept = labels != UNSURE
        weights = np.full(np.count_nonzero(kept), weight, np.float32)
        return self.features[kept], labels[kept], balanced(labels[kept], weights) if self.even else weights


@dataclass(frozen=True)
class Split:
    """Rows to judge on, rows to learn from, and the model that has learned from these alone."""

    judged: Labels
    learned: Labels
    own: LogisticRegression


@dataclass(frozen=True)
class Annotated:
    """The annotated rows and two ways to part them: in folds, and so that the shipped model has met no judged row."""

    features: Floats
    labels: Labels
    folds: Sequence[Split]
    unmet: Sequence[Split]

    def before(self, split: Split) -> Labels:
        """The labels of the judged rows by the model that learned from annotated rows alone."""
        found: Labels = split.own.predict(self.features[split.judged])
        return found

    def after(self, split: Split, parts: Parts) -> Labels:
        """The same by a model that learned from the added sets too, each with its weight."""
        annotated = (self.features[split.learned], self.labels[split.learned], np.ones(len(split.learned), np.float32))
        added = (part.learnable(split.own, weight) for part, weight in parts)
        features, labels, weights = (np.concatenate(column) for column in zip(annotated, *added, strict=True))
        found: Labels = fit(features, labels, weights).predict(self.features[split.judged])
        return found


def fit(features: Floats, labels: Labels, weights: Floats | None = None) -> LogisticRegression:
    """Logistic regression in which all labels weigh alike."""
    each = np.ones(len(labels), np.float32) if weights is None else weights
    return LogisticRegression(C=STRENGTH, max_iter=500, tol=1e-3).fit(features, labels, balanced(labels, each))


def balanced(labels: Labels, weights: Floats) -> Floats:
    """The weights scaled so that all labels weigh alike, and all rows together as much as before."""
    totals = np.bincount(labels, weights, len(SENTIMENTS))
    scaled: Floats = weights * (weights.sum() / np.count_nonzero(totals)) / totals[labels]
    return scaled


def own_votes(own: LogisticRegression, features: Floats) -> Votes:
    """The votes of a model of annotated sentences."""
    probabilities = own.predict_proba(features)
    return {"own": probabilities.argmax(1), "own, sure": sure(probabilities)}


def lexicon_label(sentence: str, cues: Cues) -> int:
    """The sign of the weights of the evaluative words; neutral where there are none or they balance."""
    keys, balance, at = [word.key for word in words(sentence)], 0.0, 0
    while at < len(keys):
        found = [starts_with([rest, *keys[at + 1 : at + 5]], 0, cues.evaluative) for _, rest in readings(keys[at])]
        phrase = max(filter(None, found), key=len, default=None)
        if phrase is not None:
            cue = cues.evaluative[phrase]
            balance += cue.weight if cue.stance == "favor" else -cue.weight
        at += len(phrase or "-")
    return SENTIMENTS.index("neutral" if balance == 0 else "positive" if balance > 0 else "negative")


def main(data: Path, cache: Path) -> None:
    """Print how good the labels of each rule are, and what each added set gains."""
    [development], (labelled, _, articles) = data_files(data, [DEV]), data_files(data, OPINIONATED)
    dev = annotated_sentences(read_annotated(development))
    news = without_copies(annotated_sentences(read_annotated(articles)) + read_sentences(labelled), dev.sentences) + dev
    encode, shipped = EncoderFeatures(*published(), LAYERS), shipped_classifier()
    scaler = StandardScaler().fit(encoded(news.sentences, encode, cache))
    cues = load_cues(Path(load_settings().stance.cues))

    def features(sentences: Sequence[str]) -> Floats:
        scaled: Floats = scaler.transform(encoded(sentences, encode, cache)).astype(np.float32)
        return scaled

    foreign = {name: (features(rows.sentences), indices(rows.labels)) for name, rows in foreign_sets(data).items()}
    english, tweets = fit(*foreign[ENGLISH]), fit(*foreign["ArSarcasm"])

    def votes(sentences: Sequence[str]) -> Votes:
        probabilities = encoded(sentences, shipped, cache / SENTIMENT)
        return {
            "English": english.predict(features(sentences)),
            "tweets": tweets.predict(features(sentences)),
            "lexicon": np.array([lexicon_label(sentence, cues) for sentence in sentences]),
            "shipped": probabilities.argmax(1),
            "shipped, sure": sure(probabilities),
        }

    annotated = parted(features(news.sentences), news, len(dev.sentences))
    print_labels(annotated, votes(news.sentences))
    print_shares(annotated)
    candidates = [Added(name, rows, {"given": labels}) for name, (rows, labels) in foreign.items()]
    for pool, sentences in pools(data, news.sentences).items():
        rows, said = features(sentences), votes(sentences)
        candidates += [Added(f"{pool}: {rule.name}", rows, said, rule) for rule in RULES]
        candidates += [Added(f"{pool}: {rule.name}, even", rows, said, rule, even=True) for rule in EVEN]
    print_gains(annotated, candidates)


def indices(labels: Iterable[str]) -> Labels:
    """Labels as indices into `SENTIMENTS`."""
    return np.array([SENTIMENTS.index(label) for label in labels])


def published() -> tuple[Any, Any]:
    """The encoder before it learned opinion, with the vocabulary of all its languages."""
    model, tokenizer = multilingual_encoder(SHORT_LAYERS)
    model.train(mode=False)
    return model, tokenizer


def shipped_classifier() -> Callable[[Sequence[str]], npt.NDArray[Any]]:
    """The probabilities that the shipped classifier gives sentences."""
    folder = model_folder(BUNDLED)
    return load_classifier(folder / SENTIMENT, *load_encoder(folder / OPINION, folder / ENCODER)).probabilities


def encoded(sentences: Sequence[str], encode: Callable[[Sequence[str]], npt.NDArray[Any]], folder: Path) -> Floats:
    """What `encode` makes of the sentences, from `folder` if it has been made before."""
    path = folder / f"{hashlib.sha256(chr(10).join(sentences).encode()).hexdigest()[:16]}.npy"
    if not path.is_file():
        logger.info("encoding %d sentences", len(sentences))
        with half_precision("cpu"):
            made = encode(sentences)
        folder.mkdir(parents=True, exist_ok=True)
        np.save(path, made.astype(np.float32))
    found: Floats = np.load(path)
    return found


def parted(features: Floats, data: Labelled, dev: int) -> Annotated:
    """The splits of `data`; the last `dev` rows, those of the development articles, are never learned from."""
    labels, count = indices(data.labels), len(data.labels) - dev
    rows, groups = np.arange(count), data.groups[:count]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(rows, labels[:count], groups)
    held = np.array(sentiment_task(Labelled(data.sentences[:count], data.labels[:count], groups)).held)
    unmet = [(np.setdiff1d(rows, held), held), (rows, np.arange(count, count + dev))]
    in_folds, not_met = (
        [Split(judged, learned, fit(features[learned], labels[learned])) for learned, judged in parts]
        for parts in (folds, unmet)
    )
    return Annotated(features, labels, in_folds, not_met)


def print_labels(annotated: Annotated, votes: Votes) -> None:
    """For each rule how many annotated sentences it labels and how well, by labellers that have not met them."""
    print("| labelled by | sentences | of them | accuracy | macro-F1 |")
    for rule in (*LONE, *RULES):
        splits = annotated.unmet if rule.met else annotated.folds
        rows = np.concatenate([split.judged for split in splits])
        own = [own_votes(split.own, annotated.features[split.judged]) for split in splits]
        own_said = {name: np.concatenate([said[name] for said in own]) for name in own[0]}
        found = rule.label({name: vote[rows] for name, vote in votes.items()} | own_said)
        kept = found != UNSURE
        gold, said = annotated.labels[rows][kept], found[kept]
        cells = [f"{100 * value:.1f}" for value in (kept.mean(), (gold == said).mean())]
        print("|", " | ".join([rule.name, str(len(rows)), *cells, f"{macro_f1(gold, said):.1f}"]), "|", flush=True)


def print_shares(annotated: Annotated) -> None:
    """What a part of the annotated sentences reaches over the folds, and how far that is from what all reach."""
    print("| annotated sentences | macro-F1, folds | lost |")
    order = np.random.default_rng(SEED)
    whole = np.array([macro_f1(annotated.labels[split.judged], annotated.before(split)) for split in annotated.folds])
    for share in SHARES:
        scores = []
        for split in annotated.folds:
            rows = order.choice(split.learned, round(share * len(split.learned)), replace=False)
            model = fit(annotated.features[rows], annotated.labels[rows])
            scores.append(macro_f1(annotated.labels[split.judged], model.predict(annotated.features[split.judged])))
        lost = np.array(scores) - whole
        values = (np.mean(scores), error(np.array(scores)), lost.mean(), error(lost))
        print(f"| {share:.0%} |", "{:.1f} ± {:.1f} | {:+.1f} ± {:.1f} |".format(*values), flush=True)


def print_gains(annotated: Annotated, candidates: Iterable[Added]) -> None:
    """A row for each set at each weight, and one for all together that gain more than a standard error."""
    print("| added | sentences | weight | macro-F1, folds | gain | macro-F1, not met | gain | macro-F1, dev |")
    print_gain(annotated, "nothing", [])
    helping = []
    for added in candidates:
        errors = {weight: print_gain(annotated, added.name, [(added, weight)]) for weight in WEIGHTS}
        best = max(errors, key=lambda weight: errors[weight])
        helping += [(added, best)] if errors[best] > 1 else []
    if helping:
        print_gain(annotated, "all that gain more than an error", helping)


def print_gain(annotated: Annotated, name: str, parts: Parts) -> float:
    """One row; returns by how many standard errors the added sets gain over the folds, 0 where folds cannot tell."""
    gold, cells, errors = annotated.labels, ["–", "–"], 0.0
    if not any(part.rule.met for part, _ in parts):
        pairs = [(gold[split.judged], split) for split in annotated.folds]
        scores = np.array([macro_f1(wanted, annotated.after(split, parts)) for wanted, split in pairs])
        gains = scores - [macro_f1(wanted, annotated.before(split)) for wanted, split in pairs]
        cells = [f"{scores.mean():.1f} ± {error(scores):.1f}", f"{gains.mean():+.1f} ± {error(gains):.1f}"]
        errors = gains.mean() / error(gains) if parts else 0.0
    wanted = np.concatenate([gold[split.judged] for split in annotated.unmet])
    before = np.concatenate([annotated.before(split) for split in annotated.unmet])
    after = np.concatenate([annotated.after(split, parts) for split in annotated.unmet])
    gain = macro_f1(wanted, after) - macro_f1(wanted, before)
    cells += [f"{macro_f1(wanted, after):.1f}", f"{gain:+.1f} ± {resampled_error(wanted, before, after):.1f}"]
    dev = len(annotated.unmet[-1].judged)
    cells.append(f"{macro_f1(wanted[-dev:], after[-dev:]):.1f}")
    sizes = [len(part.learnable(annotated.unmet[-1].own, weight)[1]) for part, weight in parts]
    weights = " ".join(f"{weight:g}" for _, weight in parts)
    print("|", " | ".join([name, str(sum(sizes)), weights, *cells]), "|", flush=True)
    return float(errors)


def macro_f1(gold: Labels, found: Labels) -> float:
    """Macro-F1 over `SENTIMENTS`, in hundredths."""
    return 100 * float(f1_score(gold, found, average="macro", labels=range(len(SENTIMENTS)), zero_division=0))


def error(values: npt.NDArray[Any]) -> float:
    """The standard error of the mean."""
    return float(np.std(values, ddof=1) / len(values) ** 0.5)


def resampled_error(gold: Labels, before: Labels, after: Labels) -> float:
    """The standard error of a gain in macro-F1, by the bootstrap over rows."""
    samples = np.random.default_rng(SEED).integers(len(gold), size=(RESAMPLES, len(gold)))
    return float(np.std([macro_f1(gold[rows], after[rows]) - macro_f1(gold[rows], before[rows]) for rows in samples]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main(options.data, options.cache)
