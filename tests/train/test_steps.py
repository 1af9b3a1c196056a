"""Which steps rebuild what, in which order, and which of them are done again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import load_settings
from nabra.flows.train import wanted_steps
from nabra.tasks.corpora.news import NEWS_FILES
from nabra.tasks.errors import UsageError
from nabra.tasks.train import steps
from nabra.tasks.train.steps import SHARED, STEPS, Step, Workshop, run_step


def test_a_model_brings_the_steps_that_it_needs_in_order() -> None:
    assert wanted_steps(["pretrain"]) == ["encoder", "pretrain"]
    assert wanted_steps(["silver"])[-1] == "silver"
    assert {"joint", "tokenize"} <= set(wanted_steps(["silver"]))
    assert wanted_steps(["parser"]) == ["encoder", "pretrain", "data", "joint", "tokenize", "parser"]


def test_every_step_comes_after_those_it_needs() -> None:
    order = list(STEPS)
    for name, step in STEPS.items():
        assert all(order.index(needed) < order.index(name) for needed in step.needs), name


def test_without_a_name_all_that_ships_is_made_and_nothing_else() -> None:
    made = wanted_steps([])
    assert {"scores", "open-scores", "pretrain", "joint", "open-joint"} <= set(made)
    assert not {"silver", "student"} & set(made)


def test_the_open_profile_learns_nothing_from_arabic_news() -> None:
    learned = [name for name in wanted_steps(["open-bundle"]) if {*NEWS_FILES} & {*STEPS[name].reads}]
    # The news decides only which pieces of the vocabulary stay.
    assert learned == ["encoder"]
    assert all(name.startswith("open-") or name in SHARED for name in wanted_steps(["open-scores"]))
    reads = [path for name in wanted_steps(["open-bundle"]) for path in STEPS[name].reads]
    assert not [path for path in reads if path.startswith("gold/")]


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="bert: no such model; models: encoder, pretrain"):
        wanted_steps(["bert"])


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop with two steps that count how often they run, the second on the first."""
    (tmp_path / "a.txt").write_text("one")
    runs = {
        "first": Step((), ("a.txt",), lambda shop: _count(shop, "first")),
        "second": Step(("first",), (), lambda shop: _count(shop, "second")),
    }
    monkeypatch.setattr(steps, "STEPS", runs)
    return Workshop(tmp_path, tmp_path / "work", tmp_path / "out", seed=1)


def _count(shop: Workshop, name: str) -> None:
    with (shop.data / name).open("a") as file:
        file.write("x")


def _runs(shop: Workshop) -> list[str]:
    for name in ("first", "second"):
        run_step(name, shop)
    return [(shop.data / name).read_text() for name in ("first", "second")]


def test_a_step_that_is_done_is_kept_until_its_data_or_the_seed_change(shop: Workshop) -> None:
    assert _runs(shop) == ["x", "x"]
    assert _runs(shop) == ["x", "x"]
    (shop.data / "a.txt").write_text("two")
    assert _runs(shop) == ["xx", "xx"]
    assert _runs(replace(shop, seed=2)) == ["xxx", "xxx"]


def test_a_step_whose_code_has_changed_is_done_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    _runs(shop)
    changed = {**steps.STEPS, "first": replace(steps.STEPS["first"], version=2)}
    monkeypatch.setattr(steps, "STEPS", changed)
    assert _runs(shop) == ["xx", "xx"]


@pytest.mark.parametrize("made_of", [{"recipe": (0.1, 24)}, {"lists": (lambda _: "sum",)}])
def test_a_step_whose_numbers_or_lists_have_changed_is_done_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, made_of: dict[str, Any]
) -> None:
    _runs(shop)
    changed = {**steps.STEPS, "first": replace(steps.STEPS["first"], **made_of)}
    monkeypatch.setattr(steps, "STEPS", changed)
    assert _runs(shop) == ["xx", "xx"]
    assert _runs(shop) == ["xx", "xx"]


@pytest.mark.parametrize(
    ("section", "key", "entry", "concerned"),
    [
        ("parse", "actors", '[[actor]]\nid = "oasis"\nkind = "state"\n', {"opinions", "decision", "coreference"}),
        ("stance", "cues", '[[noun]]\nwords = ["نداء"]\n', {"decision"}),
    ],
)
def test_the_steps_that_read_lists_or_cues_are_known_by_them(
    tmp_path: Path, section: str, key: str, entry: str, concerned: set[str]
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "own.toml").write_text(entry, encoding="utf-8")
    (tmp_path / "settings.toml").write_text(f'[{section}]\n{key} = "own"\n', encoding="utf-8")
    own, shipped = load_settings(tmp_path / "settings.toml"), load_settings()
    changed = {name for name, step in STEPS.items() for listed in step.lists if listed(own) != listed(shipped)}
    assert changed == concerned


def test_every_step_that_trains_is_known_by_its_numbers() -> None:
    stanza = {"tokenize", "open-tokenize"}  # whose arguments are those of its trainer
    quick = {"data", "parser", "bundle", "scores"}
    without = {name for name, step in STEPS.items() if not step.recipe}
    assert without == stanza | quick | {f"open-{name}" for name in quick}
    assert STEPS["open-joint"].recipe == STEPS["joint"].recipe != STEPS["pretrain"].recipe
    assert not STEPS["open-opinions"].lists


def test_a_checkpoint_is_kept_for_the_same_data_and_dropped_for_others(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = shop.work / "first" / "checkpoint.pt"
    found = []

    def stop(_: Workshop) -> None:
        found.append(checkpoint.is_file())
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "STEPS", {"first": Step((), ("a.txt",), stop)})
    for text in ("one", "one", "two"):
        (shop.data / "a.txt").write_text(text)
        with pytest.raises(KeyboardInterrupt):
            run_step("first", shop)
    assert found == [False, True, False]
