"""What is installed, built from this tree, and the entrypoints by which Prefect finds the flows."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
import yaml

import nabra.flows
from tests.planted import plant

ROOT = Path(__file__).parents[1]
FOLDERS = ("config", "flows", "models", "tasks")
ENTRYPOINTS = sorted(
    {entry["entrypoint"] for entry in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
)
LOAD = """
import sys
from prefect.flows import load_flow_from_entrypoint

flow = load_flow_from_entrypoint(sys.argv[1], use_placeholder_flow=False)
print(flow.fn.__module__, flow.fn.__name__)
"""
IMPORT = (
    "import nabra, nabra.config.settings, nabra.flows.cli.main, nabra.models, nabra.tasks; print(nabra.flows.__file__)"
)
TEXT = "قال وزير المياه سامر الطيب إن المشروع سيبدأ في الربيع المقبل في كل القرى. ورحب سكان القرى بالخطوة. " * 3

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the tree, as building leaves files beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in FOLDERS:
        copytree(ROOT / name, folder / "tree" / name, ignore=ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (folder / "tree" / name).write_bytes((ROOT / name).read_bytes())
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(folder / "tree")], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has the wheel, and the packages of the tests but not their nabra."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/*/site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "tests.pth").write_text("\n".join(others), encoding="utf-8")
    options = ("--no-deps", "--no-index", "--quiet", "--force-reinstall")
    pip = (sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"))
    subprocess.run([*pip, "install", *options, str(wheel)], check=True)
    return folder / "bin"


def called(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PREFECT_HOME": str(folder.parent / "prefect"), "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """A folder with modules that are called as nabra's folders are, and leave a mark where they are imported."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    plant(folder, tmp_path / "marks")
    return folder


def test_the_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    packed = {name.removeprefix("nabra/") for name in zipfile.ZipFile(wheel).namelist() if name.startswith("nabra/")}
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    assert packed == {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}


def test_nabra_is_imported_from_where_it_is_installed(installed: Path, downloads: Path) -> None:
    found = called([str(installed / "python"), "-P", "-c", IMPORT], downloads)
    assert found.returncode == 0, found.stderr
    assert Path(found.stdout.strip()).is_relative_to(installed.parent)
    assert not list((downloads.parent / "marks").iterdir())


def test_the_installed_command_runs_in_a_folder_with_modules_of_the_same_names(
    installed: Path, downloads: Path
) -> None:
    (downloads / "article.txt").write_text(TEXT, encoding="utf-8")
    run = called([str(installed / "nabra"), "run", "article.txt"], downloads)
    assert run.returncode == 0, run.stderr
    asked = "select count(*) as articles from sentiment where level = 'document'"
    assert called([str(installed / "nabra"), "sql", "--json", asked], downloads).stdout == '{"articles": 1}\n'
    assert not list((downloads.parent / "marks").iterdir())


@pytest.fixture(params=["editable", "wheel"])
def load(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Loads an entrypoint as Prefect does, in the folder to which the pull step of a deployment leads."""
    if request.param == "wheel":
        python, folder = request.getfixturevalue("installed") / "python", tmp_path / "empty"
        folder.mkdir()
    else:
        python, folder = Path(sys.executable), ROOT

    def load(entrypoint: str) -> str:
        asked = called([str(python), "-c", LOAD, entrypoint], folder)
        return asked.stdout.strip() or asked.stderr

    return load


@pytest.mark.parametrize("entrypoint", ENTRYPOINTS)
def test_prefect_loads_the_flows_of_its_file(load: Callable[[str], str], entrypoint: str) -> None:
    assert load(entrypoint) == " ".join(entrypoint.rsplit(".", 1))


@pytest.mark.parametrize("entrypoint", ["flows.news.news", "flows/news.py:news", "flows/news.py:backfill"])
def test_an_entrypoint_of_before_the_packages_were_nabras_says_what_to_do(entrypoint: str, tmp_path: Path) -> None:
    asked = called([sys.executable, "-c", LOAD, entrypoint], ROOT)
    assert nabra.flows.MOVED in asked.stderr.strip().splitlines()[-1]
