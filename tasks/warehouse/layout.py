"""Where the rows of a batch lie: `<dataset>/ingest_date=YYYY-MM-DD/<batch_id>.parquet`, the same name in every dataset.

What a stage refused of a batch lies in `rejects`, under the batch's name and the stage's. Files whose name starts with
`_` or `.` are never data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# The column that the folder of a file stands for: the UTC day on which its batch was fetched.
DAY: Final = "ingest_date"
# What finding copies needs of the articles of a day, notes of failed attempts, and what a run is at.
SIGNATURES: Final = "_signatures"
QUARANTINE: Final = "_quarantine"
AT_WORK: Final = "_at_work/stage.json"
_FILE: Final = re.compile(rf"{DAY}=(\d{{4}}-\d{{2}}-\d{{2}})/([^/_.][^/]*)\.parquet$")


@dataclass(frozen=True, order=True)
class Batch:
    """A batch: the UTC day it was fetched on, and its name, unique in the warehouse."""

    ingest_date: str
    batch_id: str

    def __str__(self) -> str:
        return f"{self.ingest_date}/{self.batch_id}"

    @classmethod
    def parse(cls, text: str) -> Batch:
        """The batch that `str(batch)` names."""
        ingest_date, batch_id = text.split("/")
        return cls(ingest_date, batch_id)

    def refused_by(self, stage: str) -> Batch:
        """What a stage refused of it, as `rejects` names it."""
        return Batch(self.ingest_date, f"{self.batch_id}.{stage}")


# Of a table that is written whole and not by batches: a day of no article, as readers expect one.
WHOLE: Final = Batch("1970-01-01", "whole")


def file_of(dataset: str, batch: Batch) -> str:
    """The path of a batch's file below the warehouse, or below the folder that `dataset` names there."""
    return f"{dataset}/{DAY}={batch.ingest_date}/{batch.batch_id}.parquet"


def day_folder(dataset: str, day: str) -> str:
    """The folder of a day's files."""
    return f"{dataset}/{DAY}={day}"


def batch_of(path: str) -> Batch | None:
    """The batch whose file this is; None if it is no data."""
    match = _FILE.search(path)
    return Batch(match[1], match[2]) if match else None


def signatures_of(day: str) -> str:
    """The path of what finding copies needs of a day."""
    return f"{SIGNATURES}/{day}.parquet"
