"""Data that users edit as TOML: read into typed entries, with errors that name file, key and cure."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from nabra.tasks.errors import ConfigError


class Entry(BaseModel):
    """A table of a data file: frozen, every key known, every value of its type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


EntryType = TypeVar("EntryType", bound=Entry)


def read_data_folder(folder: Path, model: type[EntryType]) -> dict[Path, EntryType]:
    """All `*.toml` files of `folder`, by path in the order of their names.

    Raises ConfigError where there is none, where all are empty, where one cannot be read, or where a key is unknown or
    its value wrong.
    """
    files = {path: read_data_file(path, model) for path in data_files(folder)}
    if not files:
        raise ConfigError(f"{folder}: no .toml file in this folder; restore it or correct the path in the settings")
    if not any(file.model_dump(exclude_defaults=True) for file in files.values()):
        names = ", ".join(path.name for path in files)
        raise ConfigError(f"{folder}: no entry in {names}; write one, or take the folder out of the settings")
    return files


def data_files(folder: Path) -> list[Path]:
    """The data files of a folder, in the order in which they are read."""
    return sorted(folder.glob("*.toml"))


def content_sum(*paths: Path) -> str:
    """The SHA-256 of what files, and the data files of folders, say: comments and layout apart, places apart."""
    files = [file for path in paths for file in (data_files(path) if path.is_dir() else [path])]
    return _content_sum(tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=16)
def _content_sum(files: tuple[tuple[Path, int, int], ...]) -> str:
    """Kept while the files are as they were: several stages are made of the same lists."""
    said = [[file.name, _said(file)] for file, *_ in files]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _said(path: Path) -> object:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return path.read_bytes().hex()  # who reads it says what is wrong


def refuse_repeated_ids(entries: str, ids: Iterable[str]) -> None:
    """Raise the ValueError of an entry in which two others have one id."""
    for name, times in Counter(ids).items():
        if times > 1:
            raise ValueError(f"{times} {entries} have the id {name!r}; give each its own")


def read_data_file(path: Path, model: type[EntryType]) -> EntryType:
    """The file as an entry; ConfigError with a line for all that is wrong: the file, the key, what is allowed there."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the file: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # A misspelt key is missing, too: the wrong spelling is what helps.
        found = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        raise ConfigError("\n".join(f"{path}: {_explain(each, model, content)}" for each in found)) from error


def _explain(found: ErrorDetails, model: type[Entry], content: dict[str, Any]) -> str:
    key = _key(found["loc"], content)
    match found["type"]:
        case "extra_forbidden":
            return f"unknown key {key}; allowed: {', '.join(_allowed(model, found['loc'][:-1]))}"
        case "missing":
            return f"the key {key} is missing"
        case "list_type" if isinstance(found["input"], dict):
            return f"{key}: write [[{key}]] with two brackets, once for each {key}"
        case "value_error":  # raised by the entry itself, in words that suffice
            return f"{key}: {found['ctx']['error']}" if key else str(found["ctx"]["error"])
    return f"{key}: {found['msg']}, not {found['input']!r}"


def _key(location: tuple[int | str, ...], content: Any) -> str:
    """`source.port.kind`: the place of a key, where an entry of a list is named by its id if it has one."""
    names = []
    for part in location:
        inside = isinstance(content, list) or (isinstance(content, dict) and part in content)
        content = content[part] if inside else None
        named = isinstance(part, int) and isinstance(content, dict) and "id" in content
        names.append(str(content["id"] if named else part))
    return ".".join(names)


def _allowed(model: type[Entry], location: tuple[int | str, ...]) -> list[str]:
    """The keys of the entry at `location` within `model`: numbers are places in a list of entries."""
    for part in location:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            model = next(kind for kind in (*get_args(annotation), annotation) if _is_entry(kind))
    return [field.alias or name for name, field in model.model_fields.items()]


def _is_entry(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Entry)
