import io

import pytest
from rich.console import Console

from nabra.flows.cli.document import find_document
from nabra.flows.cli.show import describe_article, mark_quotes
from nabra.flows.cli.views import open_views
from nabra.flows.terminal.bidi import put
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, OTHER, REFUSED, TITLE, write


def shown(store: Store, doc: str, *, version: int | None = None, entities: bool = False) -> str:
    stream = io.StringIO()
    put(describe_article(store, doc, version=version, entities=entities), stream)
    return stream.getvalue()


@pytest.mark.parametrize("doc", [DOC, DOC.upper()[:6], "aa11", "file:///news/water.html", "water.html", "ter.html"])
def test_a_document_is_found_by_id_prefix_address_or_file_name(store: Store, doc: str) -> None:
    assert find_document(open_views(store), doc) == (DOC, "file:///news/water.html")


def test_an_ambiguous_name_lists_the_candidates(store: Store) -> None:
    with pytest.raises(UsageError) as caught:
        describe_article(store, ".html")
    assert "2 documents" in str(caught.value)
    assert DOC in str(caught.value)
    assert REFUSED in str(caught.value)


@pytest.mark.parametrize("doc", ["ffff", "aa", "%", "' or true --"])
def test_an_unknown_document_says_how_to_list_them(store: Store, doc: str) -> None:
    with pytest.raises(UsageError, match="no document fits"):
        describe_article(store, doc)


def test_an_article_shows_its_facts_sentences_quotes_and_stances(store: Store) -> None:
    text = shown(store, "aa11")
    lines = [line.split() for line in text.splitlines()]
    assert text.startswith(TITLE)
    assert ["published", "2026-04-12", "06:00", "UTC"] in lines
    assert ["sentiment", "neutral", "(0.50)"] in lines
    assert "قال بن غدير إن «[q0 الماء للجميع]»." in text
    assert ["q0", "direct", "بن", "غدير", "قال", "beside", "→", "envoy", "(list)"] in lines
    assert ["q0", "direct", "بن", "غدير", "قال", "الماء", "للجميع"] in lines
    stance = "s0 الرابطة against الاتفاق 0.50 انتقدت الرابطة الاتفاق rule:blame (rule 0.80, classifier 0.25)"
    assert stance.split() in lines
    assert "Not done" not in text


def edit(store: Store) -> None:
    """A second version of the article, in a batch of its own."""
    batch = Batch("2026-04-15", "four")
    address = {"doc_id": DOC, "url": "file:///news/water.html", "version": 2}
    write(store, batch, "raw", address)
    write(store, batch, "clean", address | {"title": "عنوان مصحح", "text": "نص", "language": "ar"})
    write(store, batch, "sentences", {"doc_id": DOC, "version": 2, "part": "title", "text": "عنوان مصحح"})
    for dataset in ("tokens", "entities", "mentions", "sentiment", "quotes", "stances"):
        write(store, batch, dataset)


def test_an_article_that_was_edited_says_which_version_it_is_and_how_to_see_the_others(store: Store) -> None:
    assert ["version", "1", "of", "1"] in [line.split() for line in shown(store, "aa11").splitlines()]
    edit(store)
    newest = shown(store, "aa11")
    assert newest.startswith("عنوان مصحح")
    assert "version    2 of 2, the newest; to see another: --version 1" in newest
    assert "الماء" not in newest
    first = shown(store, "aa11", version=1)
    assert first.startswith(TITLE)
    assert "version    1 of 2, not the newest; to see another: --version 2" in first
    assert "الماء للجميع" in first


def test_a_version_that_is_not_there_is_named_with_those_that_are(store: Store) -> None:
    edit(store)
    with pytest.raises(UsageError, match="'aa11' has no version 3; there are: 1, 2"):
        shown(store, "aa11", version=3)


def test_names_are_shown_on_demand(store: Store) -> None:
    wanted = ["PER", "بن", "غدير", "envoy"]
    assert wanted not in [line.split() for line in shown(store, "aa11").splitlines()]
    assert wanted in [line.split() for line in shown(store, "aa11", entities=True).splitlines()]


def test_sentences_are_coloured_by_sentiment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABRA_BIDI", "terminal")
    buffer = io.StringIO()
    Console(file=buffer, width=100, force_terminal=True, color_system="standard").print(describe_article(store, "aa11"))
    lines = buffer.getvalue().splitlines()
    assert any(line.startswith("\x1b[32mقال بن غدير") for line in lines)
    assert any(line.startswith("\x1b[31mانتقدت الرابطة") for line in lines)


def test_without_colours_signs_tell_the_sentiment_and_a_legend_what_marks_mean(store: Store) -> None:
    lines = shown(store, "aa11").splitlines()
    assert "قال بن غدير إن «[q0 الماء للجميع]». (+)" in lines
    assert "انتقدت الرابطة الاتفاق. (−)" in lines
    assert sum("(+) positive sentence" in line for line in lines) == 1


def test_a_document_that_stages_have_not_reached_says_which(store: Store) -> None:
    text = shown(store, "aa22")
    assert "Not done on this document yet: parse, actors, sentiment, stance; to go on: nabra run" in text
    assert "نص بلا عنوان" in text
    assert "No quotes" not in text


def test_a_refused_document_says_why(store: Store) -> None:
    text = shown(store, "english.html")
    assert "Rejected by clean: wrong_language: en (0.99)" in text
    assert "Not done" not in text


def test_control_characters_of_a_page_do_not_reach_the_terminal(store: Store) -> None:
    evil = {
        "doc_id": "cc44",
        "url": "https://x.example/\x1b]0;owned\x07",
        "language": "ar",
        "title": "\x1b[2J\u202eعنوان",
    }
    write(store, Batch("2026-04-14", "three"), "raw", {"doc_id": "cc44", "url": evil["url"]})
    write(store, Batch("2026-04-14", "three"), "clean", evil)
    text = shown(store, "cc44")
    assert r"\u001b[2J\u202eعنوان" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def quote(number: int, start: int, end: int) -> dict[str, int]:
    return {"quote_id": number, "start": start, "end": end}


def test_marks_stand_around_quotes_within_quotes() -> None:
    assert mark_quotes("0123456789", 100, [quote(0, 102, 108), quote(1, 102, 104)]) == "01[q0 [q1 23]4567]89"
    assert mark_quotes("0123456789", 100, [quote(0, 102, 108), quote(1, 105, 108)]) == "01[q0 234[q1 567]]89"
    assert mark_quotes("0123456789", 100, [quote(0, 100, 103), quote(1, 103, 110)]) == "[q0 012][q1 3456789]"


def test_a_quote_over_two_sentences_opens_in_one_and_closes_in_the_other() -> None:
    quotes = [quote(3, 4, 12)]
    assert mark_quotes("01234567", 0, quotes) == "0123[q3 4567"
    assert mark_quotes("89abcdef", 8, quotes) == "89ab]cdef"
    assert mark_quotes("ghij", 16, quotes) == "ghij"


def test_the_other_document_of_the_store_is_not_mixed_in(store: Store) -> None:
    assert OTHER not in shown(store, "aa11")
