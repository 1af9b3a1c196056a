from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.actors.search import ActorMatch
from nabra.tasks.errors import ConfigError
from tests.hostile import Hostile, faults

LIST = """
institutions = ["وزارة", "وزير", "رئيس", "متحدث", "مسؤولين", "سفير"]
outsiders = ["صحيفة", "محلل"]
former = ["السابق"]
sympathisers = ["مؤيد"]
officials = ["وزير"]
foreign = ["ألماني"]
domestic = ["مالية"]

[[actor]]
id = "northland"
kind = "state"
aliases = ["نورلند", "حكومة نورلند", "العاصمة البيضاء"]
adjectives = ["نورلندي"]
places = ["زهران"]
ambiguous = [{ alias = "سامر", needs = ["نورلند"] }, { alias = "الحلف", needs = ["بحر الشمال"] }]

[[actor]]
id = "rebels"
kind = "group"
aliases = ["جبهة الوادي", "الجبهة النورلندية"]
ambiguous = [{ alias = "الحلف", needs = ["الوادي"] }]
"""


@pytest.fixture
def actors(tmp_path: Path) -> Actors:
    return written(tmp_path, LIST)


def written(folder: Path, text: str) -> Actors:
    (folder / "list.toml").write_text(text, encoding="utf-8")
    return load_actors(folder)


def named(actors: Actors, text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.actor_id) for m in actors.find(text)]


def test_find_leaves_proclitics_outside(actors: Actors) -> None:
    assert named(actors, "وبنورلند ولجبهة الوادي") == [("نورلند", "northland"), ("جبهة الوادي", "rebels")]


def test_find_keeps_the_letters_that_article_and_preposition_share(actors: Actors) -> None:
    assert named(actors, "وللعاصمة البيضاء") == [("للعاصمة البيضاء", "northland")]


def test_find_takes_the_longest_name(actors: Actors) -> None:
    assert named(actors, "أعلنت حكومة نورلند") == [("حكومة نورلند", "northland")]


def test_find_takes_whole_words_alone(actors: Actors) -> None:
    assert named(actors, "نورلندا ونورلنديات") == []


def test_find_does_not_join_words_across_punctuation(actors: Actors) -> None:
    assert named(actors, "في جبهة، الوادي أخضر") == []


def test_find_reads_an_institution_with_a_nationality_as_the_state(actors: Actors) -> None:
    assert named(actors, "التقى وزير الخارجية النورلندي نظيره") == [("وزير الخارجية النورلندي", "northland")]
    assert named(actors, "قال رئيس زهران") == [("رئيس زهران", "northland")]


def test_find_leaves_former_officials_and_longer_names_alone(actors: Actors) -> None:
    assert named(actors, "الرئيس النورلندي السابق") == []
    assert named(actors, "رئيس الجبهة النورلندية") == [("الجبهة النورلندية", "rebels")]


def test_find_takes_an_ambiguous_name_only_where_its_topic_is(actors: Actors) -> None:
    assert named(actors, "وصل سامر إلى البيت") == []
    assert named(actors, "وصل سامر إلى نورلند")[0] == ("سامر", "northland")
    assert named(actors, "وصل سامر بن علي إلى نورلند")[0][0] == "نورلند"


def test_find_gives_a_shared_name_to_the_better_supported_actor(actors: Actors) -> None:
    assert actors.find("الحلف", context="في بحر الشمال وبحر الشمال وأهل الوادي")[0].actor_id == "northland"
    assert actors.find("الحلف", context="أهل الوادي")[0].actor_id == "rebels"


@pytest.mark.parametrize(
    ("name", "actor"),
    [
        ("المتحدث باسم وزارة الدفاع النورلندية", "northland"),
        ("مسؤولين في العاصمة البيضاء", "northland"),
        ("سفير نورلند لدى جبهة الوادي", "northland"),
        ("صحيفة الصباح النورلندية", None),
        ("محلل من نورلند", None),
        ("زعيم حزب مؤيد لجبهة الوادي", None),
        ("وزير الخارجية النورلندي السابق", None),
        ("سالم الحداد", None),
        ("", None),
    ],
)
def test_resolve_takes_the_actor_that_governs_the_name(actors: Actors, name: str, actor: str | None) -> None:
    assert actors.resolve(name) == actor


def test_an_official_is_one_whose_state_is_left_unsaid(actors: Actors) -> None:
    assert actors.nouns.is_official("وزير الزراعة")
    assert actors.nouns.is_official("وزير المالية")
    assert not actors.nouns.is_official("وزير الزراعة الألماني")
    assert not actors.nouns.is_official("وزير الثقافة المرساني")
    assert not actors.nouns.is_official("صحيفة الصباح")


A = '[[actor]]\nid = "a"\nkind = "state"\n'
B = '[[actor]]\nid = "b"\nkind = "state"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (A + 'colour = "red"', "unknown key actor.a.colour; allowed: id, name, latin, wikidata, aliases"),
        (A + A, "actor a is already in"),
        (A + 'aliases = ["نور"]\n' + B + 'aliases = ["نُور"]', "stands for both a and b"),
        (A + 'aliases = ["«»"]', "without letters"),
        ('[[actor]]\nid = "A b"\nkind = "state"', "actor.A b.id"),
        ("[[actor", "not a TOML file"),
        (A.replace("state", "sate"), "actor a: kind = 'sate' is no kind; did you mean state? allowed: state, group"),
        ('[[kind]]\nid = "club"\nact = false', "unknown key kind.club.act; allowed: id, acts, governs"),
        ('[[kind]]\nid = "club"\n[[kind]]\nid = "club"\n', "kind club is already in"),
        ("# all commented out\n", "no entry in list.toml"),
    ],
)
def test_load_names_file_and_fault(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        written(tmp_path, text)
    assert told in str(error.value)
    assert "list.toml" in str(error.value)


def beside_the_shipped(folder: Path, text: str) -> Actors:
    (folder / "list.toml").write_text(text, encoding="utf-8")
    return load_actors(CONFIG_FOLDER / "actors", folder)


NORTHLAND = '[[actor]]\nid = "northland"\nkind = "state"\naliases = ["نورلند"]\nadjectives = ["نورلندي"]\n'


def test_own_actors_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    actors = beside_the_shipped(tmp_path, NORTHLAND)
    assert actors.kinds.keys() - ACTORS.kinds.keys() == {"northland"}
    assert ACTORS.kinds.keys() < actors.kinds.keys()
    assert named(actors, "التقى وزير الخارجية النورلندي وفد روسيا") == [
        ("وزير الخارجية النورلندي", "northland"),
        ("روسيا", "russia"),
    ]


def test_an_own_actor_overrides_the_shipped_one_of_its_id(tmp_path: Path) -> None:
    actors = beside_the_shipped(tmp_path, '[[actor]]\nid = "russia"\nkind = "group"\naliases = ["الدب"]\n')
    assert named(actors, "روسيا و«الدب» وتركيا") == [("الدب", "russia"), ("تركيا", "turkey")]
    assert not actors.kinds["russia"].governs


def test_a_name_that_an_own_actor_takes_is_no_longer_that_of_a_shipped_one(tmp_path: Path) -> None:
    actors = beside_the_shipped(tmp_path, '[[actor]]\nid = "kremlin"\nkind = "person"\naliases = ["الكِرملين"]\n')
    assert named(actors, "روسيا، الكرملين") == [("روسيا", "russia"), ("الكرملين", "kremlin")]


def test_an_own_actor_may_speak_for_a_shipped_one(tmp_path: Path) -> None:
    actors = beside_the_shipped(tmp_path, ARMY.format(parent="russia"))
    assert actors.resolve("المتحدث باسم جيش الشمال") == "russia"


def test_a_nationality_that_an_own_actor_has_is_no_longer_foreign(tmp_path: Path, actors: Actors) -> None:
    assert actors.nouns.foreigners("الوزير الألماني") == 1
    germany = '[[actor]]\nid = "germany"\nkind = "state"\nadjectives = ["ألماني"]\n'
    assert beside_the_shipped(tmp_path, germany).nouns.foreigners("الوزير الألماني") == 0


def test_a_kind_of_ones_own_says_what_its_actors_do(tmp_path: Path) -> None:
    kinds = '[[kind]]\nid = "club"\n[[kind]]\nid = "law"\nacts = false\n[[kind]]\nid = "state"\n'
    actors = written(tmp_path, kinds + A.replace("state", "law") + B.replace("state", "club"))
    assert (actors.kinds["a"].acts, actors.kinds["b"].acts) == (False, True)
    assert not written(tmp_path, kinds + A).kinds["a"].governs


def test_load_refuses_a_list_without_actors_that_stands_alone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \[\[actor\]\] in the files of this folder"):
        written(tmp_path, 'institutions = ["نقابة"]')
    assert beside_the_shipped(tmp_path, 'institutions = ["نقابة"]').resolve("نقابة المعلمين الروسية") == "russia"


def test_load_refuses_a_folder_without_lists(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \.toml file"):
        load_actors(tmp_path)


def test_the_shipped_list_loads_and_finds_its_own_names() -> None:
    actors = load_actors(CONFIG_FOLDER / "actors")
    assert {"russia", "isis", "un", "nuclear_deal"} <= actors.kinds.keys()
    assert named(actors, "رحّبت الأمم المتحدة، وانتقد وزير الخارجية الروسي ذلك") == [
        ("الأمم المتحدة", "un"),
        ("وزير الخارجية الروسي", "russia"),
    ]


def test_find_is_fast_on_a_long_text() -> None:
    actors = load_actors(CONFIG_FOLDER / "actors")
    text = "التقى وزير الخارجية الروسي وفداً من الأمم المتحدة في مدينة بعيدة. " * 1500
    assert len(actors.find(text)) == 3000


MARKED = st.lists(st.sampled_from(["", "", "َ", "ّ", "ـ", "ٌ", "ـُ"]), min_size=12, max_size=12)
NOISE = st.text(alphabet=st.sampled_from("abZ7 .،🙂«»\nًـ"), max_size=12)


@given(marks=MARKED, before=NOISE, after=NOISE, proclitic=st.sampled_from(["", "و", "ب", "ول"]))
def test_find_cites_the_exact_span(marks: list[str], before: str, after: str, proclitic: str) -> None:
    name = "".join(letter + mark for letter, mark in zip("تركيا وحدها", marks, strict=False))
    text = f"{before} {proclitic}{name} {after}"
    start = len(before) + 1 + len(proclitic)
    end = start + name.index(" ")
    found = ACTORS.find(text)
    assert ActorMatch(start, end, "turkey") in found
    assert len(found) == 1


ACTORS = load_actors(CONFIG_FOLDER / "actors")


ARMY = '[[actor]]\nid = "army"\nkind = "group"\nparent = "{parent}"\naliases = ["جيش الشمال"]\n'


def test_an_actor_with_a_parent_is_found_as_itself_and_speaks_for_its_parent(tmp_path: Path) -> None:
    actors = written(tmp_path, LIST + ARMY.format(parent="northland"))
    assert named(actors, "تقدم جيش الشمال") == [("جيش الشمال", "army")]
    assert actors.resolve("المتحدث باسم جيش الشمال") == "northland"


@pytest.mark.parametrize(("parent", "wrong"), [("nobody", "no actor nobody"), ("army", "army has a parent itself")])
def test_a_parent_must_be_a_listed_actor_without_a_parent(tmp_path: Path, parent: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        written(tmp_path, LIST + ARMY.format(parent=parent))


def test_a_list_of_actors_alone_gets_the_shipped_institutions(tmp_path: Path) -> None:
    actors = written(tmp_path, LIST[LIST.index("[[actor]]") :])
    assert actors.resolve("وزير الخارجية النورلندي") == "northland"


@pytest.mark.parametrize(
    ("name", "speaks_for"),
    [("المحلل جبهة الوادي", "rebels"), ("محلل من جبهة الوادي", None), ("صحيفة جبهة الوادي", None)],
)
def test_a_title_with_the_article_before_a_name_is_its_holder_s(
    actors: Actors, name: str, speaks_for: str | None
) -> None:
    assert actors.resolve(name) == speaks_for


def test_a_doubtful_name_again_and_again_takes_time_in_proportion_to_it(actors: Actors) -> None:
    assert not list(faults(actors.find, (Hostile("سامر ، "), Hostile("سامر ", "نورلند "))))
