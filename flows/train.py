"""The flow that rebuilds the bundled models from the training data."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from nabra.flows.terminal.progress import console
from nabra.tasks.corpora.folder import data_files
from nabra.tasks.errors import UsageError
from nabra.tasks.models.folders import BUNDLED, model_root
from nabra.tasks.train.steps import SHIPPED, STEPS, Workshop, run_step


@task(name="train-step", task_run_name="train {name}", cache_policy=NO_CACHE, persist_result=False)
def train_step(name: str, data: str, work: str, out: str, seed: int) -> bool:
    """One step of `nabra.tasks.train.steps`."""
    return run_step(name, Workshop(Path(data), Path(work), Path(out), seed))


@flow(name="nabra-train", persist_result=False)
def train(models: list[str], data: str, work: str, out: str | None = None, seed: int = 1) -> None:
    """Do the steps `models` (without a name those of all that ships) and those they need, on the folder `data`.

    Checkpoints go to `work`; a step that is done for the same data, seed and arguments is kept, and a long training
    goes on within. The result goes to `out`, the bundled models by default.
    """
    names = prepare_steps(models, Path(data))
    target = out or str(model_root(BUNDLED))
    for number, name in enumerate(names, start=1):
        console.print(f"[{number}/{len(names)}] {name}", highlight=False)
        train_step(name, data, work, target, seed)


def prepare_steps(models: list[str], data: Path) -> list[str]:
    """The steps to do; raises the UsageError that names all data which any of them lacks, before hours are spent."""
    names = wanted_steps(models)
    data_files(data, [path for name in names for path in STEPS[name].reads])
    return names


def wanted_steps(models: list[str]) -> list[str]:
    """The steps for the models named, with those they need, in the order in which they run."""
    for name in models:
        if name not in STEPS:
            raise UsageError(f"{name}: no such model; models: {', '.join(STEPS)}")
    wanted = set(models or SHIPPED)
    for name in reversed(list(STEPS)):
        if name in wanted:
            wanted |= set(STEPS[name].needs)
    return [name for name in STEPS if name in wanted]
