"""What annotated articles teach: which mention a stance is about, who holds it, what is an example of none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.corpora.articles import annotated_sentences, annotated_targets, known_sources, read_annotated
from nabra.tasks.corpora.opinions import Targeted
from nabra.tasks.errors import UsageError

LIST = """
[[actor]]
id = "northland"
kind = "state"
aliases = ["نورلند"]
[[actor]]
id = "rebels"
kind = "group"
aliases = ["جبهة الوادي"]
[[actor]]
id = "league"
kind = "organisation"
aliases = ["رابطة المدن"]
"""
TEXT = "قصفت نورلند مواقع جبهة الوادي. قال الوزير إن جبهة الوادي مجرمة. اجتمعت رابطة المدن."


@pytest.fixture
def actors(tmp_path: Path) -> Actors:
    (tmp_path / "list.toml").write_text(LIST, encoding="utf-8")
    return load_actors(tmp_path)


def span(words: str) -> dict[str, int]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def article(*stances: dict[str, Any]) -> dict[str, Any]:
    sentences = [span(words) | {"sentiment": "negative"} for words in TEXT.rstrip(".").split(". ")]
    quotes = [span("جبهة الوادي مجرمة") | {"kind": "direct", "speaker": None, "speaker_id": None}]
    judged = {"sentences": sentences, "quotes": quotes, "stances": list(stances)}
    return {"doc_id": "d0", "text": TEXT, "boilerplate": []} | judged


def stance(source: str, target: str, words: str) -> dict[str, Any]:
    return {"source": source, "target": target, "stance": "against"} | span(words)


def read(folder: Path, actors: Actors, *stances: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    path = folder / "articles.jsonl"
    path.write_text(json.dumps(article(*stances), ensure_ascii=False) + "\n", encoding="utf-8")
    return [(cited(row), row.stance, row.holder) for row in annotated_targets(read_annotated(path), actors)]


def cited(row: Targeted) -> str:
    marked = row.marked
    return f"{marked.sentence.split()[0]}: {marked.sentence[marked.start : marked.end]}"


def test_the_holder_is_the_speaker_in_a_quote_and_the_actor_elsewhere(tmp_path: Path, actors: Actors) -> None:
    rows = read(
        tmp_path,
        actors,
        stance("northland", "rebels", "قصفت نورلند مواقع جبهة الوادي"),
        stance("rival", "rebels", "جبهة الوادي مجرمة"),
        stance("author", "northland", "قصفت نورلند"),
    )
    assert [row for row in rows if row[1] == "against"] == [
        ("قصفت: جبهة الوادي", "against", "actor"),
        ("قصفت: نورلند", "against", "author"),
        ("قال: جبهة الوادي", "against", "speaker"),
    ]


def test_only_actors_that_nobody_judges_are_examples_of_none(tmp_path: Path, actors: Actors) -> None:
    rows = read(tmp_path, actors, stance("northland", "rebels", "قصفت نورلند مواقع جبهة الوادي"))
    assert [row for row in rows if row[1] == "none"] == [
        ("قصفت: نورلند", "none", None),
        ("اجتمعت: رابطة المدن", "none", None),
    ]


def test_the_sentences_of_an_article_stay_together(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps(article(), ensure_ascii=False) + "\n", encoding="utf-8")
    labelled = annotated_sentences(read_annotated(path))
    assert labelled.groups == ("d0",) * 3
    assert labelled.sentences[1].startswith("قال")


def test_a_line_that_is_no_annotated_article_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(article()) + "\n" + '{"doc_id": "b"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"gold\.jsonl:2: an annotated article has .*; missing: text, boilerplate"):
        read_annotated(path)


def test_a_row_without_a_key_is_named(tmp_path: Path) -> None:
    article = {"doc_id": "a", "text": "نص", "boilerplate": [], "sentences": [], "stances": []}
    article["quotes"] = [{"start": 0, "end": 2, "kind": "direct", "speaker": "العمدة"}]
    (tmp_path / "gold.jsonl").write_text(json.dumps(article), encoding="utf-8")
    with pytest.raises(UsageError, match=r"gold\.jsonl:1: .*; missing: quotes\[0\]\.speaker_id$"):
        read_annotated(tmp_path / "gold.jsonl")


def test_of_many_missing_keys_the_first_are_named(tmp_path: Path) -> None:
    article = {"doc_id": "a", "text": "نص", "boilerplate": [], "sentences": [{}] * 9, "quotes": [], "stances": []}
    (tmp_path / "gold.jsonl").write_text(json.dumps(article), encoding="utf-8")
    with pytest.raises(UsageError, match=r"missing: sentences\[0\]\.start, .* and \d+ more$"):
        read_annotated(tmp_path / "gold.jsonl")


PEOPLE = """
[[office]]
id = "minister"
titles = ["وزير الخارجية"]
latin = "foreign minister"
[[office]]
id = "leader"
titles = ["زعيم"]
latin = "leader"
[[person]]
id = "person:samer_halabi"
name = "سامر الحلبي"
latin = "Samer Halabi"
offices = [
    { office = "minister", of = "northland", from = 2010-01-01, until = 2012-01-01 },
    { office = "leader", of = "rebels", from = 2013-01-01, until = 2015-01-01 },
]
[[person]]
id = "person:huda_nasser"
name = "هدى الناصر"
latin = "Huda Nasser"
"""


@pytest.fixture
def with_people(tmp_path: Path, actors: Actors) -> Actors:
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    return load_actors(tmp_path)


def test_sources_get_the_ids_that_lists_have_for_them_now(with_people: Actors) -> None:
    sources = ("نورلند", "المتحدث باسم جبهة الوادي", "هدى الناصر", "عمر الناصر", "author", "league")
    (known,) = known_sources([article(*(stance(one, "city", "قصفت نورلند") for one in sources))], with_people)
    found = [one["source"] for one in known["stances"]]
    assert found == ["northland", "rebels", "person:huda_nasser", "عمر الناصر", "author", "league"]


def test_whose_id_is_that_of_his_target_keeps_his_name(with_people: Actors) -> None:
    gold = article(stance("المتحدث باسم نورلند", "northland", "قصفت نورلند"))
    assert known_sources([gold], with_people) == [gold]


@pytest.mark.parametrize(
    ("title", "side"), [("وزير الخارجية سامر الحلبي", "northland"), ("زعيم جبهة الوادي سامر الحلبي", "rebels")]
)
def test_people_speak_for_whose_office_the_headline_tells_that_they_held(
    with_people: Actors, title: str, side: str
) -> None:
    text = "استقبل سامر الحلبي الوفد."
    marked = {"start": 0, "end": len(text)}
    judged = {"source": "سامر الحلبي", "target": "league", "stance": "favor"} | marked
    gold = {"doc_id": "d1", "title": title, "text": text, "sentences": [marked], "quotes": [], "stances": [judged]}
    assert known_sources([gold], with_people)[0]["stances"][0]["source"] == side
    gold["stances"] = [judged | {"source": "author", "target": side}]
    assert [(cited(row), row.stance) for row in annotated_targets([gold], with_people)] == [
        ("استقبل: سامر الحلبي", "favor")
    ]
