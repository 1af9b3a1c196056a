"""The steps that rebuild the bundled models, in order. A step whose inputs have not changed since is not done again."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.evaluate.models import score_models
from tasks.parse.encoder import load_encoder
from tasks.parse.models import BUNDLED, ENCODER, GENERAL, OPEN, SCORES, SENTIMENT, load_parser
from tasks.train.bundle import BASE, bundle
from tasks.train.data import (
    augmented,
    data_file,
    from_anercorp,
    is_pud,
    read_bio,
    read_conllu,
    without_misc,
    write_conllu,
    write_ner_data,
    write_tokenizer_data,
)
from tasks.train.encoder import build_encoder, cut_layers
from tasks.train.joint import CURVE, Corpus, train_joint
from tasks.train.labelled import read_articles, read_sentences, read_tweets
from tasks.train.optimise import CHECKPOINT
from tasks.train.pretrain import pretrain
from tasks.train.sentiment import train_classifier
from tasks.train.silver import news_sentences, silver_trees
from tasks.train.stanza_models import run_trainer, trainers

logger = logging.getLogger(__name__)

VOCABULARY_ARTICLES = 12_000
GENERAL_LAYERS = 9
# The steps that need a name; each writes into a folder of its name.
PRETRAIN, JOINT, SILVER, STUDENT = "pretrain", "joint", "silver", "student"
# How many batches a training takes, how many sentences the silver data has.
SIZES = {PRETRAIN: 1400, JOINT: 1000, f"{OPEN}-{JOINT}": 300, SILVER: 4000, STUDENT: 700}
# Quick steps that write outside the folder of checkpoints.
ALWAYS = ("bundle", "scores")


@dataclass(frozen=True)
class Workshop:
    """Where training reads and writes: the data folder, the folder of checkpoints, the folder of the result."""

    data: Path
    work: Path
    out: Path
    seed: int
    profile: str = BUNDLED

    def need(self, *paths: str) -> list[Path]:
        """The data files, which must exist; UsageError names the first that does not."""
        return [data_file(self.data, path) for path in paths]

    @property
    def base(self) -> Path:
        """The encoder before training, which all profiles share."""
        return (self.work.parent if self.profile == OPEN else self.work) / BASE

    def open(self) -> Workshop:
        """The same for the open profile, in folders below."""
        return replace(self, work=self.work / OPEN, out=self.out / OPEN, profile=OPEN)


@dataclass(frozen=True)
class Step:
    """A step: the steps it needs, the data files it reads, and what it does; it may return scores."""

    needs: tuple[str, ...]
    reads: tuple[str, ...]
    run: Callable[[Workshop], Mapping[str, Any] | None]


def _encoder(shop: Workshop) -> None:
    build_encoder(_news(shop, VOCABULARY_ARTICLES), shop.base)
    cut_layers(shop.base, shop.work / GENERAL, GENERAL_LAYERS)


def _news(shop: Workshop, limit: int | None = None) -> Iterator[str]:
    """Title and text of the news articles, in an order that the seed decides."""
    (path,) = shop.need(NEWS_FILE)
    articles = pq.read_table(path, columns=["title", "text"]).to_pylist()
    random.Random(shop.seed).shuffle(articles)
    return (f"{row['title'] or ''} {row['text'] or ''}" for row in articles[:limit])


def _pretrain(shop: Workshop) -> None:
    pretrain(shop.base, _news(shop), shop.work / PRETRAIN, SIZES[PRETRAIN], shop.seed)


def _data(shop: Workshop) -> None:
    for part in ("train", "dev"):
        treebank, entities = shop.need(f"treebank/{part}.conllu", f"ner/{part}.bio")
        trees, sentences = list(read_conllu(treebank)), read_bio(entities)
        if shop.profile == OPEN:
            trees = [lines for lines in trees if is_pud(lines)]
            sentences = [rows for number, rows in enumerate(sentences) if from_anercorp(part, number)]
        else:
            sentences = without_misc(part, sentences)
        plain = shop.work / "treebank" / f"{part}.conllu"
        write_conllu(trees, plain)
        if part == "train":
            write_conllu(augmented(trees), shop.work / "treebank" / "train-augmented.conllu")
        write_tokenizer_data(plain, shop.work / "tokenize", part, augment=part == "train")
        write_ner_data(sentences, shop.work / "ner" / f"{part}.json")


def _joint(shop: Workshop) -> Mapping[str, Any]:
    # The news text is for research only: the open profile begins from the encoder as it was published.
    base, name = (shop.base, f"{OPEN}-{JOINT}") if shop.profile == OPEN else (shop.work / PRETRAIN, JOINT)
    return train_joint(base, _corpus(shop), shop.work / JOINT, SIZES[name], shop.seed)


def _corpus(shop: Workshop) -> Corpus:
    trees, names = shop.work / "treebank", shop.work / "ner"
    return Corpus(trees / "train-augmented.conllu", trees / "dev.conllu", names / "train.json", names / "dev.json")


def _silver(shop: Workshop) -> None:
    teacher = shop.work / "teacher"
    bundle(shop.work, shop.work / JOINT, teacher)
    silver = silver_trees(news_sentences(_news(shop)), load_parser(teacher, 0), SIZES[SILVER])
    gold = list(read_conllu(shop.work / "treebank" / "train.conllu"))
    write_conllu(augmented([*gold, *silver]), shop.work / SILVER / "train.conllu")


def _student(shop: Workshop) -> Mapping[str, Any]:
    corpus = replace(_corpus(shop), trees=shop.work / SILVER / "train.conllu")
    return train_joint(shop.work / JOINT / ENCODER, corpus, shop.work / STUDENT, SIZES[STUDENT], shop.seed)


def _stanza(processor: str) -> Callable[[Workshop], None]:
    def train(shop: Workshop) -> None:
        run_trainer(trainers(shop.work, shop.seed)[processor], shop.work, os.cpu_count() or 1)

    return train


def _sentiment(shop: Workshop) -> Mapping[str, float]:
    general = shop.base.parent / GENERAL
    if shop.profile == OPEN:
        labelled = read_tweets(shop.need(*TWEETS)[0])
    else:
        sentences, articles = shop.need(*LABELLED)
        labelled = read_sentences(sentences) + read_articles(articles)
    return train_classifier(labelled, load_encoder(general), shop.work / SENTIMENT, shop.seed)


def _bundle(shop: Workshop) -> None:
    bundle(shop.work, shop.work / JOINT, shop.out, None if shop.profile == OPEN else shop.work / GENERAL)


def _scores(shop: Workshop) -> None:
    scores = score_models(shop.data, shop.out)
    _write_json(shop.out / SCORES, scores)


NEWS_FILE = "news/saudinewsnet.parquet"
TREEBANK = ("treebank/train.conllu", "treebank/dev.conllu")
NER = ("ner/train.bio", "ner/dev.bio")
LABELLED = ("gold/sentence_sentiment.tsv", "gold/train.jsonl")
TWEETS = ("sentiment/arsarcasm_train.tsv",)
HEADS = ("tokenize", "mwt", "lemma", SENTIMENT)
SCORED = (*TREEBANK, *NER, "gold/dev.jsonl")

_DEFAULT: Mapping[str, Step] = {
    "encoder": Step((), (NEWS_FILE,), _encoder),
    PRETRAIN: Step(("encoder",), (NEWS_FILE,), _pretrain),
    "data": Step((), (*TREEBANK, *NER), _data),
    JOINT: Step((PRETRAIN, "data"), (*TREEBANK, *NER), _joint),
    "tokenize": Step(("data",), TREEBANK, _stanza("tokenize")),
    "mwt": Step(("data",), TREEBANK, _stanza("mwt")),
    "lemma": Step(("data",), TREEBANK, _stanza("lemma")),
    SENTIMENT: Step(("encoder",), LABELLED, _sentiment),
    "bundle": Step((JOINT, *HEADS), (), _bundle),
    "scores": Step(("bundle",), SCORED, _scores),
    # Self-training, which gains nothing so far: see the model card.
    SILVER: Step((JOINT, *HEADS), (NEWS_FILE,), _silver),
    STUDENT: Step((SILVER,), (*TREEBANK, *NER), _student),
}


# The open profile shares the encoder, as it was published, and learns nothing from the news text.
NOT_OPEN = ("encoder", PRETRAIN, SILVER, STUDENT)


def _opened(name: str, step: Step) -> Step:
    """A step for the open profile, which needs the open steps before it."""
    needs = [f"{OPEN}-{needed}" for needed in step.needs if needed not in NOT_OPEN]
    reads = TWEETS if name == SENTIMENT else step.reads
    return Step(("encoder", *needs), reads, lambda shop: step.run(shop.open()))


STEPS: Mapping[str, Step] = {
    **_DEFAULT,
    **{f"{OPEN}-{name}": _opened(name, step) for name, step in _DEFAULT.items() if name not in NOT_OPEN},
}
# The steps at the end of what ships.
SHIPPED = ("scores", f"{OPEN}-scores")


def run_step(name: str, shop: Workshop) -> bool:
    """Run a step unless it is done for the same data, seed and code; True if it ran.

    A training that was stopped goes on from its checkpoint, unless that was begun for other data.
    """
    mark = shop.work / "done" / f"{name}.json"
    wanted = _identity(name, shop)
    state = json.loads(mark.read_text(encoding="utf-8")) if mark.is_file() else {}
    same = state.get("identity") == wanted
    if same and state["done"] and not name.endswith(ALWAYS):
        logger.info("%s: done before, kept", name)
        return False
    folder = shop.open().work / name.removeprefix(f"{OPEN}-") if name.startswith(OPEN) else shop.work / name
    if not same:
        for file in (CHECKPOINT, CURVE):
            (folder / file).unlink(missing_ok=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    _write_json(mark, {"identity": wanted, "done": False})
    scores = STEPS[name].run(shop)
    _write_json(mark, {"identity": wanted, "done": True, "scores": scores})
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return True


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _identity(name: str, shop: Workshop) -> str:
    """A hash of all that decides the step's result: its data, seed, arguments, and the steps it needs."""
    step, digest = (
        STEPS[name],
        hashlib.sha256(f"{name} {shop.seed} {SIZES.get(name)}".encode()),
    )
    for path in shop.need(*step.reads):
        digest.update(path.read_bytes())
    trainer = trainers(Path(), shop.seed).get(name.removeprefix(f"{OPEN}-"))
    if trainer:
        digest.update(" ".join(trainer.arguments).encode())
    for needed in step.needs:
        digest.update(_identity(needed, shop).encode())
    return digest.hexdigest()
