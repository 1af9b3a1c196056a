import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.actors.mentions import Named, find_mentions


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
    entity = Named(text.index(name), text.index(name) + len(name), "PER")
    mention = next(m for m in find_mentions(text, text, [entity], actors) if m.type == "PER")
    assert (text[mention.start : mention.end], mention.actor_id) == (name, actor)


@pytest.mark.parametrize(("name", "actor"), [("جون كيري", "person:john_kerry"), ("نادر كيري", None)])
def test_a_surname_within_another_name_is_somebody_else_s(actors: Actors, name: str, actor: str | None) -> None:
    text = f"وصل {name} إلى المدينة. وكان جون كيري"
    entity = Named(text.index(name), text.index(name) + len(name), "PER")
    mention = find_mentions(text, text, [entity], actors)[0]
    assert (text[mention.start : mention.end], mention.actor_id) == (name, actor)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("قال الوزير إن", [("الوزير", "description", None)]),
        ("ودان القصف الروسي", [("الروسي", "adjective", "russia")]),
        ("وقال الفنان المحلي", [("الفنان المحلي", "description", None)]),
        ("التقى وزير الدفاع الروسي", [("وزير الدفاع الروسي", "title", "russia")]),
        ("نزل المطر", []),
    ],
)
def test_titles_descriptions_and_adjectives_are_mentions(
    actors: Actors, text: str, found: list[tuple[str, str, str | None]]
) -> None:
    mentions = find_mentions(text, text, [], actors)
    assert [(text[m.start : m.end], m.kind, m.actor_id) for m in mentions] == found
