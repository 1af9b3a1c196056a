"""Metadata of a folder of tables in Croissant, by which catalogues and loaders of machine learning know data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from nabra.tasks.schemas import SCHEMA_VERSION, TIMESTAMP, Column, Dataset

TYPES: Final = {
    pa.string(): "sc:Text",
    pa.binary(): "sc:Text",
    pa.int32(): "sc:Integer",
    pa.int64(): "sc:Integer",
    pa.float64(): "sc:Float",
    TIMESTAMP: "sc:DateTime",
}
CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(name: str, description: str, files: Mapping[str, str], datasets: Mapping[str, Dataset]) -> str:
    """The metadata as JSON: `files` are the SHA-256 of files by their paths, `datasets` what lies in each of them."""
    whole = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": description,
        "version": f"{SCHEMA_VERSION}.0.0",
        "distribution": [_file(path, digest) for path, digest in files.items()],
        "recordSet": [_records(path, dataset) for path, dataset in datasets.items()],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _file(path: str, digest: str) -> dict[str, Any]:
    kind = "application/x-parquet"
    known = {"@id": path, "name": path, "contentUrl": path, "encodingFormat": kind, "sha256": digest}
    return {"@type": "cr:FileObject", **known}


def _records(path: str, dataset: Dataset) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": dataset.name,
        "name": dataset.name,
        "description": f"One row: {dataset.row}.",
        "key": [{"@id": f"{dataset.name}/{name}"} for name in dataset.key],
        "field": [_field(path, dataset.name, column) for column in dataset.columns],
    }


def _field(path: str, table: str, column: Column) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": f"{table}/{column.name}",
        "description": column.meaning,
        "dataType": TYPES[column.type],
        "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
    }
