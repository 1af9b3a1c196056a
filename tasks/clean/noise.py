"""What is on a page beside its article: elements to take out of the tree before its text is looked for.

By tag, by being hidden, by the words of class and id, by a heading that announces other things, and by being a card: a
link that is a block of its own, with the little text around it.
"""

from __future__ import annotations

import re
from typing import Final

from lxml.html import HtmlElement

from tasks.folding import fold

DROPPED_TAGS: Final = (
    "script", "style", "noscript", "template", "iframe", "svg", "nav", "footer", "aside", "figure", "figcaption",
    "button", "input", "select", "textarea", "label", "dialog", "object", "video", "audio", "canvas", "amp-sidebar",
    "amp-ad", "amp-user-notification", "amp-social-share", "amp-consent", "cite",
)  # fmt: skip
# Of these there can be more than of the article.
LONG_WORDS: Final = frozenset("comment comments disqus respond replies related cookie cookies consent onetrust sidebar".split())
# Words of class and id, split at signs and capitals.
NOISE_WORDS: Final = frozenset(
    "share sharing sharedaddy social related recommended recommendations recommend newsletter newsletters subscribe "
    "subscription subscriptions comment comments disqus respond replies cookie cookies consent gdpr onetrust ad ads adv advert advertisement "
    "banner sponsor sponsored promo promotion popup modal breadcrumb breadcrumbs crumbs crumb sidebar sidebars rail tags "
    "taglist tagcloud keywords labels trending popular mostread pager pagination login signup paywall regwall "
    "copyright menu navbar navigation nav ticker breaking poll outbrain taboola addthis addtoany jp caption wp-caption "
    "toolbar toolbox tools reactions rating vote playlist toc readalso also teaser teasers cta donate tweet instagram "
    "twitter-tweet instagram-media embed byline bio signature author-box read-more "
    "more-link pullquote pull-quote "
    "tooltip player audio-player platforms wprm scoreboard standings weather "
    "post-tags entry-meta post-meta article-meta article-info metadata icons".split()
)
# The same, where the whole class or id is meant: as part of another one these words say nothing.
NOISE_NAMES: Final = frozenset(
    "hidden hide d-none sr-only screen-reader-text visually-hidden element-invisible views hits skip stats credit meta author date time tag share-box social-links more others footer header-bar sidebar side".split()
)
HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
KEPT_TAGS: Final = frozenset({"html", "body", "main"})

# Headings, folded, of what is no part of the article.
HEADINGS: Final = re.compile(
    r"\W*(?:(?:ال)?تعليقات|التعليق|تعليقات (?:القراء|الزوار)|(?:ا?راء|ردود|مشاركات) (?:القراء|الزوار)|(?:\d+|راي|رايان) (?:تعليق\w*|راي|حول|علي) ?.*|"
    r"(?:اقرا|اقراوا|انظر|شاهد|طالع|قد يعجبك|قد يهمك|ربما يعجبك)(?:وا|ي)? ?(?:ايضا|كذلك|المزيد)?|"
    r"(?:ال)?(?:مواضيع|موضوعات|اخبار|مقالات|تقارير|مواد|قصص|روابط|حوارات|حلقات|معارض|فيديوهات)(?: صور)? (?:ذات صله|(?:ال)?مشابهه|(?:ال)?متعلقه|(?:ال)?مرتبطه|مقترحه|اخري.*|قد .*|مجانيه|سابقه|مهمه)|"
    r"ذات صله|مرتبط|اقرا المزيد|المزيد|المزيد من .{2,30}|الاكثر (?:قراءه|مشاهده|تداولا|تعليقا|شعبيه)|(?:اخر|احدث) (?:الاخبار|المقالات|المواضيع|التدوينات)|"
    r"اخترنا (?:لكم|لك)|نرشح لك|مختارات|من (?:ارشيف|العدد|نفس) .{2,30}|شارك(?:ها|نا)? ?(?:هذا)? ?(?:الموضوع|الخبر|المقال|برايك)?|اترك (?:تعليقا|ردا|رد)|اضف تعليقا?|"
    r"تابع(?:ونا|نا) .{0,40}|الوسوم|وسوم|كلمات (?:مفتاحيه|دلاليه)|في هذا المقال|المحتويات|جدول المحتويات|بودكاست|نشرتنا .{0,30}|عن الكاتب|التالي في القائمه|"
    r"اشترك .{3,60}|متفرقات|استفتاء|ترتيب الفرق|هل اعجبك .{3,30})\W*"
)
BLOCK_TAGS: Final = frozenset(
    "p div section article main header h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tbody tr td th blockquote pre form center "
    "address fieldset hr body html details summary".split()
)
HEADING_TAGS: Final = frozenset("h2 h3 h4 h5 h6 strong b span p div td li dt legend summary".split())
CARD_CHARS: Final = 450
MIN_CARD_LINK: Final = 12
FORM_BOX_CHARS: Final = 500
MAX_NOISE_SHARE: Final = 0.5  # of a page's text, above which the words of a class are taken for something else


def prune(tree: HtmlElement, headline: HtmlElement | None) -> None:
    """Take what is no article out of the tree, in place; the headline, and what it stands in, stay."""
    keep = {tree, *(headline.iterancestors() if headline is not None else ()), headline}
    body = max(1, len(text_of(tree)))
    for element in [e for e in tree.iter(*DROPPED_TAGS) if e not in keep]:
        # Some sites put the whole article into an element for something else.
        if element.tag in ("aside", "figure", "footer") and len(text_of(element)) > body / 2:
            continue
        drop(element, tree)
    _drop_announced(tree, keep)
    for element in list(tree.iter("*")):
        if element in keep or element.tag in KEPT_TAGS or not attached(element, tree) or not is_noise(element):
            continue
        if len(text_of(element)) < MAX_NOISE_SHARE * len(text_of(tree)) or is_long_noise(element):
            drop(element, tree)
    for element in list(tree.iter("form")):
        if element not in keep and attached(element, tree) and len(text_of(element)) < FORM_BOX_CHARS:
            drop(_box(element, keep), tree)
    _drop_cards(tree, keep)
    _drop_tables(tree, keep)


def is_noise(element: HtmlElement) -> bool:
    """Whether an element is hidden, or its class or id says that it is no part of the article."""
    if not isinstance(element.tag, str):
        return False
    if element.get("hidden") is not None or HIDDEN_STYLE.search(element.get("style") or ""):
        return True
    if element.get("aria-hidden") == "true" or element.get("role") in ("navigation", "complementary", "dialog"):
        return True
    names = [*(element.get("class") or "").split(), *(element.get("id") or "").split()]
    if any(name.lower() in NOISE_NAMES or name.lower() in NOISE_WORDS for name in names):
        return True
    return any(_says_noise(name) for name in names)


def is_long_noise(element: HtmlElement) -> bool:
    """Whether it is something of which a page can have more than of its article."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return any(part.lower() in LONG_WORDS for part in WORD.findall(names)) or element.get("hidden") is not None


def _says_noise(name: str) -> bool:
    """Whether a class or id has a word of noise; names that say what a page has beside it (`has-sidebar`) do not."""
    parts = [part.lower() for part in WORD.findall(name)]
    if not parts or parts[0] in ("has", "no", "with", "without", "is", "not") or parts[-1] in ("open", "closed", "first", "left", "right", "layout"):
        return False
    return any(part in NOISE_WORDS for part in parts)


def text_of(element: HtmlElement) -> str:
    """All text within, on one line."""
    return " ".join("".join(element.itertext()).split())


def drop(element: HtmlElement, tree: HtmlElement) -> None:
    """Take an element out; the text that follows it stays."""
    if element is not tree and element.getparent() is not None:
        element.drop_tree()


def attached(element: HtmlElement, tree: HtmlElement) -> bool:
    """Whether the element is still in the tree."""
    return element is tree or any(ancestor is tree for ancestor in element.iterancestors())


def _box(element: HtmlElement, keep: set[HtmlElement | None]) -> HtmlElement:
    """The box around a form: the largest element that holds little more than it."""
    while (parent := element.getparent()) is not None and parent not in keep and parent.tag not in KEPT_TAGS:
        if len(text_of(parent)) > FORM_BOX_CHARS or len(text_of(parent)) > len(text_of(element)) + 250:
            break
        element = parent
    return element


def _drop_announced(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    """Drop what stands under headings such as التعليقات: the section that one opens, or the list that follows it."""
    for heading in list(tree.iter(*HEADING_TAGS)):
        if heading in keep or not attached(heading, tree):
            continue
        text = text_of(heading)
        if not 2 < len(text) < 80 or not HEADINGS.fullmatch(fold(text)):
            continue
        section = heading
        while (parent := section.getparent()) is not None and parent not in keep and parent.tag not in KEPT_TAGS:
            if not text_of(parent).startswith(text):
                break
            section = parent
        if section.tag in HEADING_TAGS and section.tag not in ("div", "td", "li"):
            for follower in list(section.itersiblings()):
                if _is_list_of_links(follower):
                    drop(follower, tree)
                else:
                    break
        drop(section, tree)


def _is_list_of_links(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return True
    text = text_of(element)
    return not text or element.tag in ("ul", "ol") or link_chars(element) > 0.5 * len(text)


def link_chars(element: HtmlElement) -> int:
    """Characters within links."""
    if element.tag == "a":
        return len(text_of(element))
    return sum(len(text_of(link)) for link in element.iter("a"))


def _drop_cards(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    blocks = [_own_block(link) for link in tree.iter("a") if link not in keep and len(text_of(link)) >= MIN_CARD_LINK]
    # All are found before any goes: a card is small beside its neighbours.
    for card in [_card(block, keep) for block in blocks if block is not None and block not in keep]:
        if attached(card, tree):
            drop(card, tree)


def _own_block(link: HtmlElement) -> HtmlElement | None:
    """What a link fills alone: a block, or a line; None where it stands amid a text."""
    block, size = link, len(text_of(link))
    while block.tag not in BLOCK_TAGS and (parent := block.getparent()) is not None and len(text_of(parent)) <= size + 4:
        block = parent
    if block.tag in BLOCK_TAGS or any(inner.tag in BLOCK_TAGS for inner in block.iterdescendants()):
        return block
    before, after = block.getprevious(), block.getnext()
    text_before = before.tail if before is not None else block.getparent().text
    breaks = {*BLOCK_TAGS, "br", "img"}
    alone = not (text_before or "").strip(" \n\t-•*") and not (block.tail or "").strip()
    return block if alone and all(n is None or n.tag in breaks for n in (before, after)) else None


def _card(block: HtmlElement, keep: set[HtmlElement | None]) -> HtmlElement:
    """The card around a link: the largest small element that holds it, and is small in what it stands in."""
    card = block
    while (parent := card.getparent()) is not None and parent not in keep and parent.tag not in KEPT_TAGS:
        if card.tag in ("p", "li") and any(s.tag == card.tag and s.get("class") == card.get("class") for s in _siblings(card) if len(text_of(s)) > 80):
            break
        inside = len(text_of(parent))
        outside = next((size for a in parent.iterancestors() if (size := len(text_of(a))) > 1.1 * inside), 0)
        if inside > CARD_CHARS or outside < 2 * inside or any(len(text_of(p)) > 220 for p in parent.iter("p")):
            break
        card = parent
    return card


def _siblings(element: HtmlElement) -> list[HtmlElement]:
    return [*element.itersiblings(), *element.itersiblings(preceding=True)]


def _drop_tables(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    """Tables of figures go, tables that lay out a page stay."""
    for table in list(tree.iter("table")):
        cells = [text_of(cell) for cell in table.iter("td", "th")]
        if table not in keep and attached(table, tree) and cells and max(map(len, cells)) < 60:
            drop(table, tree)
