from datetime import UTC, datetime, timedelta
from itertools import permutations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nabra.config.settings import load_settings
from nabra.tasks.schemas import CLEAN, table
from nabra.tasks.stories.stories import LONG_AGO, Place, StoryIndex, signature, when, with_signatures

SETTINGS = load_settings().clean
TEXT = " ".join(f"كلمة{n} تتلو كلمة{n + 1} في سطر{n % 7}" for n in range(60))
OTHER = " ".join(f"لفظة{n} بعد لفظة{n * 3} على ورق{n % 5}" for n in range(60))
NEAR = TEXT.replace("كلمة30", "لفظة30")
NOON = datetime(2026, 4, 12, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def places(*articles: tuple[str, str, float], index: StoryIndex | None = None) -> list[Place]:
    """Where (doc_id, text, hour) come, one after the other."""
    index = index or StoryIndex(SETTINGS)
    return [index.place(doc_id, signature(text, SETTINGS), at(hour)) for doc_id, text, hour in articles]


def row(doc_id: str, text: str, hour: float, story: str | None, duplicate_of: str | None = None) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(column.name for column in CLEAN.columns)
    texts = {"source": "s", "url": "u", "language": "ar", "text_sha256": "h", "doc_id": doc_id, "text": text}
    numbers = {"language_score": 1.0, "raw_chars": len(text), "text_chars": len(text)}
    return row | texts | numbers | {"story": story, "duplicate_of": duplicate_of, "fetched_at": at(hour)}


def index_of(*rows: dict[str, object]) -> StoryIndex:
    clean: pa.Table = table(CLEAN, list(rows))
    return StoryIndex.from_signed([with_signatures(clean, SETTINGS)], SETTINGS)


def test_the_same_words_in_another_spelling_are_a_copy() -> None:
    spelled = TEXT.replace("ة", "ه").replace(" ", "  ") + " ."
    assert places(("a", TEXT, 0), ("b", spelled, 1)) == [Place("a", None), Place("a", "a")]


def test_a_few_changed_words_are_a_copy_and_another_text_is_not() -> None:
    found = places(("a", TEXT, 0), ("b", OTHER, 1), ("c", NEAR, 2))
    assert found == [Place("a", None), Place("b", None), Place("a", "a")]


def test_all_copies_point_to_the_earliest_and_never_to_a_copy() -> None:
    found = places(("a", TEXT, 0), ("b", NEAR, 1), ("c", NEAR, 2), ("d", TEXT, 3))
    assert [place.duplicate_of for place in found] == [None, "a", "a", "a"]


def test_the_earliest_is_told_by_its_time_and_not_by_its_turn() -> None:
    found = places(("copy", NEAR, 5), ("original", TEXT, 1), ("late", TEXT, 6), ("later", NEAR, 7))
    assert [place.duplicate_of for place in found] == [None, None, "original", "original"]
    assert {place.story for place in found} == {"copy"}


def test_of_two_at_one_time_the_smaller_id_is_the_earliest() -> None:
    for order in permutations("abc"):
        last = places(*((doc_id, TEXT, 0) for doc_id in order), ("d", TEXT, 0))[-1]
        assert last.duplicate_of == "a"


def test_an_earlier_near_text_goes_before_a_later_exact_one() -> None:
    index = index_of(row("near", NEAR, 0, "near"), row("exact", TEXT, 3, "exact"))
    assert index.place("new", signature(TEXT, SETTINGS), at(5)) == Place("near", "near")


def test_what_is_like_a_copy_only_is_no_copy() -> None:
    def changed(words: int) -> str:
        return TEXT.replace("كلمة", "لفظة", words)

    found = places(("a", TEXT, 0), ("b", changed(8), 1), ("c", changed(16), 2))
    assert [place.story for place in found] == ["a", "a", "c"]


def test_the_index_of_a_table_knows_its_stories_and_their_earliest_articles() -> None:
    index = index_of(row("a", TEXT, 2, "a"), row("b", NEAR, 1, "a"), row("c", OTHER, 3, "c"))
    assert index.place("d", signature(NEAR, SETTINGS), at(4)) == Place("a", "b")
    assert index.place("e", signature(OTHER, SETTINGS), at(4)) == Place("c", "c")


def test_rows_from_before_there_were_stories_are_those_of_their_originals() -> None:
    index = index_of(row("a", TEXT, 0, None), row("b", NEAR, 1, None, duplicate_of="a"))
    assert index.place("c", signature(NEAR, SETTINGS), at(2)) == Place("a", "a")


def test_an_article_cleaned_again_finds_neither_itself_nor_a_later_one() -> None:
    index = index_of(row("a", TEXT, 0, "a"), row("b", OTHER, 1, "b"), row("c", OTHER + " زيادة", 2, "b", "b"))
    assert places(("a", TEXT, 0), ("b", OTHER, 1), index=index) == [Place("a", None), Place("b", None)]


def test_an_edited_article_is_no_copy_of_itself_and_its_copies_find_each_version() -> None:
    index = StoryIndex(SETTINGS)
    found = places(("a", TEXT, 0), ("a", NEAR, 1), ("a", OTHER, 2), ("b", OTHER, 3), ("c", TEXT, 3), index=index)
    assert found == [Place("a", None)] * 3 + [Place("a", "a")] * 2


def test_a_copy_that_is_edited_stays_one_as_long_as_it_is_alike() -> None:
    found = places(("a", TEXT, 0), ("b", TEXT, 1), ("b", NEAR, 2), ("b", OTHER, 3))
    assert found == [Place("a", None), Place("a", "a"), Place("a", "a"), Place("b", None)]


def test_texts_of_fewer_words_than_a_shingle_are_compared() -> None:
    found = places(("a", "نعم", 0), ("b", "لا", 1), ("c", "نعم", 2))
    assert [place.duplicate_of for place in found] == [None, None, "a"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([TEXT, NEAR, OTHER]), st.integers(0, 9))))
@settings(deadline=None, max_examples=50)
def test_stopping_and_reading_the_table_makes_no_difference(articles: list[tuple[str, str, int]]) -> None:
    whole, rows, stopped = StoryIndex(SETTINGS), [], []
    for doc_id, text, hour in articles:
        place = index_of(*rows).place(doc_id, signature(text, SETTINGS), at(hour))
        assert place.duplicate_of != doc_id
        rows.append(row(doc_id, text, hour, place.story, place.duplicate_of))
        stopped.append(place)
    assert stopped == places(*articles, index=whole)


@pytest.mark.parametrize(
    ("published_at", "fetched_at", "time"),
    [(at(1), at(2), at(1)), (None, at(2), at(2)), (at(3), at(2), at(2)), (None, None, LONG_AGO)],
)
def test_an_article_comes_when_it_was_published_and_not_later_than_it_was_fetched(
    published_at: datetime | None, fetched_at: datetime | None, time: datetime
) -> None:
    assert when(published_at, fetched_at) == time
