"""Trying a source: what a run would meet there now. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from nabra.config.settings import Settings
from nabra.tasks.clean.clean import extract_articles
from nabra.tasks.documents.identity import accepted_url, document_id, without_credentials
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.feeds import FeedItem
from nabra.tasks.fetch.listings.reader import Listing, ListingReader
from nabra.tasks.fetch.local.files import LocalInput, WebLink
from nabra.tasks.fetch.outcomes import Found, Rejected
from nabra.tasks.fetch.sources import Source
from nabra.tasks.fetch.targets import Target, targets_of
from nabra.tasks.fetch.web.client import Web
from nabra.tasks.processes.pool import Workers
from nabra.tasks.schemas import RAW, table

# One article that cannot be read says nothing of the outlet.
TRIED_ARTICLES: Final = 3
ADVICE: Final = {
    "http_error": "look up the outlet's present address and correct `addresses`",
    "network_error": "see whether the host is written right and this machine reaches it, and try again later",
    "timeout": "try again later, or raise fetch.deadline_seconds, for a listing fetch.listing_deadline_seconds",
    "refused": "correct `addresses`; a server of your own belongs into fetch.allow_hosts",
    "robots": "leave the source off or ask the outlet; if its robots.txt cannot be read, try again later",
    "malformed": "correct `kind` or `addresses`; for a list, name the links to articles by `link`",
    "unreadable": "correct the path in `addresses`",
    "no_article": "name the element that holds the article by `keep`",
    "empty": "name the element that holds the article by `keep`",
    "wrong_language": "see clean.languages",
    "too_large": "see fetch.max_payload_bytes",
}


@dataclass(frozen=True)
class Problem:
    """Why something of a source cannot be had: a reason of `rejects` and its detail."""

    address: str
    reason: str
    detail: str

    @property
    def advice(self) -> str:
        """What to do about it; "" where nobody knows."""
        return ADVICE.get(self.reason, "")


@dataclass
class SourceCheck:
    """What a source gave.

    `robots` is the verdict of the robots.txt on its first address, "" for local input and where the host was not asked
    or did not answer; `items` counts the articles named, `newest` is the latest time given for one; `title` and `text`
    are those of the first article that could be read, as clean makes them, and `unread` the articles tried before;
    `missing` is what should have named articles.
    """

    source: Source
    robots: str = ""
    crawl_delay_seconds: float = 0.0
    items: int = 0
    newest: datetime | None = None
    title: str | None = None
    text: str | None = None
    unread: list[Problem] = field(default_factory=list)
    missing: list[Problem] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Why the source cannot be used: some of its addresses cannot, or no article could be read."""
        if self.text is not None:
            return self.missing
        nothing = Problem(self.source.addresses[0], "empty", "no article is named there")
        return self.missing + self.unread or [nothing]


@dataclass(frozen=True)
class Trial:
    """The tools of a run, to try sources with."""

    settings: Settings
    web: Web
    listings: ListingReader
    cleaners: Workers

    def check(self, source: Source) -> SourceCheck:
        """Ask each address of the source, count what it names, and read the first article."""
        result = SourceCheck(source)
        for target in targets_of(source):
            if target.path is None and not result.robots:
                result.robots = self._verdict(target.address)
                result.crawl_delay_seconds = self.web.robots.crawl_delay(target.address)
            try:
                for found in self._found(target):
                    self._take(found, result)
            except DocumentError as error:
                result.missing.append(Problem(target.address, error.reason, error.detail))
        return result

    def _verdict(self, address: str) -> str:
        try:
            self.web.robots.check(address)
        except DocumentError as error:
            if error.reason != "robots":  # the address is refused, or nobody is there: no matter of robots.txt
                return ""
        return self.web.robots.verdict(address)

    def _take(self, found: Found | Problem, result: SourceCheck) -> None:
        """Count the article, and read it if none was read before."""
        if isinstance(found, Found):
            result.items += 1
            result.newest = max(filter(None, (result.newest, found.hint_published_at)), default=None)
        if result.text is not None or len(result.unread) >= TRIED_ARTICLES:
            return
        article = self._article(found) if isinstance(found, Found) else found
        if isinstance(article, Problem):
            result.unread.append(article)
        else:
            result.title, result.text = article["title"], article["text"]

    def _found(self, target: Target) -> Iterator[Found | Problem]:
        """The articles that an address or a path names, and why some of them cannot be had."""
        if target.path is None:
            for item in self._listed(target):
                yield self._page(item, target)
            return
        local = LocalInput(target.source, self.settings.fetch, self.listings, target.hints, target.columns)
        for found in local.find(target.path):
            match found:
                case WebLink(item, _):
                    yield self._page(item, target)
                case Rejected(row):
                    yield Problem(row["url"], row["reason"], row["detail"])
                case Found():
                    yield found

    def _listed(self, target: Target) -> list[FeedItem]:
        if target.hints.kind == "urls":
            return [FeedItem(target.address, None, None)]
        listing = self._listing(target.address, target)
        for _ in range(self.settings.fetch.max_sitemap_depth):
            if not listing.sitemaps:
                break
            # The one that changed last stands first.
            listing = self._listing(listing.sitemaps[0].link, target)
        return listing.pages

    def _listing(self, address: str, target: Target) -> Listing:
        payload = self.web.get(address, target.delay_seconds)
        listing = self.listings.read(payload, address, target.hints)
        assert listing is not None, "a source says what it is"
        return listing

    def _page(self, item: FeedItem, target: Target) -> Found | Problem:
        try:
            url = accepted_url(item.link)
        except DocumentError as error:
            return Problem(without_credentials(item.link), error.reason, error.detail)
        load = partial(self.web.get, url, target.delay_seconds)
        return Found(document_id(url), url, target.source, load, item.title, item.published_at)

    def _article(self, found: Found) -> dict[str, Any] | Problem:
        """The row of `clean` that a run would make."""
        try:
            raw = table(RAW, [found.row(found.load())])
        except DocumentError as error:
            return Problem(found.url, error.reason, error.detail)
        extracted = extract_articles(raw, self.cleaners)
        for reject in extracted.rejects:
            return Problem(found.url, reject["reason"], reject["detail"])
        return extracted.articles[0]
