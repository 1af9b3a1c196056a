"""Tables exported: which articles are in them, and that other programs can read what describes them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from nabra.flows.cli.handover import TABLES
from nabra.flows.cli.main import app
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import CLEAN, DATASETS
from nabra.tasks.warehouse.contract import contract
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, OTHER

ALL = ["--table", "clean", "--table", "quotes"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def export(store: Store, *arguments: object) -> None:
    called = ["export", *map(str, arguments), "--warehouse", str(store)]
    result = CliRunner().invoke(app, called, catch_exceptions=False)
    assert result.exit_code == 0, result.output


def ids(path: Path) -> list[str]:
    return pq.read_table(path)["doc_id"].to_pylist()


@pytest.mark.parametrize(
    ("filters", "articles", "quotes"),
    [
        ([], [DOC, OTHER], [DOC]),
        (["--since", "2026-04-12", "--until", "2026-04-12", "--match", "الماء"], [DOC], [DOC]),
        (["--match", "عنوان"], [OTHER], []),
    ],
)
def test_tables_have_the_articles_that_pass_and_no_others(
    store: Store, tmp_path: Path, filters: list[str], articles: list[str], quotes: list[str]
) -> None:
    export(store, "tables", tmp_path / "out", *ALL, *filters)
    assert ids(tmp_path / "out" / "clean.parquet") == articles
    assert ids(tmp_path / "out" / "quotes.parquet") == quotes
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["clean.parquet", "quotes.parquet"]


def test_topics_are_exported_as_they_are_asked_for(store: Store, tmp_path: Path) -> None:
    export(store, "tables", tmp_path / "out", "--table", "topics", "--match", "عنوان")
    rows = pq.read_table(tmp_path / "out" / "topics.parquet").to_pylist()
    assert rows == [{"doc_id": OTHER, "version": 1, "topic": "عنوان"}]


def test_a_column_says_in_the_file_what_it_means(store: Store, tmp_path: Path) -> None:
    export(store, "tables", tmp_path / "out", *ALL)
    in_warehouse = store.files.path(next(iter(store.batch_files("clean").values())).name)
    for path in (tmp_path / "out" / "clean.parquet", in_warehouse):
        schema = pq.read_schema(path)
        said = {field.name: (field.metadata or {}).get(b"description", b"").decode() for field in schema}
        assert said == {column.name: column.meaning for column in CLEAN.columns}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--table", "words"], "no table words to export; there are: clean"),
        (["--since", "2030-01-01"], "no article passes the filters"),
        (["--topic", "oil-of-olives"], "no topic oil-of-olives"),
    ],
)
def test_what_gives_nothing_is_refused(store: Store, tmp_path: Path, arguments: list[str], fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        export(store, "tables", tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def dataset(store: Store, tmp_path: Path) -> Path:
    export(store, "dataset", tmp_path / "set")
    return tmp_path / "set"


def test_the_card_names_a_file_for_each_table(dataset: Path) -> None:
    _, head, text = (dataset / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    configs = yaml.safe_load(head)["configs"]
    assert configs[0] == {"config_name": "clean", "data_files": "data/clean.parquet", "default": True}
    assert {config["config_name"] for config in configs} == TABLES.keys() - {"tokens"}
    assert all((dataset / config["data_files"]).is_file() for config in configs)
    assert "2 articles" in text


def test_croissant_describes_the_files_as_they_are(dataset: Path) -> None:
    told = json.loads((dataset / "croissant.json").read_text(encoding="utf-8"))
    for file in told["distribution"]:
        assert file["sha256"] == hashlib.sha256((dataset / file["contentUrl"]).read_bytes()).hexdigest()
    files = {file["@id"] for file in told["distribution"]}
    for records in told["recordSet"]:
        for field in records["field"]:
            source = field["source"]
            assert source["fileObject"]["@id"] in files
            assert source["extract"]["column"] in pq.read_schema(dataset / source["fileObject"]["@id"]).names


def test_the_contract_has_every_column_with_its_type(dataset: Path) -> None:
    told = yaml.safe_load((dataset / "datacontract.yaml").read_text(encoding="utf-8"))
    path = told["servers"][0]["path"]
    for table in told["schema"]:
        schema = pq.read_schema(dataset / path.format(model=table["name"]))
        assert [column["name"] for column in table["properties"]] == schema.names
        assert [column["required"] for column in table["properties"]] == [not field.nullable for field in schema]


def test_the_contract_of_a_warehouse_is_of_its_tables_where_they_lie(store: Store, tmp_path: Path) -> None:
    export(store, "contract", "-o", tmp_path / "contract.yaml")
    told = yaml.safe_load((tmp_path / "contract.yaml").read_text(encoding="utf-8"))
    assert told["servers"][0]["path"] == f"{store}/{{model}}/**/*.parquet"
    assert "clean" in {table["name"] for table in told["schema"]}
    assert "pages" not in {table["name"] for table in told["schema"]}  # has no files
    bucket = yaml.safe_load(contract(DATASETS.values(), "s3://bucket/{model}/**/*.parquet"))["servers"]
    assert bucket[0]["type"] == "s3"
    assert bucket[0]["location"].startswith("s3://bucket/")


def test_edges_are_counted_for_and_against(store: Store, tmp_path: Path) -> None:
    export(store, "graphml", "-o", tmp_path / "edges.graphml")
    graph = nx.read_graphml(tmp_path / "edges.graphml", force_multigraph=False)
    ((source, target, counts),) = graph.edges(data=True)
    assert graph.is_directed()
    assert (graph.nodes[source]["label"], target) == ("الرابطة", "الاتفاق")
    assert {name: counts[name] for name in ("favor", "against", "articles")} == {
        "favor": 0,
        "against": 1,
        "articles": 1,
    }


def test_descriptions_leave_the_types_as_they_are() -> None:
    assert CLEAN.schema.field("doc_id") == pa.field("doc_id", pa.string(), nullable=False)
