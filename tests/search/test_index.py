from datetime import date, datetime
from pathlib import Path

import pytest

from nabra.tasks.search import index as index_module
from nabra.tasks.search.index import ARTICLE, QUOTE, STATE, Filters, SearchIndex, article_places
from nabra.tasks.search.results import results
from nabra.tasks.search.terms import clauses
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, OTHER, TEXT, small_warehouse, write


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


@pytest.fixture
def index(tmp_path: Path, store: Store) -> SearchIndex:
    made = SearchIndex(tmp_path / "index")
    made.follow(store)
    return made


ALL = Filters()


def ids(index: SearchIndex, query: str, filters: Filters = ALL, *, newest_first: bool = False) -> list[str]:
    answer = index.search(clauses(query), filters, 10, newest_first=newest_first)
    assert answer.count == len(answer.hits)
    return [hit.doc_id for hit in answer.hits]


def add(store: Store, name: str, doc_id: str, text: str, day: int, **values: object) -> None:
    moment = datetime(2026, 5, day)  # noqa: DTZ001 - the store takes it for UTC
    article = {"doc_id": doc_id, "text": text, "language": "ar", "published_at": moment}
    write(store, Batch("2026-05-01", name), "clean", article | values)


def test_articles_are_found_whether_they_are_parsed_yet_or_not(index: SearchIndex) -> None:
    assert ids(index, "الرابطة") == [DOC]
    assert ids(index, "عنوان") == [OTHER]
    assert ids(index, "ماء -رابطة") == []
    assert sorted(ids(index, "")) == [DOC, OTHER]


def test_one_way_of_several_has_to_hold_as_a_whole(index: SearchIndex) -> None:
    assert ids(index, "عنوان الرابطة | الماء للجميع") == [DOC]
    assert sorted(ids(index, "عنوان | الماء للجميع")) == [DOC, OTHER]
    assert ids(index, "عنوان | الماء للجميع -رابطة") == [OTHER]


def test_all_articles_that_are_found_are_told(index: SearchIndex) -> None:
    assert index.articles(clauses("عنوان | ماء")) == {(DOC, 1), (OTHER, 1)}
    assert index.articles(clauses("عنوان | ماء"), without=[(DOC, 1)]) == {(OTHER, 1)}
    assert index.articles(clauses("زلزال")) == set()


def test_headline_and_text_are_no_phrase(index: SearchIndex) -> None:
    assert ids(index, "نجح قال") == [DOC]
    assert ids(index, '"نجح قال"') == []


def test_quotes_are_found_by_their_words_and_speaker(index: SearchIndex) -> None:
    assert ids(index, "ماء", Filters(kind=QUOTE, speaker=("غدير",))) == [DOC]
    assert ids(index, "ماء", Filters(kind=QUOTE, speaker=("رابطه",))) == []
    assert ids(index, "الرابطة", Filters(kind=QUOTE)) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(actor="envoy"), [DOC]),
        (Filters(actor="nobody"), []),
        (Filters(until=date(2026, 4, 30)), [DOC]),  # the other has no day
        (Filters(since=date(2026, 5, 2), until=date(2026, 5, 2)), ["d2"]),
        (Filters(outlet="gazette"), ["d3"]),
        (Filters(among=[(DOC, 1), ("d3", 1)]), [DOC, "d3"]),
        (Filters(among=[]), []),
        (Filters(kind=ARTICLE, without=[(DOC, 1), ("d2", 1), (OTHER, 1)]), ["d3"]),
    ],
)
def test_filters_leave_out_the_rest(store: Store, index: SearchIndex, filters: Filters, expected: list[str]) -> None:
    add(store, "later", "d2", "خبر", 2)
    add(store, "latest", "d3", "خبر", 3, source="gazette")
    index.follow(store)
    assert sorted(ids(index, "", filters)) == sorted(expected)


def test_the_newest_come_first_where_that_is_asked_for(store: Store, index: SearchIndex) -> None:
    for day, name in ((2, "b"), (9, "c"), (5, "d")):
        add(store, name, name, "خبر عن السد", day)
    index.follow(store)
    assert ids(index, "سد", newest_first=True) == ["c", "d", "b"]


def test_it_follows_what_is_written_again_and_what_is_gone(store: Store, index: SearchIndex) -> None:
    add(store, "one", "d2", "الخبر الأول", 2)
    index.follow(store)
    add(store, "one", "d2", "الخبر الثاني بعد تعديل", 2)
    index.follow(store)
    assert (ids(index, "الأول"), ids(index, "تعديل")) == ([], ["d2"])
    store.remove("clean", Batch("2026-05-01", "one"))
    index.follow(store)
    assert ids(index, "تعديل") == []


def test_what_was_indexed_is_not_read_again(tmp_path: Path, store: Store, index: SearchIndex) -> None:
    told: list[tuple[int, int]] = []
    SearchIndex(tmp_path / "index").follow(store, lambda done, whole: told.append((done, whole)))
    assert told == []
    assert ids(SearchIndex(tmp_path / "index"), "الرابطة") == [DOC]


@pytest.mark.parametrize("spoiled", [STATE, "meta.json"])
def test_an_index_that_is_spoiled_is_made_anew(tmp_path: Path, store: Store, index: SearchIndex, spoiled: str) -> None:
    (tmp_path / "index" / spoiled).write_text("{}", encoding="utf-8")
    again = SearchIndex(tmp_path / "index")
    again.follow(store)
    assert ids(again, "الرابطة") == [DOC]


def test_a_result_cites_the_article_exactly(store: Store, index: SearchIndex) -> None:
    wanted = clauses("ماء")
    (article,) = results(store, index.search(wanted, Filters(), 1).hits, wanted)
    (quote,) = results(store, index.search(wanted, Filters(kind=QUOTE), 1).hits, wanted)
    for result in (article, quote):
        assert result.context.text == TEXT[result.context.start : result.context.end]
        assert [result.context.text[start:end] for start, end in result.context.spans] == ["الماء"]
    assert (quote.speaker, quote.speaker_id, quote.hit.quote_id) == ("بن غدير", "envoy", 0)
    assert quote.row["text"] == "الماء للجميع"


def test_the_newest_have_no_score(store: Store, index: SearchIndex) -> None:
    answer = index.search([], Filters(), 5, newest_first=True)
    assert [result.row["score"] for result in results(store, answer.hits, [])] == [None, None]


def test_a_hit_whose_article_is_gone_meanwhile_is_left_out(store: Store, index: SearchIndex) -> None:
    hits = index.search([], Filters(), 5).hits
    store.remove("clean", Batch("2026-04-13", "two"))
    assert [result.hit.doc_id for result in results(store, hits, [])] == [DOC]


def test_who_is_stopped_goes_on_from_what_is_committed(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "COMMITTED_BATCHES", 1)

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SearchIndex(tmp_path / "stopped").follow(store, stop)
    told: list[tuple[int, int]] = []
    SearchIndex(tmp_path / "stopped").follow(store, lambda done, whole: told.append((done, whole)))
    assert told == [(1, 1)]
    assert sorted(ids(SearchIndex(tmp_path / "stopped"), "")) == [DOC, OTHER]


def test_tokens_of_sentences_that_are_not_there_are_passed_over() -> None:
    token = {"sent_id": 9, "start": 0, "end": 2, "form": "نص", "lemma": "نص"}
    assert article_places({"title": None, "text": "نص"}, [], [token])["text"][0].terms == {"نص"}
