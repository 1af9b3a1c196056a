"""When a local document is the same, a new version or another one."""

import json

import pytest

from nabra.tasks.documents.identity import document_id
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Document, Rejected, Seen
from nabra.tasks.fetch.page_states import Memory, Version, contents_of
from nabra.tasks.fetch.targets import targets_from_arguments


@pytest.fixture
def run(settings):
    """Runs one after the other, each of which remembers those before; what became of each document."""
    documents = {}

    def once(*paths):
        targets = targets_from_arguments([str(path) for path in paths])
        events = list(fetch_documents(targets, settings(), Memory(dict(documents))))
        for event in events:
            if isinstance(event, Document):
                row = event.row
                before = documents.get(row["doc_id"])
                contents = (before.contents if before else ()) + contents_of(row)
                documents[row["doc_id"]] = Version(row["version"], row["payload_sha256"], False, row["url"], contents)
        return events

    return once


def written(path, *texts):
    """A folder of files called 000.txt and so on."""
    path.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (path / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    return path


def rows(path, *rows):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def taken(events):
    """Text and version of each document received."""
    assert all(isinstance(event, Document | Seen) for event in events)
    return [(e.row["payload"].decode(), e.row["version"]) for e in events if isinstance(e, Document)]


def ids(events):
    return {event.row["doc_id"] for event in events if isinstance(event, Document)}


def test_another_folder_with_the_same_names_holds_documents_of_its_own(tmp_path, run):
    monday = run(written(tmp_path / "mon", "خبر الاثنين", "آخر"))
    tuesday = run(written(tmp_path / "tue", "خبر الثلاثاء", "آخر"))
    assert taken(tuesday) == [("خبر الثلاثاء", 1)]
    assert not ids(monday) & ids(tuesday)
    assert taken(run(tmp_path / "mon", tmp_path / "tue")) == []


def test_both_folders_in_one_run_give_the_same(tmp_path, run):
    folders = written(tmp_path / "mon", "أ", "آخر"), written(tmp_path / "tue", "ب", "آخر")
    assert taken(run(*folders)) == [("أ", 1), ("آخر", 1), ("ب", 1)]
    assert taken(run(*folders)) == []


def test_a_file_that_was_edited_in_its_place_is_a_new_version(tmp_path, run):
    run(written(tmp_path / "mon", "أ"))
    other = ids(run(written(tmp_path / "tue", "ب")))
    assert taken(run(written(tmp_path / "mon", "أ صحيح"))) == [("أ صحيح", 2)]
    edited = run(written(tmp_path / "tue", "ب صحيح"))
    assert taken(edited) == [("ب صحيح", 2)]
    assert ids(edited) == other


def test_a_copy_of_a_folder_elsewhere_is_known(tmp_path, run):
    run(written(tmp_path / "here", "أ", "ب"))
    assert taken(run(written(tmp_path / "there", "أ", "ب"))) == []


def test_an_older_version_that_is_met_again_is_no_new_one(tmp_path, run):
    first = rows(tmp_path / "1.jsonl", {"url": "https://example.org/a", "text": "نص"})
    second = rows(tmp_path / "2.jsonl", {"url": "https://example.org/a", "text": "نص صحيح"})
    assert taken(run(first)) == [("نص", 1)]
    assert taken(run(second)) == [("نص صحيح", 2)]
    assert taken(run(first, second)) == []


def test_a_row_with_the_same_address_and_another_text_title_or_time_is_a_new_version(tmp_path, run):
    path, row = tmp_path / "a.jsonl", {"url": "https://example.org/a", "text": "نص"}
    versions = [row, row | {"title": "عنوان"}, row | {"title": "عنوان", "published_at": "2024-05-12"}]
    assert [taken(run(rows(path, each)))[0][1] for each in versions] == [1, 2, 3]
    assert taken(run(path)) == []


def test_ids_that_begin_anew_in_another_file_name_other_rows(tmp_path, run):
    first = run(rows(tmp_path / "mon" / "rows.jsonl", {"id": 1, "text": "أ"}, {"id": 2, "text": "ب"}))
    second = run(rows(tmp_path / "tue" / "rows.jsonl", {"id": 1, "text": "ج"}, {"id": 2, "text": "ب"}))
    assert taken(second) == [("ج", 1)]
    assert not ids(first) & ids(second)


def test_a_row_of_the_same_file_and_id_with_another_text_is_a_new_version(tmp_path, run):
    first = run(rows(tmp_path / "rows.jsonl", {"id": 1, "text": "أ"}))
    second = run(rows(tmp_path / "rows.jsonl", {"id": 1, "text": "أ صحيح"}))
    assert (taken(second), ids(second)) == ([("أ صحيح", 2)], ids(first))


@pytest.mark.parametrize("name", [{"id": 1}, {"url": "https://example.org/"}])
def test_rows_of_one_file_that_repeat_a_name_are_all_taken_once(tmp_path, run, name):
    path = rows(tmp_path / "rows.jsonl", *({**name, "text": text} for text in ("أ", "ب", "أ", "ج", "د")))
    events = run(path)
    assert taken(events) == [("أ", 1), ("ب", 1), ("ج", 1), ("د", 1)]
    assert len(ids(events)) == 4
    assert taken(run(path)) == []


def test_an_address_in_two_files_of_one_run_has_two_versions(tmp_path, run):
    one = rows(tmp_path / "1.jsonl", {"url": "https://example.org/a", "text": "أ"})
    two = rows(tmp_path / "2.jsonl", {"url": "https://example.org/a?utm_source=x", "text": "ب"})
    assert taken(run(one, two)) == [("أ", 1), ("ب", 2)]
    assert taken(run(one, two)) == []


def test_a_page_that_a_feed_beside_it_names_is_one_document(tmp_path, run):
    (tmp_path / "a.html").write_text("<p>نص</p>", encoding="utf-8")
    item = "<item><title>خبر</title><link>a.html</link></item>"
    (tmp_path / "feed.xml").write_text(f'<rss version="2.0"><channel>{item}</channel></rss>', encoding="utf-8")
    assert taken(run(tmp_path)) == [("<p>نص</p>", 1)]
    assert taken(run(tmp_path / "feed.xml")) == []


def test_the_first_of_the_same_name_keeps_the_id_of_its_name(tmp_path, run):
    assert ids(run(written(tmp_path / "mon", "أ"))) == {document_id("000.txt")}


def test_a_known_file_that_cannot_be_read_now_is_refused(tmp_path, run):
    run(written(tmp_path / "in", "أ"))
    (event,) = run(written(tmp_path / "in", ""))
    assert isinstance(event, Rejected)
    assert event.row["reason"] == "empty"
