from pathlib import Path

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.arabic.folding import fold
from nabra.tasks.errors import ConfigError
from nabra.tasks.quotes.cues import Cues, load_cues, participle_forms, starts_with, verb_forms


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
        (
            '[[reporting]]\nverbs = ["قال"]\nspeach = true',
            "unknown key reporting.0.speach; allowed: id, verbs, participle",
        ),
        ('[[evaluative]]\nid = "a"\nstance = "neutral"\nweight = 0.5', "evaluative.a.stance"),
        ('[surface]\nlists = ["قال"]', "unknown key surface.lists; allowed: complementizers"),
        ('[[reporting]]\nverbs = [""]', "reporting.0.verbs.0: '' has no letters; remove it"),
        ('[[evaluative]]\nid = "a"\nstance = "favor"\nweight = 0.5\nforms = ["«»"]', "evaluative.a.forms.0: '«»' has"),
        ("[[reporting]]\nverbs = []", "reporting.0: the entry has no word; write its verbs, or the `id`"),
        ("# all commented out\n", "no entry in mine.toml"),
    ],
)
def test_load_names_file_key_and_what_is_allowed(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_cues(tmp_path)
    assert told in str(error.value)
    assert "mine.toml" in str(error.value)


REPORTING = '[[reporting]]\nverbs = ["غرد", "يغرد"]\nthat = true\n'
EVALUATIVE = '[[evaluative]]\nid = "{id}"\nstance = "{stance}"\nforms = {forms}\nweight = 0.5\n'


def beside_the_shipped(folder: Path, text: str) -> Cues:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return load_cues(CONFIG_FOLDER / "cues", folder)


def test_own_cues_stand_beside_the_shipped_ones(tmp_path: Path, cues: Cues) -> None:
    own = beside_the_shipped(tmp_path, REPORTING + '[surface]\nnegators = ["قط"]\n')
    assert own.reporters.keys() - cues.reporters.keys() == {"غرد", "غردت", "غردوا", "غردتا", "غردا"} | {
        *verb_forms("يغرد")
    }
    assert own.negators == cues.negators | {"قط"}
    assert own.evaluative == cues.evaluative


def test_an_own_entry_overrides_the_shipped_one_of_its_id_or_first_word(tmp_path: Path, cues: Cues) -> None:
    own = beside_the_shipped(
        tmp_path,
        '[[reporting]]\nverbs = ["أَكد"]\nprepositions = ["على"]\n[[reporting]]\nid = "قال"\nverbs = []\n'
        + EVALUATIVE.format(id="praise", stance="favor", forms='["برافو"]'),
    )
    assert not own.reporters["اكد"].that
    assert not {"مؤكدا", "قال", "قائلا"} & own.reporters.keys()
    assert {form for form, entry in own.evaluative.items() if entry.id == "praise"} == {("برافو",)}
    assert (fold("أشاد"),) in cues.evaluative
    assert (fold("أشاد"),) not in own.evaluative


def test_a_form_is_that_of_the_own_entry_which_has_it(tmp_path: Path) -> None:
    own = beside_the_shipped(
        tmp_path,
        '[[reporting]]\nverbs = ["غرد", "قال"]\n[[attribution]]\nforms = ["وفقا ل"]\nverb = true\n'
        + EVALUATIVE.format(id="mockery", stance="against", forms='["أشاد"]'),
    )
    assert not own.reporters["قال"].that
    assert own.evaluative[(fold("أشاد"),)].id == "mockery"
    assert own.verb_attributions - own.attributions == own.verb_attributions


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (REPORTING, r"no \[\[evaluative\]\] with a word .* so no stance is found .* stance.own_cues = \"add\""),
        (
            EVALUATIVE.format(id="a", stance="favor", forms='["أشاد"]'),
            r"no \[\[reporting\]\] with a word .* so no quote",
        ),
        (REPORTING + EVALUATIVE.format(id="a", stance="favor", forms="[]"), r"no \[\[evaluative\]\] with a word"),
    ],
)
def test_cues_that_find_nothing_are_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        load_cues(tmp_path)
