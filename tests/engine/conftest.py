"""The server of the tests of fetch, for what is fetched into a warehouse."""

from tests.fetch.conftest import site

__all__ = ["site"]
