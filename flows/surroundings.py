"""What a command takes from where it is called: nothing of the current folder but what its arguments name.

That folder may hold what somebody downloaded. Python would import from it (a `socket.py` in each process that is
spawned), and Prefect configures itself from its `.env`, `prefect.toml` and `pyproject.toml`, which may name code to
execute and a server to talk to. The environment and Prefect's profiles, which the user has chosen, count as ever.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Final

HERE: Final = Path(__file__).resolve().parent
PREFECT: Final = "prefect"
API_URL: Final = "PREFECT_API_URL"


def leave_out() -> None:
    """From now on, neither this process nor those that it starts take anything unasked from the current folder."""
    os.environ["PYTHONSAFEPATH"] = "1"
    _leave_out_of_path()
    home = os.environ.get("PREFECT_HOME") or "~/.prefect"
    # Prefect asks the files of the current folder for this one before it reads anything else.
    os.environ.setdefault("PREFECT_PROFILES_PATH", str(Path(home).expanduser().absolute() / "profiles.toml"))
    if PREFECT not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _leave_out_of_path() -> None:
    """Take away what `python -c`, `python -m` and empty or relative entries of PYTHONPATH have put there."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if absolute := [entry for entry in given if Path(entry).is_absolute()]:
        os.environ["PYTHONPATH"] = os.pathsep.join(absolute)
    else:
        os.environ.pop("PYTHONPATH", None)
    relative = {str(Path(entry).absolute()) for entry in given if entry not in absolute}
    # Prefect, where it imports a flow by its name, has put the current folder in front, and takes that away itself.
    taken_away = sys.path[:1] if PREFECT in sys.modules and sys.path[0] in relative else []
    sys.path[:] = [*taken_away, *(entry for entry in sys.path if entry and entry not in relative)]


def names_server() -> bool:
    """True if the environment or a profile of the user names a Prefect server.

    Prefect, slow to import, is asked only where one may: where neither has the word, it knows of none.
    """
    if not _may_name_server():
        return False
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())


def _may_name_server() -> bool:
    if any(name.upper() == API_URL for name in os.environ):
        return True
    profiles = Path(os.environ["PREFECT_PROFILES_PATH"]).expanduser()
    try:
        return API_URL in profiles.read_text(encoding="utf-8", errors="replace").upper()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # Prefect says what is wrong with it


class _Finder:
    """Finds Prefect, as others do, to be loaded by `_Loader`: in whatever module and process it is first imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != PREFECT:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


class _Loader(SourceFileLoader):
    """Reads no settings of the current folder: now, since it is another, and later, since their readers find none."""

    def exec_module(self, module: ModuleType) -> None:
        with contextlib.chdir(HERE):
            super().exec_module(module)
        from prefect.settings.sources import TomlConfigSettingsSourceBase
        from pydantic_settings import DotEnvSettingsSource

        TomlConfigSettingsSourceBase._read_files = _nothing  # type: ignore[assignment]
        DotEnvSettingsSource._read_env_files = _nothing  # type: ignore[assignment]


def _nothing(*_: object) -> dict[str, str | None]:
    return {}
