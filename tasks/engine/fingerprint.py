"""What made a file: one hash a stage over its settings, the files they name, the models and the stages before it."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import Any

from nabra.config.settings import Settings
from nabra.tasks.data_files import data_files
from nabra.tasks.fetch.sources import load_sources
from nabra.tasks.models.folders import model_folder, opinion_folder, verify
from nabra.tasks.schemas import SCHEMA_VERSION

VERSION = metadata.version("nabra")

# Settings that change how fast a stage works, not what it makes.
SPEED_KEYS = {
    "workers",
    "worker_memory_mib",
    "threads",
    "deadline_seconds",
    "retries",
    "backoff_seconds",
    "delay_seconds",
}
# Settings that say which files are read: the content of these is hashed.
FILE_KEYS = {"own_actors", "own_cues"}


def fingerprints(settings: Settings) -> dict[str, str]:
    """The fingerprint of each stage, in order; a change in one stage changes those after it that read its output."""
    raw = _hash(settings.fetch.model_dump(include={"max_payload_bytes", "max_feed_items"}))
    lists = [_content(Path(settings.clean.boilerplate)), _content(Path(settings.clean.noise))]
    clean = _hash(raw, _settings(settings, "clean"), lists, _hints(settings))
    models = verify(model_folder(settings.parse.parser))
    parse = _hash(clean, _settings(settings, "parse"), _content(*settings.parse.actor_folders), models)
    opinions = verify(opinion_folder(settings.parse.parser))
    sentiment = _hash(parse, _settings(settings, "sentiment"), opinions)
    stance = _hash(parse, _settings(settings, "stance"), _content(*settings.stance.cue_folders), opinions)
    return {"raw": raw, "clean": clean, "parse": parse, "sentiment": sentiment, "stance": stance}


def _settings(settings: Settings, section: str) -> dict[str, Any]:
    values: dict[str, Any] = getattr(settings, section).model_dump(exclude=SPEED_KEYS | FILE_KEYS)
    # The place of a file does not matter, its content is hashed apart.
    return {key: value for key, value in values.items() if not str(value).startswith("/")}


def _hints(settings: Settings) -> list[dict[str, Any]]:
    """What the sources say about reading their pages; what else they say makes no difference."""
    sources = load_sources(Path(settings.fetch.sources))
    said = [source.model_dump(include={"id", "keep", "drop", "zone"}) for source in sources]
    return [each for each in said if each["keep"] or each["drop"] or each["zone"]]


def _content(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        for file in data_files(path) if path.is_dir() else [path]:
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _hash(*parts: object) -> str:
    text = json.dumps([VERSION, SCHEMA_VERSION, *parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
