"""A sample that is judged away from the warehouse: as data that a page holds, and the file that the page saves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from nabra.tasks.decisions.decisions import Subject
from nabra.tasks.decisions.judgements import KINDS, RIGHT, WRONG, Finding, Judgement
from nabra.tasks.errors import UsageError

FORMAT: Final = "nabra-audit-1"
HIDE: Final = "hide"
VERDICTS: Final = (RIGHT, WRONG, HIDE)
_NUMBERS: Final = ("version", "start", "end", "stratum_rows")


@dataclass(frozen=True)
class Sheet:
    """What was judged of one draw, and what of it is to be hidden."""

    draw_id: str
    judged: list[Judgement]
    hidden: list[Judgement]


def as_data(draw_id: str, drawn: Sequence[Finding]) -> dict[str, Any]:
    """What a page holds; it adds `by` and `verdicts`, one of `VERDICTS` by the number of the finding."""
    return {"format": FORMAT, "draw_id": draw_id, "findings": [asdict(each) for each in drawn]}


def read_sheet(path: Path, by: str) -> Sheet:
    """The judgements that a page has saved; `by` judged where the file names nobody.

    UsageError if it is no such file.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        if data["format"] != FORMAT:
            raise ValueError(f"the format is {data['format']!r}")
        return _sheet(data, by)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise UsageError(f"{path} was not saved by a page of nabra audit --html: {error!r}") from error


def _sheet(data: Mapping[str, Any], by: str) -> Sheet:
    findings = [_finding(row) for row in data["findings"]]
    who = _checked("by", data.get("by")) or by
    sheet = Sheet(data["draw_id"], [], [])
    for item, verdict in sorted((int(item), verdict) for item, verdict in data["verdicts"].items()):
        if verdict not in VERDICTS or not 0 <= item < len(findings):
            raise ValueError(f"finding {item} is {verdict!r}")
        judgement = Judgement(item, findings[item], verdict == RIGHT, who)
        sheet.judged.append(judgement)
        if verdict == HIDE:
            sheet.hidden.append(judgement)
    return sheet


def _finding(row: Mapping[str, Any]) -> Finding:
    subject = Subject(**{each.name: _checked(each.name, row["subject"].get(each.name)) for each in fields(Subject)})
    plain = {name: _checked(name, value) for name, value in row.items() if name != "subject"}
    finding = Finding(subject=subject, **plain)
    if finding.kind not in KINDS or None in (subject.doc_id, finding.stratum, finding.stratum_rows):
        raise ValueError("a finding is not whole")
    return finding


def _checked(name: str, value: Any) -> Any:
    if value is not None and type(value) is not (int if name in _NUMBERS else str):
        raise TypeError(f"{name} is {value!r}")
    return value
