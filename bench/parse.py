"""Speed of nabra's parse against a plain Stanza loop over the same models, as a ratio in one run.

    python bench/parse.py [FOLDER_OF_TXT]

The plain loop is what one finds in notebooks: `for text in texts: nlp(text)`.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import stanza
from stanza.models.common.foundation_cache import BertRecord, FoundationCache

from tasks.parse.models import BUNDLED, ENCODERS, LANGUAGE, PROCESSORS, load_encoder, load_parser, model_folder
from tasks.parse.sentences import split_sentences

SAMPLES = Path(__file__).parents[1] / "config" / "samples" / "articles"


def main(folder: Path) -> None:
    """Time both over the .txt files of `folder` and print words per second, their ratio and the peak memory."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    words = sum(len(text.split()) for text in texts)
    models = model_folder(BUNDLED)
    parser = load_parser(models, threads=0)
    plain = plain_pipeline(models)
    parser.parse(["جملة أولى."])
    plain("جملة أولى.")
    started = time.perf_counter()
    parser.parse([text[start:end] for text in texts for start, end in split_sentences(text, 120)])
    ours = time.perf_counter() - started
    started = time.perf_counter()
    for text in texts:
        plain(text)
    theirs = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(texts)} articles, {words} words")
    print(
        f"nabra {words / ours:.0f} words/s, plain Stanza loop {words / theirs:.0f} words/s: {theirs / ours:.2f} times"
    )
    print(f"peak memory {memory:.0f} MiB")


def plain_pipeline(models: Path) -> stanza.Pipeline:
    """Stanza's Pipeline as its documentation shows it, on the bundled models."""
    cache = FoundationCache()
    for name in ENCODERS:
        cache.bert[name] = BertRecord(*load_encoder(models / name), {})
    return stanza.Pipeline(
        LANGUAGE,
        dir=str(models),
        processors=PROCESSORS,
        package="default",
        download_method=None,
        foundation_cache=cache,
        use_gpu=False,
        logging_level="ERROR",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
