"""The parser over a folder of models, offline: one pass for all heads, or Stanza's Pipeline, as the folder holds."""

from __future__ import annotations

import os
from pathlib import Path

import stanza
import torch
from stanza.models.common.foundation_cache import BertRecord, FoundationCache

from nabra.config.settings import Settings
from nabra.tasks.errors import ModelError
from nabra.tasks.models.bert import load_bert
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER, HEADS, LANGUAGE, SEGMENTER, model_folder, verify
from nabra.tasks.models.memo import MemoEncoder
from nabra.tasks.models.pieces import PieceReader
from nabra.tasks.models.precision import best_arithmetic, device
from nabra.tasks.parse.arcs import ArcsFirst
from nabra.tasks.parse.heads import load_heads
from nabra.tasks.parse.onepass import OnePassParser
from nabra.tasks.parse.parser import ANALYSERS, SEGMENTERS, TOKENIZER, Parser, StanzaParser
from nabra.tasks.parse.segment import load_segmenter
from nabra.tasks.parse.tokens import StanzaTokenizer

PROCESSORS = f"{SEGMENTERS},{ANALYSERS}"
# How many words Stanza's processors take at once: larger batches are mostly padding, smaller ones mostly calls.
BATCHES = {"pos_batch_maximum_tokens": 2500, "lemma_batch_size": 200, "depparse_batch_size": 2500}


def parser(settings: Settings) -> Parser:
    """The parser that the settings name, its models checked."""
    return load_parser(model_folder(settings.parse.parser), settings.parse.threads)


def load_parser(folder: Path, threads: int) -> Parser:
    """A parser over the models of `folder`, never touching the network.

    `threads` is the number of torch threads, 0 for one per core. ModelError names a file that is missing or damaged.
    """
    verify(folder)
    torch.set_num_threads(threads or os.cpu_count() or 1)
    return _one_pass(folder) if (folder / HEADS).is_dir() else _pipeline(folder)


def _one_pass(folder: Path) -> Parser:
    """The parser over one encoder and its heads; Stanza's Pipeline gives the tokenizer alone."""
    tokenizer = StanzaTokenizer(_stanza(folder, TOKENIZER, FoundationCache()))
    place = device()
    encoder = load_bert(folder / ENCODER, best_arithmetic(place.type), place)
    return OnePassParser(tokenizer, PieceReader(folder / ENCODER), encoder, load_heads(folder / HEADS).to(place))


def _pipeline(folder: Path) -> Parser:
    """Stanza's Pipeline over models that each read the words for themselves."""
    cache = FoundationCache()
    segmenter, forget = None, []
    if (folder / ENCODER).is_dir():
        model, tokenizer = load_encoder(folder / ENCODER)
        memo = MemoEncoder(model)
        forget = [memo.forget]
        cache.bert[ENCODER] = BertRecord(memo, tokenizer, {})
        if (folder / SEGMENTER).is_dir():
            segmenter = load_segmenter(folder / SEGMENTER, memo, tokenizer)
    pipeline = _stanza(folder, PROCESSORS, cache)
    trainer = pipeline.processors["depparse"].trainer
    if ArcsFirst.fits(trainer.model):
        trainer.model = ArcsFirst(trainer.model)
    return StanzaParser(pipeline, segmenter, forget)


def _stanza(folder: Path, processors: str, cache: FoundationCache) -> stanza.Pipeline:
    try:
        return stanza.Pipeline(
            LANGUAGE,
            dir=str(folder),
            processors=processors,
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
