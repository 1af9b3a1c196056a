"""Loads the bundled models once, in the process that the runs of `bench.recovery` are forked from; for nothing else."""

from nabra.config.settings import load_settings
from nabra.tasks.engine.resources import Toolbox
from nabra.tasks.stage_functions import StageTools
from tests.in_process import InThisProcess

settings = load_settings()
parse = settings.parse.model_copy(update={"threads": 1})
tools = StageTools(settings.model_copy(update={"parse": parse}))
loaded = tools.actors, tools.parser, tools.classifier, tools.judges
Toolbox.workers = property(lambda _: InThisProcess(tools))  # type: ignore[assignment]
