"""What a run sends to its workers: on a machine where nabra lies elsewhere, its lists are found there."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from nabra.config import settings as settings_module
from nabra.config.settings import CONFIG_FOLDER, load_settings
from nabra.tasks.engine.crew import require_alike
from nabra.tasks.engine.plan import Plan
from nabra.tasks.errors import ConfigError


def sent(plan: Plan) -> bytes:
    """With the fingerprints of the machine where the run was begun, as a run does."""
    assert plan.fingerprints
    return pickle.dumps(plan)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere" / "config"
    shutil.copytree(CONFIG_FOLDER, folder)
    return folder


def test_it_arrives_as_it_was_sent(tmp_path: Path) -> None:
    plan = Plan(load_settings(warehouse=str(tmp_path)), "run", frozenset({"parse"}), ("2026-04-01", "2026-04-02"))
    there = pickle.loads(sent(plan))
    assert there == plan
    assert hash(there) == hash(plan)
    assert there.fingerprints == plan.fingerprints


def test_lists_that_come_with_nabra_are_those_of_the_machine_where_it_arrives(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_noise.toml").write_text((CONFIG_FOLDER / "noise.toml").read_text("utf-8"), encoding="utf-8")
    (tmp_path / "my.toml").write_text('[clean]\nnoise = "my_noise.toml"\n', encoding="utf-8")
    content = sent(Plan(load_settings(tmp_path / "my.toml", warehouse=str(tmp_path / "w")), "run"))
    monkeypatch.setattr(settings_module, "CONFIG_FOLDER", elsewhere)
    monkeypatch.setattr(settings_module, "DEFAULT_FILE", elsewhere / "default.toml")
    there: Plan = pickle.loads(content)
    assert there.settings.parse.actors == str(elsewhere / "actors")
    assert there.settings.stance.cues == str(elsewhere / "cues")
    assert there.settings.parse.parser == "bundled"
    assert there.settings.clean.noise == str(tmp_path / "my_noise.toml")
    require_alike(there)


def test_a_list_that_a_machine_lacks_is_named_with_the_machine(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('[clean]\nnoise = "my_noise.toml"\n', encoding="utf-8")
    noise = tmp_path / "my_noise.toml"
    noise.write_text((CONFIG_FOLDER / "noise.toml").read_text("utf-8"), encoding="utf-8")
    content = sent(Plan(load_settings(tmp_path / "my.toml", warehouse=str(tmp_path / "w")), "run"))
    noise.unlink()
    with pytest.raises(ConfigError, match=r"my_noise\.toml.*every worker needs the lists and models"):
        require_alike(pickle.loads(content))
