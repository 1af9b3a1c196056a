"""The steps that rebuild the bundled models, in order. A step whose inputs have not changed since is not done again."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from tasks.evaluate.models import score_models
from tasks.parse.models import GENERAL, SYNTAX, load_encoder
from tasks.train.bundle import BASE, bundle, extract_encoder
from tasks.train.data import data_file, read_conllu, write_conllu, write_ner_data, write_tokenizer_data
from tasks.train.encoder import build_encoder, cut_layers
from tasks.train.labelled import read_articles, read_sentences
from tasks.train.sentiment import train_classifier
from tasks.train.stanza_models import run_trainer, trainers

logger = logging.getLogger(__name__)

VOCABULARY_ARTICLES = 12_000
GENERAL_LAYERS = 9
DONE = "done.json"
# Quick steps that write outside the folder of checkpoints.
ALWAYS = ("bundle", "scores")


@dataclass(frozen=True)
class Workshop:
    """Where training reads and writes: the data folder, the folder of checkpoints, the folder of the result."""

    data: Path
    work: Path
    out: Path
    seed: int

    def need(self, *paths: str) -> list[Path]:
        """The data files, which must exist; UsageError names the first that does not."""
        return [data_file(self.data, path) for path in paths]


@dataclass(frozen=True)
class Step:
    """A step: the steps it needs, the data files it reads, and what it does; it may return scores."""

    needs: tuple[str, ...]
    reads: tuple[str, ...]
    run: Callable[[Workshop], Mapping[str, float] | None]


def _encoder(shop: Workshop) -> None:
    (news,) = shop.need("news/saudinewsnet.parquet")
    articles = pq.read_table(news, columns=["title", "text"]).to_pylist()
    random.Random(shop.seed).shuffle(articles)
    texts = (f"{row['title'] or ''} {row['text'] or ''}" for row in articles[:VOCABULARY_ARTICLES])
    build_encoder(texts, shop.work / BASE)
    cut_layers(shop.work / BASE, shop.work / GENERAL, GENERAL_LAYERS)


def _treebank(shop: Workshop) -> None:
    for part in ("train", "dev"):
        (source,) = shop.need(f"treebank/{part}.conllu")
        write_conllu(list(read_conllu(source)), shop.work / "treebank" / f"{part}.conllu")
        write_tokenizer_data(source, shop.work / "tokenize", part, augment=part == "train")
        write_ner_data(shop.need(f"ner/{part}.bio")[0], shop.work / "ner" / f"{part}.json")


def _stanza(processor: str) -> Callable[[Workshop], None]:
    def train(shop: Workshop) -> None:
        model = run_trainer(trainers(shop.work, shop.seed)[processor], shop.work, os.cpu_count() or 1)
        if processor == "depparse":
            extract_encoder(model, shop.work / BASE, shop.work / SYNTAX)

    return train


def _sentiment(shop: Workshop) -> Mapping[str, float]:
    sentences, articles = shop.need("gold/sentence_sentiment.tsv", "gold/train.jsonl")
    labelled = read_sentences(sentences) + read_articles(articles)
    return train_classifier(labelled, load_encoder(shop.work / GENERAL), shop.work / "sentiment", shop.seed)


def _scores(shop: Workshop) -> None:
    scores = score_models(shop.data, shop.out)
    (shop.out / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


TREEBANK = ("treebank/train.conllu", "treebank/dev.conllu")
NER = ("ner/train.bio", "ner/dev.bio")
STEPS: Mapping[str, Step] = {
    "encoder": Step((), ("news/saudinewsnet.parquet",), _encoder),
    "treebank": Step((), (*TREEBANK, *NER), _treebank),
    "depparse": Step(("encoder", "treebank"), TREEBANK, _stanza("depparse")),
    "tokenize": Step(("treebank",), TREEBANK, _stanza("tokenize")),
    "mwt": Step(("treebank",), TREEBANK, _stanza("mwt")),
    "lemma": Step(("treebank",), TREEBANK, _stanza("lemma")),
    "pos": Step(("depparse",), TREEBANK, _stanza("pos")),
    "ner": Step(("encoder", "treebank"), NER, _stanza("ner")),
    "sentiment": Step(("encoder",), ("gold/sentence_sentiment.tsv", "gold/train.jsonl"), _sentiment),
    "bundle": Step(
        ("depparse", "tokenize", "mwt", "lemma", "pos", "ner", "sentiment"),
        (),
        lambda shop: bundle(shop.work, shop.out),
    ),
    "scores": Step(("bundle",), (*TREEBANK, *NER, "gold/dev.jsonl"), _scores),
}


def run_step(name: str, shop: Workshop) -> bool:
    """Run a step unless it is done for the same data, seed and code; True if it ran."""
    mark = shop.work / name / DONE
    wanted = _identity(name, shop)
    if name not in ALWAYS and mark.is_file() and json.loads(mark.read_text(encoding="utf-8"))["identity"] == wanted:
        logger.info("%s: done before, kept", name)
        return False
    scores = STEPS[name].run(shop)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"identity": wanted, "scores": scores}) + "\n", encoding="utf-8")
    return True


def _identity(name: str, shop: Workshop) -> str:
    """A hash of all that decides the step's result: its data, seed, arguments, and the steps it needs."""
    step, digest = STEPS[name], hashlib.sha256(f"{name} {shop.seed}".encode())
    for path in shop.need(*step.reads):
        digest.update(path.read_bytes())
    trainer = trainers(Path(), shop.seed).get(name)
    if trainer:
        digest.update(" ".join(trainer.arguments).encode())
    for needed in step.needs:
        digest.update(_identity(needed, shop).encode())
    return digest.hexdigest()
