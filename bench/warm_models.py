"""Loads the bundled models once, in the process that the runs of `bench.recovery` are forked from; for nothing else."""

from functools import cache

from nabra.config.settings import load_settings
from nabra.tasks.engine import resources as toolbox
from nabra.tasks.warehouse.store import Store

for name in ("load_parser", "load_encoder", "load_classifier", "load_target_classifier"):
    setattr(toolbox, name, cache(getattr(toolbox, name)))

settings = load_settings()
parse = settings.parse.model_copy(update={"threads": 1})
tools = toolbox.Toolbox(settings.model_copy(update={"parse": parse}), Store.open(settings.store))
loaded = tools.parser, tools.classifier, tools.judges
