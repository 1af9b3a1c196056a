"""The server of the tests of fetch, for feeds whose articles are counted."""

from tests.fetch.conftest import site

__all__ = ["site"]
