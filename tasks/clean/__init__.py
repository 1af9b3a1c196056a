"""Clean: documents as received to articles, one row of `clean` or of `rejects` each."""

from tasks.clean.boilerplate import Boilerplate, Rule, load_boilerplate
from tasks.clean.clean import clean_articles
from tasks.clean.cleaner import Cleaner, PageReader, cleaner_pool
from tasks.clean.extract import Article
from tasks.clean.noise import Noise, load_noise
from tasks.clean.selectors import Hints
from tasks.stories.stories import DuplicateIndex, sketched

__all__ = [
    "Article",
    "Boilerplate",
    "Cleaner",
    "DuplicateIndex",
    "Hints",
    "Noise",
    "PageReader",
    "Rule",
    "clean_articles",
    "cleaner_pool",
    "load_boilerplate",
    "load_noise",
    "sketched",
]
