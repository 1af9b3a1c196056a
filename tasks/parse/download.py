"""Fetching the Arabic package of Stanza's makers into Stanza's own folder, for `parse.parser = "stanford"`."""

from __future__ import annotations

from pathlib import Path

import requests
import stanza
from stanza.resources.common import DEFAULT_MODEL_DIR, DEFAULT_RESOURCES_URL, UnknownLanguageError

from nabra.tasks.errors import ModelError
from nabra.tasks.models.folders import LANGUAGE
from nabra.tasks.parse.load import PROCESSORS


def download_stanford() -> Path:
    """Fetch the package, each file checked against its MD5 sum, and return its folder; what is whole is kept.

    Stanza's environment variables decide the place (STANZA_RESOURCES_DIR) and the server (STANZA_RESOURCES_URL,
    STANZA_MODEL_URL). ModelError if the server cannot be reached or does not hold the package.
    """
    try:
        stanza.download(LANGUAGE, processors=PROCESSORS, package="default")
    except (requests.RequestException, OSError, ValueError, UnknownLanguageError) as error:
        raise ModelError(
            f"Stanza's Arabic models cannot be fetched from {DEFAULT_RESOURCES_URL}: {error}; without a network, copy"
            f' {DEFAULT_MODEL_DIR} from a machine that has it, or set parse.parser = "bundled"'
        ) from error
    return Path(DEFAULT_MODEL_DIR)
