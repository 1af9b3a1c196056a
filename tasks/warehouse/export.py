"""Articles in other forms: CoNLL-U for treebank tools, JSON lines with all that was found in an article."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from nabra.tasks.arabic.skeleton import skeleton

Row = Mapping[str, Any]
Rows = Mapping[str, list[Row]]

# What an article's rows are taken from; `clean` gives the article itself.
CONLLU_READS: Final = ("clean", "sentences", "tokens", "entities", "mentions")
JSON_READS: Final = ("clean", "sentences", "entities", "mentions", "sentiment", "quotes", "stances")


def articles(tables: Mapping[str, list[Row]]) -> Iterator[tuple[Row, Rows]]:
    """Each row of `clean` with its rows of the other datasets."""
    grouped: dict[str, defaultdict[str, list[Row]]] = {name: defaultdict(list) for name in tables}
    for name, rows in tables.items():
        for row in rows:
            grouped[name][row["doc_id"]].append(row)
    for article in tables["clean"]:
        yield article, {name: groups[article["doc_id"]] for name, groups in grouped.items() if name != "clean"}


def conllu(article: Row, rows: Rows) -> Iterator[str]:
    """The lines of an article: sentences with `# sent_id = <doc_id>-<sent_id>`, one UD word a line, a blank line each.

    MISC has `SpaceAfter=No`, `TokenRange=start:end` in the code points of `clean[part]`, `NER` (BIO) and `Actor`. Forms
    and `# text` are without diacritics, as the parser saw them.
    """
    tokens = _by_sentence(rows["tokens"])
    named = [row for row in rows["mentions"] if row["kind"] in ("name", "title")]
    names = _by_sentence(named or rows["entities"])  # without mentions: of a warehouse that has not got them yet
    yield f"# newdoc id = {article['doc_id']}"
    for sentence in rows["sentences"]:
        words = sorted(tokens[sentence["sent_id"]], key=lambda row: row["word_id"])
        if words:
            yield f"# sent_id = {article['doc_id']}-{sentence['sent_id']}"
            yield from _sentence(article[sentence["part"]], words, names[sentence["sent_id"]])
            yield ""


def _by_sentence(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["sent_id"]].append(row)
    return grouped


def _sentence(text: str, words: list[Row], names: list[Row]) -> Iterator[str]:
    lines, surface = [], ""
    tokens = [list(group) for _, group in groupby(words, key=lambda row: row["token_id"])]
    for number, token in enumerate(tokens):
        start, end = token[0]["start"], token[0]["end"]
        form = token[0]["form"] if len(token) == 1 else skeleton(text[start:end]).text
        joined = number + 1 < len(tokens) and tokens[number + 1][0]["start"] == end
        surface += form + ("" if joined or number + 1 == len(tokens) else " ")
        misc = _misc(start, end, joined, names)
        if len(token) > 1:
            lines.append(_line(f"{token[0]['word_id']}-{token[-1]['word_id']}", form, *"_______", misc))
        lines += [_line(*_word(row), misc if len(token) == 1 else "_") for row in token]
    yield f"# text = {surface}"
    yield from lines


def _word(row: Row) -> tuple[str, ...]:
    shown = (row["form"], row["lemma"], row["upos"], row["xpos"], row["feats"])
    return (str(row["word_id"]), *(value or "_" for value in shown), str(row["head"]), row["deprel"], "_")


def _line(*columns: str) -> str:
    return "\t".join(columns)


def _misc(start: int, end: int, joined: bool, names: list[Row]) -> str:
    """MISC of a token, its attributes in alphabetical order."""
    attributes = ["SpaceAfter=No"] * joined + [f"TokenRange={start}:{end}"]
    for name in names:
        if name["start"] < end and start < name["end"]:
            place = "B" if name["start"] >= start else "I"
            attributes += [f"Actor={name['actor_id']}"] * bool(name["actor_id"]) + [f"NER={place}-{name['type']}"]
            break
    return "|".join(sorted(attributes))


def json_line(article: Row, rows: Rows) -> str:
    """An article as one JSON object: the columns of `clean`, and a list of objects for each other dataset."""
    found = {name: [_without_id(row) for row in own] for name, own in rows.items()}
    return json.dumps({**article, **found}, ensure_ascii=False, default=_text)


def _without_id(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "doc_id"}


def _text(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
