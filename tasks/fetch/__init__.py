"""Fetch: documents of folders, files, feeds and pages as rows of `raw`."""

from nabra.tasks.documents.identity import canonical_url, document_id
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.fetched import Document, Fetched, Known, Refused
from nabra.tasks.fetch.sources import Source, load_sources
from nabra.tasks.fetch.targets import (
    ACCEPTED_SUFFIXES,
    Target,
    targets_from_arguments,
    targets_from_sources,
    targets_of,
)

__all__ = [
    "ACCEPTED_SUFFIXES",
    "Document",
    "Fetched",
    "Known",
    "Refused",
    "Source",
    "Target",
    "canonical_url",
    "document_id",
    "fetch_documents",
    "load_sources",
    "targets_from_arguments",
    "targets_from_sources",
    "targets_of",
]
