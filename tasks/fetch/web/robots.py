"""robots.txt as RFC 9309 has it: what a site lets nabra fetch, and how often."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

from nabra.tasks.errors import DocumentError

log = logging.getLogger(__name__)

# RFC 9309, 2.3.1.2 and 2.5: what a crawler should follow and read at least, and need not exceed.
MAX_REDIRECTS: Final = 5
MAX_BYTES: Final = 500 * 1024
# Each rule counts once for each user agent that it is written for, and each wildcard is looked for in each address:
# without bounds 60 kB of rules take 40 s to read. Long ones have some hundred agents, rules and wildcards.
MAX_AGENT_RULES: Final = 1_000_000
MAX_WILDCARDS: Final = 10_000
# RFC 9309, 2.2.1: the name is of letters, _ and -; a version or remark after it is none of it.
AGENT_LINE: Final = re.compile(r"^([ \t]*user-?[ \t]*agent[ \t]*:[ \t]*)([a-z_-]+)[^a-z_\r\n-][^\r\n]*", re.I | re.M)


def product_token(user_agent: str) -> str:
    """The name that a site's rules call nabra by: `nabra` of `nabra/0.1 (+https://…)`, `*` where there is none."""
    token = re.match(r"[A-Za-z_-]+", user_agent)
    return token[0] if token else "*"


class Robots:
    """The rules of every host met, each read once.

    `read` returns the text at the address of a robots.txt, "" where the site has none, and raises DocumentError where
    that cannot be told. `remembered` has texts that were read in earlier runs and still hold, by address.
    """

    def __init__(self, user_agent: str, read: Callable[[str], str], remembered: Mapping[str, str]) -> None:
        self._token = product_token(user_agent)
        self._read = read
        self._remembered = remembered
        self._rules: dict[str, Protego | DocumentError] = {}
        self._silent: set[str] = set()
        self._new: list[tuple[str, str]] = []

    def take_new(self) -> list[tuple[str, str]]:
        """Address and text of each robots.txt read since the last call."""
        new, self._new = self._new, []
        return new

    def check(self, url: str) -> None:
        """Raises DocumentError `robots` where the site forbids the address, or does not say whether it does."""
        rules = self._of(url)
        if isinstance(rules, DocumentError):
            raise DocumentError(rules.reason, rules.detail) from rules
        if not rules.can_fetch(url, self._token):
            raise DocumentError("robots", f"the site's robots.txt forbids it to {self._token}")

    def verdict(self, url: str) -> str:
        """`allowed` or `refused` by the site's robots.txt; `none` where it has no rules; `unreadable`."""
        rules = self._of(url)
        if isinstance(rules, DocumentError):
            return "unreadable"
        if _origin(url) in self._silent:
            return "none"
        return "allowed" if rules.can_fetch(url, self._token) else "refused"

    def crawl_delay(self, url: str) -> float:
        """Seconds between two requests that the site asks for; 0 where it does not."""
        rules = self._of(url)
        return 0.0 if isinstance(rules, DocumentError) else rules.crawl_delay(self._token) or 0.0

    def _of(self, url: str) -> Protego | DocumentError:
        origin = _origin(url)
        if origin not in self._rules:
            self._rules[origin] = self._fetched(origin)
        return self._rules[origin]

    def _fetched(self, origin: str) -> Protego | DocumentError:
        address = f"{origin}/robots.txt"
        try:
            text = self._remembered.get(address)
            if text is None:
                text = self._read(address)
                self._new.append((address, text))
                if not text.strip():
                    self._silent.add(origin)
            return _parsed(text)
        except DocumentError as error:
            if error.reason == "refused":
                return error
            log.info("%s cannot be read: %s", address, error)
            # A host that cannot be reached is no matter of its rules.
            return DocumentError(
                error.reason if error.reason in ("network_error", "timeout") else "robots",
                f"{address} cannot be read, so nothing there is fetched in this run: {error.detail}",
            )


def _parsed(text: str) -> Protego:
    """The rules. Raises DocumentError `robots` where they would take too long."""
    lines = text.splitlines()
    agents = sum(line.lstrip().lower().startswith("user") for line in lines)
    if agents * len(lines) > MAX_AGENT_RULES or text.count("*") > MAX_WILDCARDS:
        raise DocumentError("robots", f"{len(lines)} lines for {agents} user agents are more rules than nabra reads")
    return Protego.parse(AGENT_LINE.sub(r"\1\2", text))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
