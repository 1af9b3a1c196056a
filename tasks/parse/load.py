"""Stanza's Pipeline over a folder of models, offline."""

from __future__ import annotations

import os
from pathlib import Path

import stanza
import torch
from stanza.models.common.foundation_cache import BertRecord, FoundationCache

from nabra.config.settings import Settings
from nabra.tasks.errors import ModelError
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER, LANGUAGE, SEGMENTER, model_folder, verify
from nabra.tasks.models.memo import MemoEncoder
from nabra.tasks.parse.arcs import ArcsFirst
from nabra.tasks.parse.parser import ANALYSERS, SEGMENTERS, StanzaParser
from nabra.tasks.parse.segment import load_segmenter

PROCESSORS = f"{SEGMENTERS},{ANALYSERS}"
# How many words Stanza's processors take at once: larger batches are mostly padding, smaller ones mostly calls.
BATCHES = {"pos_batch_maximum_tokens": 2500, "lemma_batch_size": 200, "depparse_batch_size": 2500}


def parser(settings: Settings) -> StanzaParser:
    """The parser that the settings name, its models checked."""
    return load_parser(model_folder(settings.parse.parser), settings.parse.threads)


def load_parser(folder: Path, threads: int) -> StanzaParser:
    """A parser over the models of `folder`, on the CPU, never touching the network.

    `threads` is the number of torch threads, 0 for one per core. ModelError names a file that is missing or damaged.
    """
    verify(folder)
    torch.set_num_threads(threads or os.cpu_count() or 1)
    cache = FoundationCache()
    segmenter, forget = None, []
    if (folder / ENCODER).is_dir():
        model, tokenizer = load_encoder(folder / ENCODER)
        memo = MemoEncoder(model)
        forget = [memo.forget]
        cache.bert[ENCODER] = BertRecord(memo, tokenizer, {})
        if (folder / SEGMENTER).is_dir():
            segmenter = load_segmenter(folder / SEGMENTER, memo, tokenizer)
    try:
        pipeline = stanza.Pipeline(
            LANGUAGE,
            dir=str(folder),
            processors=PROCESSORS,
            package="default",
            download_method=None,
            foundation_cache=cache,
            tokenize_no_ssplit=True,
            use_gpu=False,
            logging_level="ERROR",
            **BATCHES,
        )
    except Exception as error:
        # Stanza raises anything from KeyError to UnpicklingError on models that it does not like.
        raise ModelError(f"the models in {folder} cannot be loaded: {type(error).__name__}: {error}") from error
    trainer = pipeline.processors["depparse"].trainer
    if ArcsFirst.fits(trainer.model):
        trainer.model = ArcsFirst(trainer.model)
    return StanzaParser(pipeline, segmenter, forget)
