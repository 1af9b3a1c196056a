"""A folder of downloads as somebody with bad intent would fill it: whatever is executed of it leaves a mark."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MODULES: Final = (
    *("socket", "json", "typing", "logging", "random", "sitecustomize", "usercustomize", "torch", "duckdb", "prefect"),
    *("config", "tasks", "asyncpg", "docket"),
)
PACKAGES: Final = ("flows", "models", "tests", "stanza")
LOGGING: Final = """
version: 1
disable_existing_loggers: false
handlers:
  planted: {"()": builtins.open, file: MARKS/logging.yml, mode: w}
loggers: {prefect: {handlers: [planted]}}
"""
NOWHERE: Final = "http://127.0.0.1:9/api"


def plant(folder: Path, marks: Path) -> None:
    """Fill the folder; `marks` is where each file that is executed leaves one of its name."""
    marks.mkdir()
    for name in (*(f"{name}.py" for name in MODULES), *(f"{name}/__init__.py" for name in PACKAGES)):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(marks / name.replace('/', '-'))!r}, 'w').close()\n", encoding="utf-8")
    logging, api = 'config_path = "logging.yml"', f'url = "{NOWHERE}"'
    variables = {"API_URL": NOWHERE, "LOGGING_CONFIG_PATH": "logging.yml", "PROFILES_PATH": "profiles.toml"}
    files = {
        "logging.yml": LOGGING.replace("MARKS", str(marks)),
        "prefect.toml": f"[logging]\n{logging}\n[api]\n{api}\n",
        "pyproject.toml": f"[tool.prefect.logging]\n{logging}\n[tool.prefect.api]\n{api}\n",
        "profiles.toml": f'active = "planted"\n[profiles.planted]\nPREFECT_API_URL = "{NOWHERE}"\n',
        ".env": "".join(f"PREFECT_{name}={value}\n" for name, value in variables.items()),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
