"""Guards over the code itself."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path

from docs.make_data_md import document
from nabra.tasks.engine.fingerprint import fingerprints
from nabra.tasks.engine.stages import STAGES

ROOT = Path(__file__).parents[1]
MAY_IMPORT_PREFECT = {"tasks/run.py"}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_only_the_flows_and_the_runner_import_prefect() -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("tasks", "config")
        for path in (ROOT / folder).rglob("*.py")
        if "prefect" in imported(path)
    }
    assert importers == MAY_IMPORT_PREFECT


def test_the_arabic_needs_the_standard_library_alone_and_islamic_dates() -> None:
    needed = set().union(*(imported(path) for path in (ROOT / "tasks" / "arabic").glob("*.py")))
    assert needed - sys.stdlib_module_names == {"hijridate", "nabra"}


def test_storage_and_format_of_the_warehouse_are_known_in_one_place_each() -> None:
    def knowing(module: str) -> set[str]:
        paths = (path for folder in ("tasks", "flows") for path in (ROOT / folder).rglob("*.py"))
        return {path.relative_to(ROOT).as_posix() for path in paths if module in path.read_text(encoding="utf-8")}

    files_of_users = {"tasks/evaluate/judgements.py", "tasks/corpora/news.py", "tasks/fetch/local/sheets.py"}
    assert knowing("pyarrow.fs") == {f"tasks/warehouse/{name}.py" for name in ("files", "folder", "bucket")}
    assert knowing("pyarrow.parquet") - files_of_users == {"tasks/warehouse/parquet.py"}
    assert knowing("ingest_date=") == {"tasks/warehouse/layout.py"}


def test_every_package_is_listed_by_name() -> None:
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("packages = [")[1].split("]")[0]
    for folder in ("flows", "config", "tasks"):
        for path in (ROOT / folder).rglob("__init__.py"):
            name = ".".join(("nabra", *path.parent.relative_to(ROOT).parts))
            assert f'"{name}"' in listed, name


def test_the_page_of_tables_is_the_one_that_the_schemas_make() -> None:
    assert (ROOT / "docs" / "data.md").read_text(encoding="utf-8") == document()


def test_a_stage_has_one_name_everywhere() -> None:
    from nabra.config.settings import Settings, load_settings

    for name in STAGES:
        assert (ROOT / "tasks" / name).is_dir()
        assert name in Settings.model_fields
        assert name in fingerprints(load_settings())


def test_every_package_of_the_tasks_stands_within_the_borders() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    _, order, without_prefect, without_warehouse, *_ = project.split("[[tool.importlinter.contracts]]")
    for folder in (ROOT / "tasks").glob("*/__init__.py"):
        name = f"nabra.tasks.{folder.parent.name}"
        assert re.search(rf"\b{name}\b", order), f"{name} has no place in the order of the layers"
        assert f'"{name}"' in without_prefect, f"{name} may import Prefect"
    for name in STAGES:
        assert f'"nabra.tasks.{name}"' in without_warehouse, f"{name} may open the warehouse"


def test_the_benches_import_what_is_there() -> None:
    for path in (ROOT / "bench").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nabra."):
                names = {alias.name for alias in node.names}
                assert names <= contents(node.module), f"{path.name}: {node.module} has not all of {names}"


def contents(module: str) -> set[str]:
    """What can be imported from a module: its names, and the modules in a package."""
    path = ROOT.joinpath(*module.split(".")[1:])
    inside = {each.stem for each in path.glob("*")}
    return inside | set(dir(importlib.import_module(module)))
