"""How many layers the parser's encoder wants: scores and speed of encoders cut to their first layers.

    python -m bench.encoders --work FOLDER [--layers N ...] [--steps N]

Each encoder is the published one (`nabra train encoder data` makes it and what it learns from), cut and then trained
with all heads at once. Prints a line for each: scores on the development parts with the words given, and words a second
of the whole pass on one thread.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from nabra.tasks.models.bert import Bert
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER, HEADS
from nabra.tasks.models.packed import packed
from nabra.tasks.models.pieces import PieceReader
from nabra.tasks.models.precision import best_arithmetic
from nabra.tasks.parse.heads import load_heads
from nabra.tasks.parse.onepass import OnePassParser
from nabra.tasks.parse.parser import Span
from nabra.tasks.train.bundle import BASE
from nabra.tasks.train.examples import read_trees
from nabra.tasks.train.joint import Corpus, train_joint

SEED = 1
ROUNDS = 3


class GivenTokens:
    """In the place of a tokenizer: tokens are what stands between spaces."""

    def tokenize(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of the tokens of each text."""
        found = []
        for text in texts:
            at, spans = 0, []
            for token in text.split(" "):
                spans.append((at, at + len(token)))
                at += len(token) + 1
            found.append(spans)
        return found


def speed(folder: Path, trees: Path) -> float:
    """Words a second of the encoder and heads in `folder` over the tokens of `trees`, the best of some rounds."""
    model, place = load_encoder(folder / ENCODER)[0], torch.device("cpu")
    encoder = Bert(packed(model.state_dict()), model.config.to_dict(), best_arithmetic(place.type), place)
    parser = OnePassParser(GivenTokens(), PieceReader(folder / ENCODER), encoder, load_heads(folder / HEADS))
    texts = [" ".join(token.text for token in tree) for tree in read_trees(trees)]
    texts = [text for text in texts if len(text.split(" ")) < 150]
    best = 0.0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        words = sum(len(parsed.words) for parsed in parser.parse(texts))
        best = max(best, words / (time.perf_counter() - started))
    return best


def main(data: Corpus, base: Path, work: Path, layers: Sequence[int], steps: int) -> None:
    """Train, score and time an encoder of each number of layers."""
    threads = torch.get_num_threads()
    for number in layers:
        torch.set_num_threads(threads)
        folder = work / f"layers-{number}"
        scores = train_joint(base, data, folder, steps, SEED, number)
        torch.set_num_threads(1)
        figures = ", ".join(f"{name} {100 * value:.1f}" for name, value in scores.items())
        print(f"{number} layers: {figures}, {speed(folder, data.dev_trees):.0f} words/s", flush=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--work", type=Path, required=True, help="the folder of `nabra train --work`")
    options.add_argument("--layers", type=int, nargs="+", default=[12, 9, 6])
    options.add_argument("--steps", type=int, default=160)
    chosen = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    bank, names = chosen.work / "treebank", chosen.work / "ner"
    parts = Corpus(
        *(bank / f"{part}.conllu" for part in ("train", "train-augmented", "dev")),
        *(names / f"{part}.json" for part in ("train", "dev")),
    )
    main(parts, chosen.work / BASE, chosen.work / "encoders", chosen.layers, chosen.steps)
