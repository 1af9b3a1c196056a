"""Fetch: documents of folders, files, feeds and pages as rows of `raw`."""

from tasks.fetch.documents import fetch_documents
from tasks.fetch.fetched import Document, Fetched, Known, Refused
from tasks.fetch.identity import canonical_url, document_id
from tasks.fetch.sources import Source, load_sources
from tasks.fetch.targets import ACCEPTED_SUFFIXES, Target, targets_from_arguments, targets_from_sources, targets_of

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
