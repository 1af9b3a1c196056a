"""Speed and memory of nabra's parse stage, and its speed against a plain Stanza loop over the same models, in one run.

    python -m bench.parse [FOLDER_OF_TXT] [--threads N] [--rounds N]

The plain loop is what one finds in notebooks: `for text in texts: nlp(text)`. With several rounds the same articles
pass again and again, and the peak memory after each shows whether it grows.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import stanza
import torch
from stanza.models.common.foundation_cache import BertRecord, FoundationCache

from nabra.config.settings import load_settings
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import BUNDLED, ENCODER, LANGUAGE, model_folder
from nabra.tasks.parse.load import PROCESSORS, load_parser
from nabra.tasks.parse.parse import parse_articles
from tests.conftest import clean_table

SAMPLES = Path(__file__).parents[1] / "config" / "samples" / "articles"


def main(folder: Path, threads: int, rounds: int) -> None:
    """Time both over the .txt files of `folder` and print words per second, their ratio and the peak memory."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    words = sum(len(text.split()) for text in texts)
    settings = load_settings().parse
    parser = load_parser(model_folder(BUNDLED), threads)
    print(f"{len(texts)} articles, {words} words, {torch.get_num_threads()} threads; memory {peak_memory():.0f} MiB")
    parse_articles(clean_table((None, "جملة أولى.")), settings, parser)
    table = clean_table(*((None, text) for text in texts))
    for number in range(1, rounds + 1):
        started = time.perf_counter()
        parse_articles(table, settings, parser)
        ours = time.perf_counter() - started
        print(f"round {number}: parse stage {words / ours:.0f} words/s, peak memory {peak_memory():.0f} MiB")
    plain = plain_pipeline(*load_encoder(model_folder(BUNDLED) / ENCODER))
    plain("جملة أولى.")
    started = time.perf_counter()
    for text in texts:
        plain(text)
    theirs = time.perf_counter() - started
    print(f"plain Stanza loop {words / theirs:.0f} words/s: nabra is {theirs / ours:.2f} times as fast")


def peak_memory() -> float:
    """The largest resident size of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plain_pipeline(encoder: Any, tokenizer: Any, **paths: str) -> stanza.Pipeline:
    """Stanza's Pipeline as its documentation shows it, on the bundled models but for those of `paths`."""
    cache = FoundationCache()
    cache.bert[ENCODER] = BertRecord(encoder, tokenizer, {})
    return stanza.Pipeline(
        LANGUAGE,
        dir=str(model_folder(BUNDLED)),
        processors=PROCESSORS,
        package="default",
        download_method=None,
        foundation_cache=cache,
        use_gpu=False,
        logging_level="ERROR",
        **paths,
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rounds", type=int, default=2)
    chosen = options.parse_args()
    main(chosen.folder, chosen.threads, chosen.rounds)
