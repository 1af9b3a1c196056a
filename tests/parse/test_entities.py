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
        ("محمد بن سلمان", "saudi"),
        ("محمد بن سلمان بن عبدالعزيز", "saudi"),
        ("سلمان بن عبدالعزيز آل سعود", "saudi"),
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
