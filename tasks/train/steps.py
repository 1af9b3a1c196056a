"""The steps that rebuild the bundled models, in order. A step whose inputs have not changed since is not done again."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nabra.config.settings import Settings, load_settings
from nabra.tasks.actors.files import list_sums
from nabra.tasks.actors.match import load_actors
from nabra.tasks.corpora.articles import annotated_sentences, annotated_targets, read_annotated
from nabra.tasks.corpora.entities import from_anercorp, read_bio, without_misc
from nabra.tasks.corpora.folder import data_files
from nabra.tasks.corpora.news import NEWS_FILES, read_news
from nabra.tasks.corpora.open_articles import read_open_articles
from nabra.tasks.corpora.opinions import read_foreign_targets, read_sentences, read_targets, read_tweets
from nabra.tasks.corpora.treebank import is_pud, read_conllu, write_conllu
from nabra.tasks.evaluate.models import score_models
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import BUNDLED, DECISION, ENCODER, OPEN, SCORES, SENTIMENT, STANCE
from nabra.tasks.parse.load import load_parser
from nabra.tasks.parse.parser import TOKENIZER, Parser
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.stance.classifier import load_target_classifier
from nabra.tasks.stance.decision import NO_DECISION, Decision, save_decision
from nabra.tasks.stance.stage import cues
from nabra.tasks.stance.stances import Judges
from nabra.tasks.train import recipes
from nabra.tasks.train.bundle import BASE, bundle_opinions, bundle_parser, copy_models
from nabra.tasks.train.coreference import described, fit_coreference
from nabra.tasks.train.data import annotated_trees, augmented, write_ner_data, write_tokenizer_data
from nabra.tasks.train.decision import annotated_cases, examples, fit_decision
from nabra.tasks.train.encoder import build_encoder, cut_layers, multilingual_encoder
from nabra.tasks.train.files import write_whole
from nabra.tasks.train.joint import CURVE, Corpus, train_joint
from nabra.tasks.train.names import Labelled, article_sentences, open_names, renamed, words_of_trees
from nabra.tasks.train.opinion import save_opinion_encoder, sentiment_task, stance_task, train_opinion
from nabra.tasks.train.optimise import CHECKPOINT
from nabra.tasks.train.pretrain import pretrain
from nabra.tasks.train.sentiment import train_classifier
from nabra.tasks.train.silver import news_sentences, silver_trees
from nabra.tasks.train.stanza_models import run_trainer, trainers

logger = logging.getLogger(__name__)

# The first layers of the published encoder are what all models are made of: the middle layers tell most of meaning and
# syntax, those above cost time and space (`python -m bench.encoders`).
SHORT, SHORT_LAYERS = "encoder-short", 9
# The steps that need a name; each writes into a folder of its name.
PRETRAIN, JOINT, SILVER, STUDENT = "pretrain", "joint", "silver", "student"
COREFERENCE = "coreference"
# The parser in the folder of the result, and with it the opinions.
PARSER, BUNDLE = "parser", "bundle"
ENGLISH, OPINIONS, UNSEEN = "english", "opinions", "unseen"
# How many batches a training takes (the opinions: how many epochs), how many sentences the silver data has.
SIZES = {
    PRETRAIN: 200,
    JOINT: 1300,
    f"{OPEN}-{JOINT}": 400,
    SILVER: 4000,
    STUDENT: 700,
    ENGLISH: 1,
    OPINIONS: 4,
}
# Quick steps that write outside the folder of checkpoints.
ALWAYS = (PARSER, BUNDLE, "scores")


@dataclass(frozen=True)
class Workshop:
    """Where training reads and writes: the data folder, the folder of checkpoints, the folder of the result."""

    data: Path
    work: Path
    out: Path
    seed: int
    profile: str = BUNDLED

    def need(self, *paths: str) -> list[Path]:
        """The data files, which must exist; UsageError names those that do not."""
        return data_files(self.data, paths)

    @property
    def base(self) -> Path:
        """The published encoder cut to the vocabulary, which all profiles share."""
        return (self.work.parent if self.profile == OPEN else self.work) / BASE

    @property
    def short(self) -> Path:
        """Its first layers, with which all training begins."""
        return self.base.parent / SHORT

    def open(self) -> Workshop:
        """The same for the open profile, in folders below."""
        return replace(self, work=self.work / OPEN, out=self.out / OPEN, profile=OPEN)


@dataclass(frozen=True)
class Step:
    """A step: the steps it needs, the data files it reads, and what it does; it may return scores.

    `recipe` are the numbers by which it trains, `lists` the sums of the settings' lists that it reads. `version` is
    raised when its code changes what it makes: then what was made before is made anew.
    """

    needs: tuple[str, ...]
    reads: tuple[str, ...]
    run: Callable[[Workshop], Mapping[str, Any] | None]
    version: int = 1
    recipe: tuple[object, ...] = ()
    lists: tuple[Callable[[Settings], object], ...] = ()


def _encoder(shop: Workshop) -> None:
    build_encoder(_news(shop), shop.base)
    cut_layers(shop.base, shop.short, SHORT_LAYERS)


def _news(shop: Workshop) -> Iterator[str]:
    """Title and text of the news articles, the corpora mixed, in an order that the seed decides."""
    articles = [row for path in shop.need(*NEWS_FILES) for row in read_news(path)]
    random.Random(shop.seed).shuffle(articles)
    return (f"{row['title'] or ''} {row['text'] or ''}" for row in articles)


def _pretrain(shop: Workshop) -> None:
    pretrain(shop.short, _news(shop), shop.work / PRETRAIN, SIZES[PRETRAIN], shop.seed)


def _data(shop: Workshop) -> None:
    for part in ("train", "dev"):
        (treebank,) = shop.need(f"treebank/{part}.conllu")
        trees = [lines for lines in annotated_trees(treebank) if shop.profile != OPEN or is_pud(lines)]
        plain = shop.work / "treebank" / f"{part}.conllu"
        write_conllu(trees, plain)
        if part == "train":
            write_conllu(augmented(trees), shop.work / "treebank" / "train-augmented.conllu")
        write_tokenizer_data(plain, shop.work / "tokenize", part, augment=part == "train")
        write_ner_data(_named_sentences(shop, part, trees), shop.work / "ner" / f"{part}.json")


def _named_sentences(shop: Workshop, part: str, trees: Sequence[list[str]]) -> list[Labelled]:
    """The sentences to learn names from; the open profile learns from ANERCorp as it is."""
    (path,) = shop.need(f"ner/{part}.bio")
    sentences = read_bio(path)
    anercorp = [rows for number, rows in enumerate(sentences) if from_anercorp(part, number)]
    if shop.profile == OPEN:
        return anercorp
    labelled = without_misc(part, sentences)
    if part != "train":
        return labelled
    articles = read_open_articles(*shop.need(OPEN_ARTICLES))
    more = renamed(anercorp, open_names(articles, anercorp), shop.seed)
    return [*labelled, *more, *article_sentences(articles, [*sentences, *words_of_trees(trees)])]


def _joint(shop: Workshop) -> Mapping[str, Any]:
    # The news text is for research only: the open profile begins from the encoder as it was published.
    base, name = (shop.short, f"{OPEN}-{JOINT}") if shop.profile == OPEN else (shop.work / PRETRAIN, JOINT)
    return train_joint(base, _corpus(shop), shop.work / JOINT, SIZES[name], shop.seed)


def _corpus(shop: Workshop) -> Corpus:
    trees, names = shop.work / "treebank", shop.work / "ner"
    annotated, augmented = trees / "train.conllu", trees / "train-augmented.conllu"
    return Corpus(annotated, augmented, trees / "dev.conllu", names / "train.json", names / "dev.json")


def _parser(shop: Workshop) -> None:
    bundle_parser(shop.work / TOKENIZER / f"{TOKENIZER}.pt", shop.work / JOINT, shop.base, shop.out)


def _teacher(shop: Workshop) -> Parser:
    """The parser that was trained, bundled among the checkpoints."""
    teacher = replace(shop, out=shop.work / "teacher")
    _parser(teacher)
    return load_parser(teacher.out, 0)


def _silver(shop: Workshop) -> None:
    silver = silver_trees(news_sentences(_news(shop)), _teacher(shop), SIZES[SILVER])
    gold = list(read_conllu(shop.work / "treebank" / "train.conllu"))
    write_conllu(augmented([*gold, *silver]), shop.work / SILVER / "train.conllu")


def _student(shop: Workshop) -> Mapping[str, Any]:
    corpus = replace(_corpus(shop), trees=shop.work / SILVER / "train.conllu")
    return train_joint(shop.work / JOINT / ENCODER, corpus, shop.work / STUDENT, SIZES[STUDENT], shop.seed)


def _stanza(processor: str) -> Callable[[Workshop], None]:
    def train(shop: Workshop) -> None:
        run_trainer(trainers(shop.work, shop.seed)[processor], shop.work, os.cpu_count() or 1)

    return train


def _english(shop: Workshop) -> Mapping[str, float]:
    targets = stance_task(read_foreign_targets(*shop.need(ENGLISH_TARGETS)))
    return train_opinion(multilingual_encoder(SHORT_LAYERS), [targets], shop.work / ENGLISH, SIZES[ENGLISH], shop.seed)


def _opinions(shop: Workshop) -> Mapping[str, float]:
    return _train_opinions(shop, shop.work / OPINIONS, with_articles=True)


def _unseen(shop: Workshop) -> Mapping[str, float]:
    return _train_opinions(shop, shop.work / UNSEEN, with_articles=False)


def _train_opinions(shop: Workshop, folder: Path, *, with_articles: bool) -> Mapping[str, float]:
    """Train on the labelled sentences, and on those of the annotated articles or not."""
    labelled, targets, articles = shop.need(*OPINIONATED)
    sentiment, stances = read_sentences(labelled), read_targets(targets)
    if with_articles:
        annotated = read_annotated(articles)
        sentiment += annotated_sentences(annotated)
        stances += annotated_targets(annotated, load_actors(*load_settings().parse.actor_folders))
    tasks = [sentiment_task(sentiment), stance_task(stances)]
    scores = train_opinion(load_encoder(shop.short), tasks, folder, SIZES[OPINIONS], shop.seed, shop.work / ENGLISH)
    save_opinion_encoder(shop.short, folder, folder / ENCODER)
    return scores


def _open_opinions(shop: Workshop) -> Mapping[str, float]:
    """What English news and tweets teach: no Arabic news is free to use."""
    english, folder = shop.base.parent / ENGLISH, shop.work / OPINIONS
    save_opinion_encoder(shop.short, english, folder / ENCODER)
    copy_models(english / STANCE, folder / STANCE)
    save_decision(OPEN_DECISION, shop.work / DECISION)
    return train_classifier(
        read_tweets(*shop.need(TWEETS)), load_encoder(folder / ENCODER), folder / SENTIMENT, shop.seed
    )


def _decision(shop: Workshop) -> Mapping[str, float]:
    """Weigh rules against a classifier that has not seen the articles."""
    unseen, settings = shop.work / UNSEEN, load_settings()
    classifier = load_target_classifier(unseen / STANCE, *load_encoder(unseen / ENCODER))
    judges = Judges(load_cues(*settings.stance.cue_folders), classifier, NO_DECISION)
    actors = load_actors(*settings.parse.actor_folders)
    articles = read_annotated(*shop.need(ARTICLES))
    found = annotated_cases(articles, settings, _teacher(shop), judges, actors)
    return fit_decision(examples(found), shop.work / DECISION)


def _coreference(shop: Workshop) -> Mapping[str, float]:
    """Weigh whom descriptions mean; the file that it writes is the one that `config/` has."""
    settings = load_settings()
    articles = read_open_articles(*shop.need(OPEN_ARTICLES))
    found = described(articles, settings.parse, _teacher(shop), load_actors(*settings.parse.actor_folders))
    folder = shop.work / COREFERENCE
    folder.mkdir(parents=True, exist_ok=True)
    return fit_coreference(list(found), settings.actors.min_coreference, folder / f"{COREFERENCE}.json")


def _bundle(shop: Workshop) -> None:
    bundle_opinions(shop.work / OPINIONS, shop.work / DECISION, shop.out)


def _scores(shop: Workshop) -> None:
    scores = score_models(shop.data, shop.out)
    _write_json(shop.out / SCORES, scores)


# Set by hand, for the open profile: a rule or a sure classifier decides.
OPEN_DECISION = Decision({"rule": 5.0, "classifier_speaker": 0.8, "classifier_author": 0.4, "counter_rule": -2.0}, -1.5)
TREEBANK = ("treebank/train.conllu", "treebank/dev.conllu")
NER = ("ner/train.bio", "ner/dev.bio")
ARTICLES = "gold/train.jsonl"
OPEN_ARTICLES = "gold/open_train.jsonl"
OPINIONATED = ("gold/sentence_sentiment.tsv", "gold/target_stance.tsv", ARTICLES)
ENGLISH_TARGETS = "target_sentiment/newsmtsc_train.jsonl"
TWEETS = "sentiment/arsarcasm_train.tsv"
SCORED = (*TREEBANK, *NER, "gold/dev.jsonl")

_DEFAULT: Mapping[str, Step] = {
    "encoder": Step((), NEWS_FILES, _encoder, recipe=(SHORT_LAYERS, *recipes.ENCODER)),
    PRETRAIN: Step(("encoder",), NEWS_FILES, _pretrain, recipe=recipes.PRETRAIN),
    "data": Step((), (*TREEBANK, *NER, OPEN_ARTICLES), _data, version=2),
    JOINT: Step((PRETRAIN, "data"), (*TREEBANK, *NER), _joint, version=2, recipe=recipes.JOINT),
    TOKENIZER: Step(("data",), TREEBANK, _stanza(TOKENIZER)),
    PARSER: Step((JOINT, TOKENIZER), (), _parser),
    ENGLISH: Step((), (ENGLISH_TARGETS,), _english, recipe=(SHORT_LAYERS, *recipes.OPINION)),
    OPINIONS: Step(("encoder", ENGLISH), OPINIONATED, _opinions, version=2, recipe=recipes.OPINION, lists=(list_sums,)),
    UNSEEN: Step(("encoder", ENGLISH), OPINIONATED[:-1], _unseen, recipe=recipes.OPINION),
    "decision": Step(
        (UNSEEN, JOINT, TOKENIZER), (ARTICLES,), _decision, version=2, recipe=recipes.DECISION, lists=(list_sums, cues)
    ),
    COREFERENCE: Step(
        (JOINT, TOKENIZER), (OPEN_ARTICLES,), _coreference, recipe=recipes.COREFERENCE, lists=(list_sums,)
    ),
    BUNDLE: Step((PARSER, OPINIONS, "decision"), (), _bundle),
    "scores": Step((BUNDLE,), SCORED, _scores),
    # Self-training, which gains nothing so far: see the model card.
    SILVER: Step((JOINT, TOKENIZER), NEWS_FILES, _silver, recipe=recipes.SILVER),
    STUDENT: Step((SILVER,), (*TREEBANK, *NER), _student, recipe=recipes.JOINT),
}


# The open profile shares the encoder, as it was published, and what English targets teach; it learns nothing from
# Arabic news.
NOT_OPEN = ("encoder", PRETRAIN, SILVER, STUDENT, ENGLISH, UNSEEN, "decision", COREFERENCE)
SHARED = ("encoder", ENGLISH)


def _opened(name: str, step: Step) -> Step:
    """A step for the open profile, which needs the open steps before it and those that it shares."""
    shared = [needed for needed in step.needs if needed in SHARED]
    needs = [f"{OPEN}-{needed}" for needed in step.needs if needed not in NOT_OPEN]
    if name == OPINIONS:
        step = Step(step.needs, (TWEETS,), _open_opinions, recipe=(OPEN_DECISION, *recipes.SENTIMENT))
    run, reads = step.run, tuple(path for path in step.reads if path != OPEN_ARTICLES)
    needed = tuple(dict.fromkeys(("encoder", *shared, *needs)))
    return replace(step, needs=needed, reads=reads, run=lambda shop: run(shop.open()))


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
    write_whole(path, json.dumps(content, indent=1) + "\n")


def _identity(name: str, shop: Workshop) -> str:
    """A hash of all that decides the step's result: data, lists, seed, numbers, its code, and the steps it needs."""
    step = STEPS[name]
    # What a step lacks is not named: what was made before steps had versions is kept.
    version = f" {step.version}" if step.version > 1 else ""
    recipe = f" {step.recipe}" if step.recipe else ""
    digest = hashlib.sha256(f"{name} {shop.seed} {SIZES.get(name)}{version}{recipe}".encode())
    for path in shop.need(*step.reads):
        digest.update(path.read_bytes())
    for listed in step.lists:
        digest.update(str(listed(load_settings())).encode())
    trainer = trainers(Path(), shop.seed).get(name.removeprefix(f"{OPEN}-"))
    if trainer:
        digest.update(" ".join(trainer.arguments).encode())
    for needed in step.needs:
        digest.update(_identity(needed, shop).encode())
    return digest.hexdigest()
