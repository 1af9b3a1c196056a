"""`nabra train`: the shipped models, rebuilt from the training data."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from nabra.tasks.errors import UsageError


def train(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            help="Steps, done with those they need: encoder, pretrain, data, joint, tokenize, parser, english, "
            "opinions, unseen, decision, bundle, scores; with `open-` before the name for the open profile; silver, "
            "student (self-training, which does not ship); coreference (its weights are in config/). "
            "[default: all that ships]"
        ),
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder of training data: treebank/, ner/, news/, gold/ …")] = Path("data"),
    work: Annotated[Path, typer.Option(help="Folder for checkpoints; a stopped training goes on from there.")] = Path(
        "build/train"
    ),
    out: Annotated[Path | None, typer.Option(help="Folder for the models. [default: the bundled ones]")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random choices.")] = 1,
) -> None:
    """Rebuild the shipped models from the training data. Needs `pip install 'nabra[train]'`.

    Hours on a CPU, less with an accelerator. A run that was stopped goes on where it was; a step whose data, seed and
    settings have not changed is kept.

    **Example** `nabra train --data data --out my-models` # to use the result, set in your settings: [parse] parser =
    "my-models"
    """
    from nabra.flows.prefect.server import prefect_server
    from nabra.flows.terminal.signals import stopping

    try:
        from nabra.flows.train import prepare_steps
        from nabra.flows.train import train as train_flow
    except ModuleNotFoundError as error:
        raise UsageError(f"training needs the package {error.name}; run: pip install 'nabra[train]'") from error

    prepare_steps(models or [], data)
    # Hours of work: its progress is no detail.
    logging.getLogger("nabra.tasks.train").setLevel(logging.INFO)
    with stopping(), prefect_server():
        train_flow(models or [], str(data), str(work), str(out) if out else None, seed)
