from pathlib import Path

import pytest

from nabra.tasks.arabic.folding import fold
from nabra.tasks.errors import ConfigError
from nabra.tasks.quotes.cues import Cues, participle_forms, starts_with, verb_forms
from nabra.tasks.stance import load_cues


def test_a_perfect_verb_has_its_persons() -> None:
    assert {"اكد", "اكدت", "اكدوا", "اكدا"} <= {*verb_forms("أكّد")}


def test_a_weak_verb_drops_its_last_letter() -> None:
    assert {"نفي", "نفت", "نفوا"} <= {*verb_forms("نفى")}
    assert {"يري", "تري", "يرون"} <= {*verb_forms("يرى")}


def test_a_participle_has_gender_and_number() -> None:
    assert {*participle_forms("مشيراً")} == {"مشيرا", "مشيره", "مشيرين"}


def test_the_longest_phrase_wins() -> None:
    assert starts_with(["علي", "حد", "قول"], 0, {("علي",), ("علي", "حد")}) == ("علي", "حد")
    assert starts_with(["علي"], 0, {("حد",)}) is None


def test_the_shipped_cues_know_common_forms(cues: Cues) -> None:
    assert cues.reporters[fold("وأكدت")[1:]].that
    assert cues.reporters[fold("مشيدةً")].prepositions == {"ب"}
    assert cues.evaluative[(fold("ميليشيات"),)].loaded


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[reporting]]\nverbs = ["قال"]\nspeach = true', "unknown key reporting.0.speach; allowed: verbs, participle"),
        ('[[evaluative]]\nid = "a"\nstance = "neutral"\nweight = 0.5', "evaluative.a.stance"),
        ('[surface]\nlists = ["قال"]', "unknown key surface.lists; allowed: complementizers"),
    ],
)
def test_load_names_file_key_and_what_is_allowed(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_cues(tmp_path)
    assert told in str(error.value)
    assert "mine.toml" in str(error.value)
