from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.errors import UsageError
from nabra.tasks.search.terms import Clause, Phrase, clauses, found, places

TEXT = "أكدت وزارة الريّ في «نورلاند» أن للحكومة خطةً، وأن مدرستهم بُنيت."


def terms(text: str, word: str) -> frozenset[str]:
    return next(place.terms for place in places(text) if text[place.start : place.end] == word)


def spans(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in found(places(text), clauses(query))]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("اكدت", "أكدت"),
        ("الري", "الريّ"),
        ("ري", "الريّ"),
        ("حكومة", "للحكومة"),
        ("الحكومه", "للحكومة"),
        ("خطة", "خطةً"),
        ('"وزارة الري"', "وزارة الريّ"),
        ("«وزارة ري»", "وزارة الريّ"),
        ("زراعة | نورلاند", "نورلاند"),
    ],
)
def test_a_word_is_found_in_any_spelling_and_with_what_is_joined_to_it(query: str, hit: str) -> None:
    assert spans(TEXT, query) == [hit]


@pytest.mark.parametrize("query", ["", "  ", "«»", '""', "|", "-", "…"])
def test_a_query_without_words_has_no_clauses(query: str) -> None:
    assert clauses(query) == []


def test_a_bar_parts_one_way_to_be_found_from_another() -> None:
    one, other, third, phrase = Phrase(("سد",)), Phrase(("نهر",)), Phrase(("ماء",)), Phrase(("مجلس", "امن"))
    assert clauses('السد الماء | نهر -"مجلس الأمن"') == [
        Clause((one, third)),
        Clause((other,)),
        Clause((phrase,), excluded=True),
    ]


@pytest.mark.parametrize(
    ("text", "query"), [("سد النهضة", "السد"), ("حل سياسي", "الحل"), ("الله", "الله"), ("الآن", "الآن")]
)
def test_short_words_are_found_with_the_article_and_without(text: str, query: str) -> None:
    assert len(spans(text, query)) == 1


def test_now_is_not_found_with_that() -> None:
    assert spans("أعلن أن الاجتماع انتهى", "الآن") == []


def test_what_is_left_out_cannot_be_one_of_several() -> None:
    with pytest.raises(UsageError, match="cannot be one of several"):
        clauses("سد | -نهر")


def test_what_parsing_tells_of_a_word_takes_the_place_of_guesses() -> None:
    start = TEXT.index("مدرستهم")
    rows = [
        {"start": start, "end": start + 7, "form": "مدرسة", "lemma": "مَدْرَسَة"},
        {"start": start, "end": start + 7, "form": "هم", "lemma": "هو"},
    ]
    (place,) = (place for place in places(TEXT, rows) if place.start == start)
    assert place.terms == {"مدرستهم", "مدرسه", "هم", "هو"}
    assert "زاره" in terms("وزارة", "وزارة")
    parsed = places("وزارة", [{"start": 0, "end": 5, "form": "وزارة", "lemma": "وزارة"}])
    assert parsed[0].terms == {"وزاره"}


def test_a_phrase_does_not_go_on_after_the_text() -> None:
    assert spans("خطة", '"خطة جديدة"') == []


@given(st.text())
def test_any_text_is_a_query_and_has_places_in_order(text: str) -> None:
    clauses(text.replace("|", ""))
    placed = places(text)
    assert all(one.end <= other.start for one, other in pairwise(placed))
    assert all(place.terms and place.start < place.end for place in placed)


@given(st.lists(st.sampled_from(["السد", "وبالنهر", "إلى", "قرية", "١٩٩٠", "UN"]), min_size=1, max_size=6))
def test_a_word_of_a_text_finds_itself(chosen: list[str]) -> None:
    text = " ".join(chosen)
    for word in chosen:
        assert word in spans(text, word)
    assert spans(text, f'"{text}"') == [text]
