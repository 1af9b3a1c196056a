"""The name of a source that no list holds."""

from __future__ import annotations

from nabra.tasks.quotes.names import Names
from nabra.tasks.quotes.speakers_met import Speaker
from tests.parsed_article import article, entity_rows

TEXT = "قال الشاعر سامر الطيب إن المساء جميل وذكر مدير مركز النهر كمال الراوي ذلك وأضاف الطيب ذلك"
PEOPLE = [("سامر الطيب", "PER", None), ("كمال الراوي", "PER", None), ("مركز النهر", "ORG", None)]


def name_of(words: str) -> str:
    start = TEXT.rindex(words)
    document = article(TEXT, entities=[*entity_rows(TEXT, *PEOPLE), _last_name()])
    return Names(document).of("text", Speaker(start, start + len(words), words, None))


def _last_name() -> dict[str, object]:
    start = TEXT.rindex("الطيب")
    (row,) = entity_rows(TEXT, ("الطيب", "PER", None))
    return row | {"start": start, "end": start + 5}


def test_a_person_goes_without_title() -> None:
    assert name_of("الشاعر سامر الطيب") == "سامر الطيب"


def test_a_surname_becomes_the_full_name_of_the_article() -> None:
    assert name_of("الطيب") == "سامر الطيب"


def test_the_person_leads_not_the_body_he_directs() -> None:
    assert name_of("مدير مركز النهر كمال الراوي") == "كمال الراوي"


def test_a_body_speaks_under_its_own_name() -> None:
    assert name_of("مركز النهر") == "مركز النهر"


def test_whoever_has_no_name_keeps_the_words() -> None:
    assert name_of("المساء جميل") == "المساء جميل"
