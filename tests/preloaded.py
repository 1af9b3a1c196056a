"""What the runs of `tests.runs` import and load for seconds: here once, in the process from which they are forked."""

from nabra.config.settings import load_settings
from nabra.tasks.clean.language import identify_language
from nabra.tasks.engine.tools import prepare_tools
from tests.in_process import shipped_cleaner, stand_ins

SETTINGS = load_settings()
prepare_tools(SETTINGS)
stand_ins(SETTINGS)
shipped_cleaner()
identify_language("نص")
