import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.parse.entities import find_mentions
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence


@pytest.fixture(scope="module")
def actors() -> Actors:
    return load_actors(CONFIG_FOLDER / "actors")


@pytest.mark.parametrize(
    ("name", "actor"),
    [
        ("محمد بن سلمان", "person:mohammed_bin_salman"),
        ("محمد بن سلمان بن عبدالعزيز", "person:mohammed_bin_salman"),
        ("سلمان بن عبدالعزيز آل سعود", "person:salman_bin_abdulaziz"),
        ("محمد بن سلمان الراشد", None),
    ],
)
def test_a_person_with_a_surname_after_a_listed_name_is_somebody_else(
    actors: Actors, name: str, actor: str | None
) -> None:
    text = f"زار {name} المكتبة"
    entity = NamedEntity(text.index(name), text.index(name) + len(name), "PER")
    (mention,) = find_mentions(text, text, ParsedSentence((), (entity,)), actors)
    assert (text[mention.start : mention.end], mention.actor_id) == (name, actor)


@pytest.mark.parametrize(("name", "actor"), [("جون كيري", "person:john_kerry"), ("نادر كيري", None)])
def test_a_surname_within_another_name_is_somebody_else_s(actors: Actors, name: str, actor: str | None) -> None:
    text = f"وصل {name} إلى المدينة. وكان جون كيري"
    entity = NamedEntity(text.index(name), text.index(name) + len(name), "PER")
    mention = find_mentions(text, text, ParsedSentence((), (entity,)), actors)[0]
    assert (text[mention.start : mention.end], mention.actor_id) == (name, actor)
