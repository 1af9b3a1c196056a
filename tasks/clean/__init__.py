"""Clean: documents as received to articles, one row of `clean` or of `rejects` each."""

from nabra.tasks.clean.boilerplate import Boilerplate, Rule, load_boilerplate
from nabra.tasks.clean.clean import clean_articles
from nabra.tasks.clean.cleaner import Cleaner, PageReader, cleaner_pool
from nabra.tasks.clean.extract import Article
from nabra.tasks.clean.noise import Noise, load_noise
from nabra.tasks.clean.selectors import Hints
from nabra.tasks.stories.stories import DuplicateIndex, sketched

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
