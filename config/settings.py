"""Typed settings: `default.toml` overlaid with the user's file, frozen, unknown keys refused."""

from __future__ import annotations

import difflib
import re
import tomllib
import zoneinfo
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from nabra.tasks.errors import ConfigError

CONFIG_FOLDER = Path(__file__).parent
DEFAULT_FILE = CONFIG_FOLDER / "default.toml"

# ` S3:…`, `s3%3a//…` and `gs:/…` are meant as addresses too.
ADDRESS = re.compile(r"\s*(s3[\w+.-]*(:|%3a)|[a-z][\w+.-]*(:|%3a)/)", re.IGNORECASE)
WAREHOUSE = re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9._-]+(/[^?#@]*)?|file:///[^?#]*")
ENDPOINT = re.compile(r"|(https?://)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?/?")

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0)]
Runner = Literal["local", "dask", "ray"]
Own = Literal["add", "replace"]  # what files of the user's own do to those that are shipped


def _host(name: str) -> str:
    if not re.fullmatch(r"[^\s/@*]+", name):
        raise ValueError("not a host or host:port, such as localhost:8000")
    return name


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)  # listing them all takes longer than most commands do
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ValueError("not a time zone of the IANA list, such as Asia/Riyadh or UTC") from error
    return name


def _warehouse(place: str) -> str:
    # What looks like an address is one of these or refused, and never shown: people put keys into addresses.
    if ADDRESS.match(place) and not WAREHOUSE.fullmatch(place):
        raise ValueError(
            "not an address of a warehouse: s3://bucket/prefix or file:///folder, without keys and options; keys come "
            "from the AWS credential chain (AWS_ACCESS_KEY_ID and others, ~/.aws), the endpoint from store.s3_endpoint"
        )
    return place


def _endpoint(address: str) -> str:
    if not ENDPOINT.fullmatch(address):
        raise ValueError("not host:port or http(s)://host:port; keys come from the AWS credential chain")
    return address


Host = Annotated[str, AfterValidator(_host)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Section(BaseModel):
    """One section of the settings file; every key and its unit is explained in `default.toml`."""

    # Each is built once, as a part of `Settings`, and not by itself too.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
    # The keys that change how a stage works, or where files lie whose content counts, and not what it makes.
    makes_no_difference: ClassVar[frozenset[str]] = frozenset()


class StoreSettings(Section):
    warehouse: Annotated[str, AfterValidator(_warehouse)]
    s3_endpoint: Annotated[str, AfterValidator(_endpoint)]
    s3_region: str


class RunSettings(Section):
    batch_articles: Count
    max_reject_share: Share
    max_attempts: Count
    max_failing_hours: Annotated[float, Field(ge=0)]
    max_silent_days: Annotated[float, Field(ge=0)]
    max_still_minutes: Annotated[float, Field(gt=0)]
    deadline_seconds: Seconds
    worker_memory_mib: Count
    runner: Runner
    workers: Annotated[int, Field(ge=0)]
    scheduler: str


class FetchSettings(Section):
    sources: str
    user_agent: str
    allow_hosts: Annotated[tuple[Host, ...], Field(strict=False)]
    timeout_seconds: Seconds
    deadline_seconds: Seconds
    retries: Annotated[int, Field(ge=0)]
    backoff_seconds: Seconds
    max_redirects: Annotated[int, Field(ge=0)]
    max_payload_bytes: Count
    max_unpack_ratio: Annotated[float, Field(ge=1)]
    max_record_bytes: Count
    max_header_bytes: Count
    max_columns: Count
    max_records: Count
    max_bad_records: Count
    max_feed_items: Count
    listing_deadline_seconds: Seconds
    listing_memory_mib: Count
    max_sitemaps: Count
    max_sitemap_depth: Count
    hosts_at_once: Count
    max_pages: Count
    max_source_pages: Count
    max_bytes: Count
    max_minutes: Seconds
    recheck_days: Annotated[float, Field(ge=0)]
    recheck_minutes: Annotated[float, Field(ge=0)]
    delay_seconds: Annotated[float, Field(ge=0)]
    max_crawl_delay_seconds: Annotated[float, Field(ge=0)]


class ColumnSettings(Section):
    url: str
    id: str
    text: str
    html: str
    title: str
    published_at: str
    source: str


class CleanSettings(Section):
    makes_no_difference = frozenset({"boilerplate", "noise", "deadline_seconds", "workers", "worker_memory_mib"})
    boilerplate: str
    noise: str
    zone: ZoneName
    languages: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    min_language_score: Share
    min_text_chars: Count
    max_text_chars: Count
    deadline_seconds: Seconds
    workers: Count
    worker_memory_mib: Count
    duplicate_threshold: Share
    duplicate_days: Count
    shingle_words: Count
    minhash_permutations: Count


class ParseSettings(Section):
    makes_no_difference = frozenset({"parser", "actors", "own_actors", "threads"})
    parser: str
    actors: str
    own_actors: Own
    max_sentence_words: Annotated[int, Field(ge=20)]
    threads: Annotated[int, Field(ge=0)]

    @property
    def actor_folders(self) -> tuple[Path, ...]:
        """The folders of actor lists, those that override others last."""
        return _folders(CONFIG_FOLDER / "actors", Path(self.actors), self.own_actors)


class ActorsSettings(Section):
    min_coreference: Share


class SentimentSettings(Section):
    headline_weight: Annotated[float, Field(ge=0)]


class StanceSettings(Section):
    makes_no_difference = frozenset({"cues", "own_cues"})
    cues: str
    own_cues: Own
    min_score: Share

    @property
    def cue_folders(self) -> tuple[Path, ...]:
        """The folders of cues, those that override others last."""
        return _folders(CONFIG_FOLDER / "cues", Path(self.cues), self.own_cues)


def _folders(shipped: Path, chosen: Path, own: Own) -> tuple[Path, ...]:
    return (chosen,) if own == "replace" or chosen.resolve() == shipped.resolve() else (shipped, chosen)


class Settings(Section):
    """All settings. Path settings (`sources`, `boilerplate`, `noise`, `actors`, `cues`) are absolute after loading."""

    store: StoreSettings
    run: RunSettings
    fetch: FetchSettings
    columns: ColumnSettings
    clean: CleanSettings
    parse: ParseSettings
    actors: ActorsSettings
    sentiment: SentimentSettings
    stance: StanceSettings

    @classmethod
    def sections(cls) -> dict[str, type[Section]]:
        """The class of each section."""
        kinds = {name: field.annotation for name, field in cls.model_fields.items()}
        return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Section)}


PATH_KEYS = {
    ("store", "warehouse"),
    ("fetch", "sources"),
    ("clean", "boilerplate"),
    ("clean", "noise"),
    ("parse", "parser"),
    ("parse", "actors"),
    ("stance", "cues"),
}
PARSERS = ("bundled", "open", "stanford")
SHIPPED_KEYS = sorted(PATH_KEYS - {("store", "warehouse")})


def load_settings(path: Path | None = None, *, warehouse: str | None = None) -> Settings:
    """The defaults overlaid with the TOML file `path`; `warehouse` overrides both.

    Raises ConfigError with a line for all that is wrong: the file, the key, what is allowed.
    """
    values = _read(DEFAULT_FILE)
    changes = _read(path) if path is not None else {}
    wrong = list(_unknown(changes))
    changes = {section: keys for section, keys in changes.items() if section in values and isinstance(keys, dict)}
    for section, keys in changes.items():
        known = Settings.sections()[section].model_fields
        values[section] |= {key: value for key, value in keys.items() if key in known}
    if warehouse is None and "warehouse" not in changes.get("store", {}):
        # The default warehouse lies where the command is called, not beside the installed package.
        warehouse = "warehouse"
    if warehouse is not None:
        values["store"]["warehouse"] = _absolute(Path.cwd(), warehouse)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        wrong += [_wrong_value(found) for found in error.errors()]
    if wrong:
        raise ConfigError("\n".join(f"{path or DEFAULT_FILE}: {line}" for line in wrong))
    return settings


def shipped_keys(settings: Settings) -> list[tuple[str, str]]:
    """The path settings that name what comes with the nabra of this machine."""
    mine = _read(DEFAULT_FILE)
    return [(section, key) for section, key in SHIPPED_KEYS if _value(settings, section, key) == mine[section][key]]


def with_shipped(settings: Settings, keys: Iterable[tuple[str, str]]) -> Settings:
    """The settings of another machine, in which these name what comes with the nabra of this one."""
    mine = _read(DEFAULT_FILE)
    for section, key in keys:
        changed = getattr(settings, section).model_copy(update={key: mine[section][key]})
        settings = settings.model_copy(update={section: changed})
    return settings


def _value(settings: Settings, section: str, key: str) -> Any:
    return getattr(getattr(settings, section), key)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the settings file: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    for section, keys in values.items():
        for key in keys if isinstance(keys, dict) else ():
            if (section, key) in PATH_KEYS and isinstance(keys[key], str):
                keys[key] = _absolute(path.resolve().parent, keys[key])
    return values


def _absolute(folder: Path, value: str) -> str:
    if "://" in value or ADDRESS.match(value) or value in PARSERS:
        return value
    return str((folder / Path(value).expanduser()).resolve())


def _unknown(changes: dict[str, Any]) -> Iterator[str]:
    sections = Settings.sections()
    for section, keys in changes.items():
        if not isinstance(keys, dict):
            yield f"{section} stands outside a section; write it below a line like [fetch]"
        elif section not in sections:
            yield f"unknown section [{section}]; {known_or_close(section, list(sections))}"
        else:
            fields = sections[section].model_fields
            odd = [key for key in keys if key not in fields]
            yield from (f"unknown key {section}.{key}; {known_or_close(key, list(fields))}" for key in odd)


def _wrong_value(found: ErrorDetails) -> str:
    key = ".".join(str(part) for part in found["loc"])
    if found["loc"][0] == "store":  # it may hold a secret
        return f"{key}: {found['msg'].removeprefix('Value error, ')}"
    return f"{key} = {found['input']!r}: {found['msg'].removeprefix('Value error, ')}"


def known_or_close(wrong: str, allowed: list[str]) -> str:
    """What is allowed in place of a wrong word, the one that was probably meant first."""
    close = difflib.get_close_matches(wrong, allowed, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}allowed: {', '.join(allowed)}"
