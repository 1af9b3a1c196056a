"""Loads the bundled models once, in the process that the runs of `bench.recovery` are forked from; for nothing else."""

from nabra.config.settings import load_settings
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.engine.tools import Tools
from tests.in_process import InThisProcess

settings = load_settings()
parse = settings.parse.model_copy(update={"threads": 1})
tools = Tools(settings.model_copy(update={"parse": parse}))
loaded = [tools.get(stage, name) for stage in STAGES.values() for name in stage.tools]
Resources.workers = property(lambda _: InThisProcess(tools))  # type: ignore[assignment]
