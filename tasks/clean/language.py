"""Language: which one a text is written in, by py3langid among those that Arabic news pages come in."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# All that share the Arabic script, and those of outlets that also have an Arabic edition: few, so that a short text
# cannot be taken for a language that is not to be expected.
CANDIDATES: Final = ("ar", "fa", "ur", "ps", "ug", "ku", "en", "fr", "de", "es", "tr", "ru", "he", "it", "zh")

# Addresses and data in the text: no word of these languages is as long.
NO_WORD: Final = re.compile(r"https?://\S+|[^\s\u0600-\u06ff]{60,}")


def identify_language(text: str) -> tuple[str, float]:
    """ISO 639-1 code of the text's language and its probability, 0 to 1."""
    code, score = _identifier().classify(NO_WORD.sub(" ", text))
    return str(code), min(1.0, float(score))


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(CANDIDATES))
    return identifier
