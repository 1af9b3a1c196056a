from typing import Any

import pyarrow as pa
import pytest

from nabra.config.settings import StanceSettings
from nabra.tasks.actors.match import Actors
from nabra.tasks.schemas import MENTIONS, QUOTES, REJECTS, SENTENCES, STANCES, TOKENS, table
from nabra.tasks.stage import StageOutput
from nabra.tasks.stance import tag
from nabra.tasks.stance.stances import Judges
from nabra.tasks.stance.tag import tag_stances
from tests.conftest import clean_table
from tests.parsed_article import actor_rows, sentence_rows

SETTINGS = StanceSettings(cues="cues", own_cues="add", min_score=0.5)
TITLE = "الكرملين: الباب مفتوح للحوار"
TEXT = "قال وزير الخارجية الروسي إن قصف تنظيم داعش مستمر.\nوقصف الجيش التركي مواقع داعش «ليلاً» 🙂."


def mention_row(row: dict[str, Any], number: int, mention: int) -> dict[str, Any]:
    """A mention of an actor as the stage `actors` finds it; each actor is an entity."""
    kept = {name: value for name, value in row.items() if name != "entity_id"}
    own = {"doc_id": f"d{number}", "mention_id": mention, "kind": "name", "entity": mention}
    return kept | own | {"name": f"اسم {row['text']}", "side_id": row["actor_id"]}


def tagged(actors: Actors, judges: Judges, *articles: tuple[str | None, str]) -> StageOutput:
    sentences, mentions = [], []
    for number, (title, text) in enumerate(articles):
        headline = sentence_rows("title", title or "")
        own = [*headline, *sentence_rows("text", text, len(headline))]
        sentences += [row | {"doc_id": f"d{number}"} for row in own]
        found = [*actor_rows(actors, title or "", "title"), *actor_rows(actors, text)]
        mentions += [mention_row(row, number, n) for n, row in enumerate(found)]
    tables = (table(SENTENCES, sentences), table(TOKENS, []), table(MENTIONS, mentions))
    return tag_stances(tables[0], clean_table(*articles), *tables[1:], SETTINGS, judges, actors)


def test_quotes_and_stances_are_cut_from_their_part(actors: Actors, judges: Judges) -> None:
    made = tagged(actors, judges, (TITLE, TEXT))
    parts = {"title": TITLE, "text": TEXT}
    quotes, stances = made.tables["quotes"].to_pylist(), made.tables["stances"].to_pylist()
    assert [(row["part"], row["speaker_id"], row["cue"]) for row in quotes] == [
        ("title", "russia", ":"),
        ("text", "russia", "قال"),
    ]
    assert ("turkey", "isis") in [(row["source_id"], row["target_id"]) for row in stances]
    assert all(parts[row["part"]][row["start"] : row["end"]] == row["text"] for row in quotes)
    assert all(parts[row["part"]][row["start"] : row["end"]] == row["evidence"] for row in stances)
    assert all(parts[row["part"]][row["speaker_start"] : row["speaker_end"]] == row["speaker"] for row in quotes)


def test_tables_have_their_schemas_even_when_empty(actors: Actors, judges: Judges) -> None:
    made = tagged(actors, judges, (None, "نزل المطر على التلال."))
    assert made.tables["quotes"].schema == QUOTES.schema
    assert made.tables["stances"].schema == STANCES.schema
    assert made.tables["quotes"].num_rows == made.tables["stances"].num_rows == made.rejects.num_rows == 0


def test_the_same_input_gives_the_same_rows(actors: Actors, judges: Judges) -> None:
    first, second = (tagged(actors, judges, (TITLE, TEXT), (None, TEXT)) for _ in range(2))
    assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)


def test_one_bad_article_is_rejected_and_the_rest_go_on(
    actors: Actors, judges: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = tag.build_document

    def fails_on_first(row, *rows):
        if row["doc_id"] == "d0":
            raise ValueError("bad offsets")
        return build(row, *rows)

    monkeypatch.setattr(tag, "build_document", fails_on_first)
    made = tagged(actors, judges, (None, TEXT), (None, TEXT))
    assert {row["doc_id"] for row in made.tables["quotes"].to_pylist()} == {"d1"}
    assert made.rejects.schema == REJECTS.schema
    (row,) = made.rejects.to_pylist()
    assert (row["stage"], row["doc_id"], row["reason"]) == ("stance", "d0", "failed")
    assert "ValueError: bad offsets" in row["detail"]


def test_an_article_that_was_not_parsed_is_passed_over(actors: Actors, judges: Judges) -> None:
    empty = (table(SENTENCES, []), table(TOKENS, []), table(MENTIONS, []))
    made = tag_stances(empty[0], clean_table((None, TEXT)), *empty[1:], SETTINGS, judges, actors)
    assert isinstance(made.tables["quotes"], pa.Table)
    assert made.tables["quotes"].num_rows == made.rejects.num_rows == 0
