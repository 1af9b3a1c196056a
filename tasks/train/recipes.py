"""The numbers by which each training is done, which decide its result beside data and seed.

They are part of what a step is known by (`steps.py`): where one changes, what was made before is made anew. What only
says how often to save or to tell is not among them.
"""

from __future__ import annotations

from typing import Final

from nabra.tasks.train import (
    coreference,
    decision,
    encoder,
    examples,
    heads,
    joint,
    opinion,
    optimise,
    pretrain,
    sentiment,
    silver,
)

_OPTIMISER: Final = (optimise.CLIP, optimise.WEIGHT_DECAY, optimise.BETAS)

ENCODER: Final = (encoder.FEWEST, encoder.MAX_PIECES)
PRETRAIN: Final = (
    pretrain.WINDOW,
    pretrain.ROWS,
    pretrain.MASKED,
    (pretrain.AS_MASK, pretrain.AS_RANDOM),
    pretrain.LEARNING_RATE,
    pretrain.WARMUP,
    *_OPTIMISER,
)
JOINT: Final = (
    joint.WARMUP,
    (joint.ENCODER_RATE, joint.HEADS_RATE),
    joint.DROPOUT,
    tuple(joint.WEIGHTS.items()),
    (heads.BATCH_WORDS, heads.BATCH_TOKENS),
    examples.FEWEST,
    *_OPTIMISER,
)
OPINION: Final = (
    (opinion.ENCODER_RATE, opinion.HEAD_RATE),
    opinion.WARMUP,
    (opinion.ROWS, opinion.POOL),
    (opinion.SMOOTHING, opinion.DROPOUT),
    opinion.HELD_OUT,
    *_OPTIMISER,
)
SENTIMENT: Final = (sentiment.LAYERS, sentiment.STRENGTHS, sentiment.FOLDS)
DECISION: Final = (decision.STRENGTH, decision.FOLDS)
COREFERENCE: Final = (coreference.STRENGTH, coreference.FOLDS)
SILVER: Final = ((silver.SHORTEST, silver.LONGEST), silver.AGREEMENT)
