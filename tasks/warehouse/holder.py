"""The note of who works on a warehouse."""

from __future__ import annotations

import json
import os
import socket
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from nabra.tasks.warehouse.files import Files

FOLDER: Final = "_lease"
HOLDER: Final = f"{FOLDER}/holder.json"
# Of a lease that was given back: an object on S3 cannot be removed on a condition, but it can be replaced.
NOBODY: Final = ""


@dataclass(frozen=True)
class Holder:
    """Who works on a warehouse, and since when; `until` where the lease ends by itself unless it is renewed."""

    run: str
    pid: int
    host: str
    since: datetime
    until: datetime | None = None

    @classmethod
    def of_this_process(cls, run: str) -> Self:
        """A run that this process begins now."""
        return cls(run, os.getpid(), socket.gethostname(), datetime.now(UTC))

    @classmethod
    def parse(cls, note: bytes | None) -> Self | None:
        """The holder that a note tells of; None if it tells of nobody."""
        said = json.loads(note) if note else None
        if said is None or said["run"] == NOBODY:
            return None
        return cls(said["run"], said["pid"], said["host"], datetime.fromisoformat(said["since"]))

    def note(self) -> bytes:
        """A note that differs from all others, also of the same holder: on S3 the same content has the same etag."""
        since = self.since.isoformat(timespec="seconds")
        said = {"run": self.run, "pid": self.pid, "host": self.host, "since": since, "token": uuid.uuid4().hex}
        return json.dumps(said).encode()


def taken(files: Files, holder: Holder | None) -> str:
    """What to say to a run that comes while another works."""
    who = f"process {holder.pid} on {holder.host} (run {holder.run})" if holder else "another run"
    return f"warehouse {files} is being worked on by {who}; try again when it has ended"
