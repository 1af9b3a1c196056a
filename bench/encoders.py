"""What else than one fine-tuned encoder could serve all processors: word vectors, a frozen encoder, one for each.

    pip install gensim==4.4.0
    python -m bench.encoders --data FOLDER --work FOLDER [--only vectors frozen processors speed]

All learn from the sentences that `nabra train` learns from and are scored on its development parts, the words being
given. `vectors` are Stanza's own trainers (BiLSTM, no tags into the parser) on skip-gram vectors of the
news text, `frozen` the heads of the joint training on an encoder that stays as it is, `processors` each of them alone
on an encoder of its own, pretrained on news. Prints rows of the model card's table. `speed` is that of tagger, parser
and NER on vectors, and of one encoder pass a processor or for all, on one thread, the words being given: what shares an
encoder, fine-tuned or frozen, computes the same.
"""

from __future__ import annotations

import argparse
import logging
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import stanza
import torch
from stanza.models.common.pretrain import Pretrain
from stanza.models.ner.scorer import score_by_entity
from stanza.utils.conll import CoNLL

from bench.parse import plain_pipeline
from nabra.tasks.corpora.news import SAUDI_NEWS, read_news
from nabra.tasks.corpora.treebank import read_conllu, surface_tokens
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import BUNDLED, ENCODER, model_folder
from nabra.tasks.models.memo import MemoEncoder
from nabra.tasks.train import heads
from nabra.tasks.train.joint import WEIGHTS, Corpus, Rates, frozen_encoder, train_joint
from nabra.tasks.train.stanza_models import Trainer, run_trainer
from nabra.tasks.train.steps import PRETRAIN, Workshop, run_step

SEED = 1
STEPS = 1000
# Alone each learns in fewer steps.
ALONE_STEPS = 600
SPEED_ROUNDS = 3
# As many of the words, the most frequent, as Stanza's NER takes from a file of vectors.
NER_VOCABULARY = 100_000
TASKS = ("pos", "depparse", "ner")
# A pipeline, and what is called after each of its processors.
Way = tuple[stanza.Pipeline, Callable[[], None]]
COLUMNS = ("UAS", "LAS", "UPOS", "AllTags", "F1", "tokens")
UPOS, XPOS, FEATS, HEAD, DEPREL = 3, 4, 5, 6, 7
TOKEN = re.compile(r"\w+|[^\w\s]")

# The heads of the joint training with word vectors in place of the encoder; Stanza's own optimisers and batches are
# made for tens of thousands of steps on an accelerator.
COMMON = ["--mode", "train", "--shorthand", "ar_nabra", "--seed", str(SEED)]
PARSER = [*heads.PARSER, "--optim", "adam", "--lr", "0.003", "--no_second_optim", "--batch_size", "800"]
TAGGER = [*heads.TAGGER, "--no_second_optim", "--batch_size", "24", "--fix_eval_interval"]
NER = ["--no_char", "--no_emb_finetune", "--optim", "adam", "--lr", "0.002"]


def vectors(shop: Workshop, corpus: Corpus) -> dict[str, float]:
    """Scores of Stanza's trainers on word vectors; what was trained before is kept."""
    words = shop.work / "words.vec"
    if not words.is_file():
        train_vectors(*shop.need(SAUDI_NEWS), shop.work / "treebank" / "train.conllu", words)
    trees = ["--train_file", str(corpus.trees), "--eval_file", str(corpus.dev_trees)]
    names = ["--train_file", str(corpus.names), "--eval_file", str(corpus.dev_names)]
    found = {
        "depparse": predicted("depparse", "parser", [*trees, *PARSER, "--output_file"], words, shop.work),
        "pos": predicted("pos", "tagger", [*trees, *TAGGER, "--output_file"], words, shop.work),
        "ner": predicted("ner", "ner_tagger", [*names, *NER, "--eval_output_file"], words, shop.work),
    }
    return {
        "UAS": agreement(corpus.dev_trees, found["depparse"], (HEAD,)),
        "LAS": agreement(corpus.dev_trees, found["depparse"], (HEAD, DEPREL)),
        "UPOS": agreement(corpus.dev_trees, found["pos"], (UPOS,)),
        "AllTags": agreement(corpus.dev_trees, found["pos"], (UPOS, XPOS, FEATS)),
        "F1": entity_f1(found["ner"]),
    }


def train_vectors(news: Path, treebank: Path, path: Path) -> None:
    """Skip-gram vectors of the news, each text once as written and once cut as the treebank mostly cuts its tokens.

    Tokens that the treebank's training part does not have, three in ten, stay whole.
    """
    from gensim.models import Word2Vec  # not among nabra's dependencies

    seen: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for token, words in (pair for lines in read_conllu(treebank) for pair in surface_tokens(lines)):
        seen[token][words] += 1
    cut = {token: counts.most_common(1)[0][0] for token, counts in seen.items()}
    lines = path.with_suffix(".txt")
    with lines.open("w", encoding="utf-8") as file:
        for article in read_news(news):
            tokens = TOKEN.findall(article["text"] or "")
            print(*tokens, file=file)
            print(*(word for token in tokens for word in cut.get(token, (token,))), file=file)
    model = Word2Vec(corpus_file=str(lines), vector_size=100, sg=1, epochs=1, min_count=5, seed=SEED, workers=1)
    partial = path.with_suffix(".partial")
    model.wv.save_word2vec_format(str(partial))
    partial.replace(path)


def predicted(processor: str, module: str, arguments: Sequence[str], words: Path, work: Path) -> Path:
    """Train a processor unless its model is there, and write what it makes of the development part to a file.

    `arguments` end in the option that names this file.
    """
    folder = work / processor
    output = folder / "dev.predicted"
    options = [*COMMON, *arguments, str(output), "--wordvec_file", str(words)]
    options += ["--save_dir", str(folder), "--save_name", f"{processor}.pt", "--max_steps", str(STEPS)]
    trainer = Trainer(processor, f"stanza.models.{module}", (*options, "--eval_interval", "250"))
    if not (folder / f"{processor}.pt").is_file():
        run_trainer(trainer, work, torch.get_num_threads())
    predict = ["predict" if option == "train" else option for option in options]
    subprocess.run([sys.executable, "-m", trainer.module, *predict], check=True)
    return output


def agreement(gold: Path, predicted: Path, columns: Sequence[int]) -> float:
    """The share of words for which two CoNLL-U files agree in all `columns`."""
    pairs = list(zip(_words(gold), _words(predicted), strict=True))
    return sum(all(a[column] == b[column] for column in columns) for a, b in pairs) / len(pairs)


def _words(path: Path) -> Iterator[list[str]]:
    rows = (line.split("\t") for lines in read_conllu(path) for line in lines if not line.startswith("#"))
    return (row for row in rows if row[0].isdecimal())


def entity_f1(path: Path) -> float:
    """F1 of exact spans and types in a file of Stanza's blocks of word, gold label and predicted label."""
    blocks = [block.splitlines() for block in path.read_text(encoding="utf-8").strip().split("\n\n")]
    gold, found = ([[line.split("\t")[at] for line in block] for block in blocks] for at in (1, 2))
    return score_by_entity(found, gold)[2]


def frozen(shop: Workshop, corpus: Corpus) -> dict[str, float]:
    """Scores of the heads on the frozen encoder."""
    scores = train_joint(shop.base, corpus, shop.work / "frozen", STEPS, SEED, frozen_encoder)
    return {name: value for head in scores.values() for name, value in head.items()}


def processors(shop: Workshop, corpus: Corpus) -> dict[str, float]:
    """Scores of the heads, each on an encoder fine-tuned for it alone."""
    run_step(PRETRAIN, shop)
    scores: dict[str, float] = {}
    for name in WEIGHTS:
        rates, folder = Rates(weights={name: 1.0}), shop.work / "alone" / name
        found = train_joint(shop.work / PRETRAIN, corpus, folder, ALONE_STEPS, SEED, rates=rates, names=(name,))
        scores |= found[name]
    return scores


def print_speeds(shop: Workshop, corpus: Corpus) -> None:
    """Words a second of each way, in turns, and the megabytes of the models on word vectors."""
    torch.set_num_threads(1)
    saved = {name: shop.work / name / f"{name}.pt" for name in TASKS}
    words = dict.fromkeys(("pos", "depparse"), saved["depparse"].with_name("ar_nabra.pretrain.pt"))
    words["ner"] = saved["ner"].with_name("words.pretrain.pt")
    Pretrain(str(words["ner"]), str(shop.work / "words.vec"), NER_VOCABULARY).load()
    paths = {f"{name}_model_path": str(path) for name, path in saved.items()}
    paths |= {f"{name}_pretrain_path": str(path) for name, path in words.items()}
    encoder, tokenizer = load_encoder(model_folder(BUNDLED) / ENCODER)
    memo = MemoEncoder(encoder)
    shared = plain_pipeline(memo, tokenizer)
    ways: dict[str, Way] = {
        "vectors": (plain_pipeline(memo, tokenizer, **paths), lambda: None),
        "an encoder pass a processor": (shared, memo.forget),
        "one encoder pass for all": (shared, lambda: None),
    }
    for name, (best, ratio) in speeds(ways, memo.forget, corpus.dev_trees).items():
        print(f"{name}: {best:.0f} words/s, {ratio:.2f} times the first")
    size = sum(path.stat().st_size for path in (*saved.values(), words["pos"]))
    print(f"on word vectors: {size / 1e6:.0f} MB")


def speeds(ways: Mapping[str, Way], forget: Callable[[], None], trees: Path) -> dict[str, tuple[float, float]]:
    """Words a second of the best of some rounds of each way, and its ratio to the first way.

    `forget` is called between the rounds, what a way names after each processor.
    """
    best = dict.fromkeys(ways, 0.0)
    for name, (way, after) in [pair for _ in range(SPEED_ROUNDS) for pair in ways.items()]:
        document = CoNLL.conll2doc(str(trees))
        forget()
        started = time.perf_counter()
        for task in TASKS:
            way.processors[task].process(document)
            after()
        best[name] = max(best[name], document.num_words / (time.perf_counter() - started))
    first = next(iter(best.values()))
    return {name: (value, value / first) for name, value in best.items()}


ROWS = {"vectors": vectors, "frozen": frozen, "processors": processors}
SPEED = "speed"


def main(data: Path, work: Path, only: Sequence[str]) -> None:
    """Train and score the rows `only`, then measure speed if that is named."""
    shop = Workshop(data, work, work, SEED)
    for step in ("encoder", "data"):
        run_step(step, shop)
    trees, names = work / "treebank", work / "ner"
    corpus = Corpus(trees / "train-augmented.conllu", trees / "dev.conllu", names / "train.json", names / "dev.json")
    print("|", " | ".join(("", *COLUMNS)), "|")
    for name in (name for name in only if name in ROWS):
        scores: Mapping[str, float] = ROWS[name](shop, corpus)
        print("|", " | ".join([name, *(f"{100 * scores[c]:.1f}" if c in scores else "–" for c in COLUMNS)]), "|")

    if SPEED in only:
        print_speeds(shop, corpus)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=[*ROWS, SPEED], default=[*ROWS, SPEED])
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main(options.data, options.work, options.only)
