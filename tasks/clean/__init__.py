"""Clean: documents as received to articles, one row of `clean` or of `rejects` each."""

from tasks.clean.boilerplate import Boilerplate, Rule, load_boilerplate
from tasks.clean.clean import clean_articles
from tasks.clean.duplicates import DuplicateIndex, sketched
from tasks.clean.extract import Article, Extractor, ExtractorPool
from tasks.clean.noise import Noise, load_noise
from tasks.clean.selectors import Hints

__all__ = [
    "Article",
    "Boilerplate",
    "DuplicateIndex",
    "Extractor",
    "ExtractorPool",
    "Hints",
    "Noise",
    "Rule",
    "clean_articles",
    "load_boilerplate",
    "load_noise",
    "sketched",
]
