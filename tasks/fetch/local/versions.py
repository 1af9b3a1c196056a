"""Whether a local document is known, a new version of a known one, or another one: its content decides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from nabra.tasks.documents.identity import document_id
from nabra.tasks.fetch.local.outlet import outlet_of
from nabra.tasks.fetch.outcomes import REMOVED, Document, Found, Seen, version_after
from nabra.tasks.fetch.page_states import Memory, Version, contents_of
from nabra.tasks.fetch.targets import UNNAMED

SAME: Final = "with the same content"


@dataclass(frozen=True)
class _Met:
    """A document as it is now, and the file of rows in which it was met, if it was in one."""

    version: Version
    rows: str | None


@dataclass
class LocalDocuments:
    """The local documents of a run, beside those that `memory` has of earlier ones."""

    memory: Memory
    _met: dict[str, _Met] = field(default_factory=dict)

    def settle(self, found: Found) -> Document | Seen:
        """What becomes of a document; DocumentError where it cannot be read.

        Content that any version of it had is known. Else it is a new version of the document that has its address, or
        that lies in the same place. In another place, and in rows of one file that repeat an id or address, the same
        name stands for a document of its own. What was removed from the warehouse stays away.
        """
        payload = found.load()
        if found.source == UNNAMED:
            found = replace(found, source=outlet_of(found, payload))
        row = found.row(payload)
        content = contents_of(row)
        names = self._names(found, content[-1])
        known = {name: version for name in names if (version := self._version(name))}
        for name, version in known.items():
            if content[-1] in version.contents:
                self._note(name, version, found)
                return Seen(name, found.source, SAME)
        doc_id = next((n for n in names if n not in known or self._is_edited(n, known[n], found)), names[-1])
        if self.memory.keeps_away(doc_id, found.source):
            return Seen(doc_id, found.source, REMOVED)
        return self._new(doc_id, known.get(doc_id), found, row)

    def _names(self, found: Found, content: str) -> tuple[str, ...]:
        """The ids that the document may have, the preferred first: by its name, its place, its content."""
        by_place = document_id(f"{found.doc_id} {found.url}")
        return found.doc_id, by_place, document_id(f"{by_place} {content}")

    def _version(self, doc_id: str) -> Version | None:
        met = self._met.get(doc_id)
        return met.version if met else self.memory.documents.get(doc_id)

    def _is_edited(self, doc_id: str, version: Version, found: Found) -> bool:
        """True if the document is the one that has this id, with another content."""
        met = self._met.get(doc_id)
        is_repeated = met is not None and found.rows is not None and met.rows == found.rows
        return not is_repeated and (found.has_address or version.place == found.url)

    def _new(self, doc_id: str, earlier: Version | None, found: Found, row: dict[str, Any]) -> Document:
        named = row | {"doc_id": doc_id} | version_after(earlier)
        before = earlier.contents if earlier else ()
        version = Version(named["version"], named["payload_sha256"], False, found.url, before + contents_of(row))
        self._note(doc_id, version, found)
        return Document(named)

    def _note(self, doc_id: str, version: Version, found: Found) -> None:
        self._met[doc_id] = _Met(version, found.rows)
