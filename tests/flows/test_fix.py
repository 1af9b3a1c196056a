"""`nabra fix`: what is corrected is corrected everywhere, held by its span, and can be taken back."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nabra.flows.cli.export import jsonl
from nabra.flows.cli.find import find
from nabra.flows.cli.fix import fix
from nabra.flows.cli.show import describe_article
from nabra.flows.cli.status import describe_warehouse
from nabra.flows.cli.views import open_views
from nabra.flows.terminal.bidi import put
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, OTHER, TEXT, small_warehouse, span, write

DONE = Batch("2026-04-12", "one")
READING = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


def decide(store: Store, *named: str, **values: Any) -> None:
    fix(*named, warehouse=str(store), by="سلمى", **values)


def asked(store: Store, query: str) -> list[tuple[Any, ...]]:
    with open_views(store) as views:
        return views.sql(query).fetchall()


def told(renderable: Any) -> str:
    stream = io.StringIO()
    put(renderable, stream)
    return stream.getvalue()


def remade_quote(store: Store, words: str, quote_id: int) -> None:
    """The quote as a later run finds it."""
    quote = {"doc_id": DOC, "quote_id": quote_id, "sent_id": 1, "part": "text", "kind": "direct"}
    write(store, DONE, "quotes", quote | {"speaker": "الرابطة"} | span(words, TEXT))


def last_id(store: Store) -> str:
    ((decision_id,),) = asked(store, "select decision_id from corrections order by made_at desc limit 1")
    return str(decision_id)


def by_the_document(store: Store) -> list[tuple[Any, ...]]:
    """The speakers that the SQL of docs/reading.md gives who reads the Parquet files without nabra."""
    (sql,) = re.findall(r"^## Corrections\n.*?^```sql\n(.*?)^```", READING, re.MULTILINE | re.DOTALL)
    with duckdb.connect(":memory:") as connection:
        for name in ("quotes", "corrections"):
            files = f"{store}/{name}/*/*.parquet"
            connection.execute(f"create view {name} as from read_parquet('{files}', union_by_name = true)")
        found = connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [(row[names.index("quote_id")], row[names.index("speaker")]) for row in found.fetchall()]


def test_a_corrected_speaker_is_in_views_show_and_export(store: Store, tmp_path: Path) -> None:
    decide(store, DOC, "q0", speaker="السفير", reason="هو القائل")
    assert asked(store, "select speaker, speaker_id, speaker_start from quotes") == [("السفير", None, None)]
    assert asked(store, "select speaker, speaker_id from quotes_found") == [("بن غدير", "envoy")]
    assert "Corrected by سلمى: quotes.speaker (هو القائل)" in told(describe_article(store, DOC))
    jsonl(output=tmp_path / "out.jsonl", warehouse=str(store))
    assert '"speaker": "السفير"' in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


def test_a_correction_holds_on_to_the_span_and_not_to_the_number_of_the_row(store: Store) -> None:
    decide(store, DOC, "q0", speaker="السفير")
    remade_quote(store, "الماء للجميع", 7)
    assert asked(store, "select quote_id, speaker from quotes") == [(7, "السفير")]


def test_status_names_a_correction_whose_span_is_gone(store: Store) -> None:
    decide(store, DOC, "q0", speaker="السفير")
    assert "1 decisions of users in force" in told(describe_warehouse(store))
    assert "without its span" not in told(describe_warehouse(store))
    remade_quote(store, "للجميع", 0)
    assert re.search("decision without its span.*\n.*fix +quotes", told(describe_warehouse(store)))
    assert asked(store, "select speaker from quotes") == [("الرابطة",)]


def test_stance_sentiment_title_and_date_are_corrected(store: Store) -> None:
    decide(store, DOC, "s0", stance="favor", source="النقابة", source_id="press:union")
    decide(store, DOC, "n2", sentiment="positive")
    decide(store, DOC, date="2026-04-10T03:00+03:00", title="عنوان مصحح")
    assert asked(store, "select source, source_id, stance, score, method from stances") == [
        ("النقابة", "press:union", "favor", 1.0, "correction")
    ]
    assert asked(store, "select label, p_negative from sentiment where sent_id = 2") == [("positive", 0.0)]
    article = "select title, published_at::varchar, published_source from clean where published_at is not null"
    assert asked(store, article) == [("عنوان مصحح", "2026-04-10 00:00:00+00", "correction")]
    assert asked(store, "select count(*) from sentences where part = 'title'") == [(0,)]
    assert asked(store, "select count(*) from sentiment") == [(3,)]


def test_what_is_hidden_is_seen_nowhere_until_it_is_undone(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    decide(store, DOC, "q0", hide=True)
    decide(store, OTHER, hide=True)
    undoing = re.findall("--undo ([0-9a-f]+)", capsys.readouterr().err)
    assert asked(store, "select count(*) from quotes") == [(0,)]
    assert asked(store, "select doc_id from clean") == [(DOC,)]
    for decision_id in undoing:
        decide(store, undo=decision_id)
    assert asked(store, "select (select count(*) from quotes), count(*) from clean") == [(1, 2)]


def test_the_later_of_two_corrections_holds_and_another_column_stays(store: Store) -> None:
    decide(store, DOC, "q0", speaker="السفير")
    decide(store, DOC, "q0", speaker_id="press:envoy")
    assert asked(store, "select speaker, speaker_id from quotes") == [("السفير", "press:envoy")]
    decide(store, DOC, "q0", speaker="")
    assert asked(store, "select speaker, speaker_id from quotes") == [(None, None)]


@pytest.mark.parametrize(
    ("named", "values", "wrong"),
    [
        ((), {"hide": True}, "name an article"),
        ((DOC, "q0"), {}, "name an article"),
        ((DOC, "q7"), {"hide": True}, "version 1 of .* has no q7"),
        ((DOC, "x1"), {"hide": True}, "'x1' is no row"),
        ((DOC, "q0"), {"stance": "favor"}, "--stance corrects no column of a row of quotes"),
        ((DOC,), {"speaker": "a"}, "--speaker corrects no column of an article without a row"),
        ((DOC,), {"date": "soon"}, "--date 'soon' is no day"),
        ((), {"undo": "ff"}, "no decision begins with 'ff'"),
    ],
)
def test_a_wrong_use_is_one_clear_line(store: Store, named: Any, values: Any, wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong) as caught:
        decide(store, *named, **values)
    assert "\n" not in str(caught.value)
    assert not store.batches("corrections")


def test_all_decisions_are_listed(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    decide(store, DOC, "q0", speaker="السفير")
    fix(listed=True, warehouse=str(store))
    assert "speaker: بن غدير → السفير" in capsys.readouterr().out


def test_an_undo_is_taken_back_as_any_decision(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    decide(store, DOC, "q0", speaker="السفير")
    decide(store, undo=last_id(store))
    assert asked(store, "select speaker from quotes") == [("بن غدير",)]
    decide(store, undo=last_id(store))
    assert asked(store, "select speaker from quotes") == [("السفير",)]
    fix(listed=True, warehouse=str(store))
    assert capsys.readouterr().out.count("undone") == 1


def test_the_sql_of_the_document_applies_corrections_as_nabra_does(store: Store) -> None:
    steps: list[tuple[tuple[str, ...], dict[str, str]]] = [
        ((DOC, "q0"), {"speaker": "السفير"}),
        ((DOC, "q0"), {"speaker": ""}),
        ((DOC, "q0"), {"speaker": "الناطق"}),
        ((), {"undo": "last"}),
        ((), {"undo": "last"}),
        ((), {"undo": "last"}),
        ((DOC, "q0"), {"speaker_id": "press:envoy"}),
    ]
    seen = []
    for named, values in steps:
        decide(store, *named, **({"undo": last_id(store)} if "undo" in values else values))
        assert by_the_document(store) == asked(store, "select quote_id, speaker from quotes")
        seen.append(by_the_document(store)[0][1])
    assert seen == ["السفير", None, "الناطق", None, "الناطق", None, None]


def test_find_has_what_was_corrected_and_not_what_was_hidden(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def found(words: list[str], **options: Any) -> str:
        find(words, warehouse=str(store), limit=10, **options)
        return capsys.readouterr().out

    assert "بن غدير (envoy):" in found([], speaker="غدير")
    assert "aa22" in found(["عنوان"])
    decide(store, DOC, "q0", speaker="السفير")
    decide(store, OTHER, hide=True)
    capsys.readouterr()
    assert "السفير:" in found([], speaker="السفير")
    assert found([], speaker="غدير") == "Nothing found.\n"
    assert found(["عنوان"]) == "Nothing found.\n"
    decide(store, undo=last_id(store))
    assert "aa22" in found(["عنوان"])
