from pathlib import Path

import pytest

from nabra.tasks.errors import ConfigError
from nabra.tasks.search.index import SearchIndex
from nabra.tasks.search.topics import read_topics, topic_table
from tests.flows.small_warehouse import DOC, OTHER, small_warehouse


def topics_of(folder: Path, content: str) -> dict[str, str]:
    path = folder / "topics.toml"
    path.write_text(content, encoding="utf-8")
    return read_topics(path)


def test_a_file_names_queries(tmp_path: Path) -> None:
    assert topics_of(tmp_path, "[[topic]]\nid = 'gas'\nmatch = '\"خط أنابيب\" | الغاز'") == {
        "gas": '"خط أنابيب" | الغاز'
    }
    assert topics_of(tmp_path, "") == {}


def test_the_shipped_file_is_read() -> None:
    assert "water" in read_topics(Path(__file__).parents[2] / "config" / "topics.toml")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("id = 'gas'\nmatch = '«»'", r"topics\.toml: topic\.gas\.match: '«»' has no word to look for"),
        ("id = 'gas'\nmatch = '-غاز'", r"topic\.gas\.match: '-غاز' has no word to look for"),
        ("id = 'gas'\nmatch = 'غاز | -نفط'", r"topic\.gas\.match: 'غاز | -نفط': what is left out"),
        ("id = 'gas'\nmatch = 3", r"topic\.gas\.match: Input should be a valid string"),
        ("id = 'gas'", r"the key topic\.gas\.match is missing"),
        ("id = 'gas'\nmatch = 'غاز'\nwords = 'x'", r"unknown key topic\.gas\.words; allowed: id, match"),
        ("id = 'Gas & oil'\nmatch = 'غاز'", "'Gas & oil' is no id"),
        ("id = 'gas'\nmatch = 'غاز'\n[[topic]]\nid = 'gas'\nmatch = 'نفط'", "2 topics have the id 'gas'"),
        ("id = ", "topics.toml: not a TOML file"),
    ],
)
def test_an_error_names_the_file_the_topic_and_the_fault(tmp_path: Path, content: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        topics_of(tmp_path, f"[[topic]]\n{content}")


def test_an_article_has_a_row_for_each_of_its_topics(tmp_path: Path) -> None:
    store, index = small_warehouse(tmp_path), SearchIndex(tmp_path / "index")
    index.follow(store)
    rows = topic_table(index, [("water", "مياه | الماء"), ("deals", "اتفاق"), ("all", "عنوان | وزير")], []).to_pylist()
    assert [(row["doc_id"], row["version"], row["topic"]) for row in rows] == [
        (DOC, 1, "all"),
        (DOC, 1, "deals"),
        (DOC, 1, "water"),
        (OTHER, 1, "all"),
    ]
