"""The real command, called in a folder of downloads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted import plant
from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PAGE = "<html><head><title>خبر</title></head><body><article><p>{text}</p></article></body></html>"
TEXT = "قال وزير المياه سامر الطيب إن المشروع سيبدأ في الربيع المقبل في كل القرى. ورحب سكان القرى بالخطوة. "


@pytest.fixture
def downloads(tmp_path: Path) -> Workplace:
    place = Workplace(tmp_path / "downloads")
    place.folder.mkdir()
    plant(place.folder, tmp_path / "marks")
    (place.folder / "page.html").write_text(PAGE.format(text=TEXT * 3), encoding="utf-8")
    place.environment |= {"PREFECT_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    return place


def marks(place: Workplace) -> list[str]:
    return sorted(mark.name for mark in (place.folder.parent / "marks").iterdir())


def test_a_run_in_a_folder_of_downloads_executes_and_heeds_nothing_of_it(downloads: Workplace) -> None:
    for command in (("run", "page.html"), ("status",)):
        status, _, err = downloads.nabra(*command)
        assert (status, marks(downloads)) == (0, []), err


@pytest.mark.parametrize("name", ["prefect.toml", "pyproject.toml", ".env"])
def test_a_broken_file_of_prefect_ends_no_run(downloads: Workplace, name: str) -> None:
    (downloads.folder / name).write_bytes(b"\xff\xfe[[[")
    status, _, err = downloads.nabra("run", "page.html")
    assert status == 0, err


ASKED = """
import sys
from nabra.flows.surroundings import names_server
print(names_server(), "prefect" in sys.modules)
"""
PROFILES = """
active = "mine"
[profiles.mine]
PREFECT_LOGGING_LEVEL = "INFO"
[profiles.work]
PREFECT_API_URL = "http://127.0.0.1:9/api"
"""


@pytest.mark.parametrize(
    ("environment", "profiles", "told"),
    [
        ({}, None, "False False"),
        ({}, PROFILES.replace("_API_URL", "_API_KEY"), "False False"),
        ({}, PROFILES, "False True"),
        ({"PREFECT_PROFILE": "work"}, PROFILES, "True True"),
        ({}, PROFILES.replace('"mine"', '"work"'), "True True"),
        ({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, None, "True True"),
        ({"prefect_api_url": "http://127.0.0.1:9/api"}, None, "True True"),
        ({"PREFECT_API_URL": ""}, None, "False True"),
    ],
)
def test_prefect_is_asked_for_a_server_only_where_the_user_may_have_named_one(
    downloads: Workplace, tmp_path: Path, environment: dict[str, str], profiles: str | None, told: str
) -> None:
    if profiles:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "profiles.toml").write_text(profiles, encoding="utf-8")
    given = {"PREFECT_API_URL", "PREFECT_PROFILES_PATH"}  # the second by this process
    surroundings = {name: value for name, value in downloads.environment.items() if name not in given}
    asked = subprocess.run(
        [sys.executable, "-P", "-c", ASKED],
        cwd=downloads.folder,
        env=surroundings | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout == f"{told}\n", asked.stderr


@pytest.mark.parametrize("python_path", ["", ":{root}", "{root}:.", "{root}:downloads:"])
def test_neither_python_nor_its_children_have_the_current_folder_on_their_path(
    downloads: Workplace, python_path: str
) -> None:
    root = Path(__file__).parents[2]
    code = """
import nabra.flows, multiprocessing, sys
print(sys.path, multiprocessing.get_context("spawn").Pool(1).apply(eval, ["__import__('sys').path"]))
"""
    for name in ("socket", "json", "typing", "random", "logging", "sitecustomize", "usercustomize"):
        (downloads.folder / f"{name}.py").unlink()  # what Python itself imports before nabra can say a word
    for name in ("flows", "tests"):
        (downloads.folder / name / "__init__.py").unlink()
    asked = subprocess.run(
        [sys.executable, "-c", code],
        cwd=downloads.folder,
        env=downloads.environment | {"PYTHONPATH": python_path.format(root=root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert "downloads" not in asked.stdout
    assert "''" not in asked.stdout
