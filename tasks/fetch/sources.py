"""Sources: the outlets and folders that a run without arguments fetches, kept as data in `config/sources.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from tasks.errors import ConfigError
from tasks.fetch.identity import has_credentials

KINDS: Final = ("folder", "file", "feed", "sitemap", "page")


@dataclass(frozen=True)
class Source:
    """One source: `address` is an http(s) or file address or an absolute path; `id` goes into every table."""

    id: str
    name: str
    kind: str
    address: str
    enabled: bool


KEYS: Final = {field.name: bool if field.name == "enabled" else str for field in fields(Source)}


def load_sources(path: Path) -> list[Source]:
    """The sources of a TOML file of `[[source]]` tables, in its order.

    Relative addresses are paths beside the file. Raises ConfigError naming the file, the source, the key and what is
    allowed.
    """
    tables = _read(path)
    sources = [_source(path, number, table) for number, table in enumerate(tables, start=1)]
    seen: set[str] = set()
    for source in sources:
        if source.id in seen:
            raise ConfigError(f"{path}: two sources have the id {source.id!r}; give each its own")
        seen.add(source.id)
    return sources


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the sources file: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    unknown = sorted(content.keys() - {"source"})
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]}; allowed: tables that begin with [[source]]")
    tables = content.get("source", [])
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: write [[source]] with two brackets, once for each source")
    return tables


def _source(path: Path, number: int, table: dict[str, Any]) -> Source:
    where = f"{path}: source {table.get('id', number)}"
    for key in sorted(table.keys() - KEYS.keys()):
        raise ConfigError(f"{where}: unknown key {key}; allowed: {', '.join(KEYS)}")
    for key, kind in KEYS.items():
        if key not in table:
            raise ConfigError(f"{where}: the key {key} is missing; each source has {', '.join(KEYS)}")
        if not isinstance(table[key], kind) or table[key] == "":
            wanted = "true or false" if kind is bool else "a text in quotes"
            raise ConfigError(f"{where}: {key} = {table[key]!r} should be {wanted}")
    if table["kind"] not in KINDS:
        raise ConfigError(f"{where}: kind = {table['kind']!r}; allowed: {', '.join(KINDS)}")
    return Source(**{**table, "address": _absolute(where, path, table["address"])})


def _absolute(where: str, path: Path, address: str) -> str:
    if "://" not in address:
        return str((path.parent / Path(address).expanduser()).resolve())
    scheme = address.partition("://")[0].lower()
    if scheme not in ("http", "https", "file"):
        raise ConfigError(f"{where}: the address has the scheme {scheme}; allowed: http, https, file, or a path")
    if has_credentials(address):
        raise ConfigError(f"{where}: the address holds a user name or password; nabra fetches public pages only")
    return address
