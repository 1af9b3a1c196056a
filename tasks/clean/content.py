"""The main text of a page: the paragraphs of the element that holds most of the prose after the headline.

What JSON-LD gives as the text, what lies in scripts as data, and what trafilatura finds are heard too: paragraphs that
JSON-LD does not know go, and where the page shows little of a text it is taken from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.date_lines import is_date_line
from nabra.tasks.arabic.folding import fold, words
from nabra.tasks.clean.prune import BLOCK_TAGS, text_of

PROSE_CHARS: Final = 60  # least length of a block that tells where the text is
SHORT_PROSE_CHARS: Final = 25
MAX_LINKED: Final = 0.5  # share of a block within links
DECAY: Final = (
    0.6  # what of a block counts for its grandparent, and so on upwards; all where neighbours are of one kind
)
LEVELS: Final = 6
FIRST_SHARE: Final = 0.35  # of the best element's prose, that makes an earlier one the article: comments can be longer
FULLER: Final = 1.25  # times the length of what the page shows, from which another text of the same is the fuller one
HEADING_TAGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
CAPTION_CHARS: Final = 100
SENTENCE_ENDS: Final = (".", "؟", "!", "…", "»", ":")
PULL_QUOTE_CHARS: Final = 250
RARE: Final = 8  # blocks of the kind of a pull quote, which is not that of the paragraphs of a long text
SAME: Final = 0.5  # F1 of words, from which two texts are the same one
MIN_ABOUT_WORDS: Final = 10
SURER: Final = 0.3  # of the words of headline and description, that the better text has more
KNOWN_SHARE: Final = 0.6  # of a paragraph's words


@dataclass(frozen=True)
class Block:
    """A run of text in a block element: a paragraph, heading, list item, or lines between breaks."""

    element: HtmlElement
    text: str
    linked: float

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough, and few enough of it links, to tell where the text is."""
        return len(self.text) >= PROSE_CHARS and self.linked < MAX_LINKED


def blocks_of(element: HtmlElement) -> list[Block]:
    """The blocks within an element, in order."""
    found: list[Block] = []
    run: list[str] = []
    linked = [0]

    def flush(owner: HtmlElement) -> None:
        text = " ".join("".join(run).split())
        if text:
            found.append(Block(owner, text, min(1.0, linked[0] / len(text))))
        run.clear()
        linked[0] = 0

    def walk(node: HtmlElement, owner: HtmlElement, in_link: bool) -> None:
        def take(text: str | None) -> None:
            if text:
                run.append(text)
                linked[0] += len(" ".join(text.split())) if in_link else 0

        if node.tag == "br":
            flush(owner)
            return
        is_block = node.tag in BLOCK_TAGS or (isinstance(node.tag, str) and "-" in node.tag)
        if is_block:
            flush(owner)
        here = node if is_block else owner
        take(node.text if isinstance(node.tag, str) else None)
        for child in node:
            walk(child, here, in_link or child.tag == "a")
            take(child.tail)
        if is_block:
            flush(here)

    walk(element, element, False)
    return found


def main_text(tree: HtmlElement, headline: HtmlElement | None) -> str:
    """The text of a pruned tree, a line for each paragraph; empty where there is no prose."""
    blocks = _after(blocks_of(tree), headline)
    best = _best_element(blocks)
    if best is None:
        return ""
    return "\n".join(_paragraphs(blocks, best))


def _after(blocks: list[Block], headline: HtmlElement | None) -> list[Block]:
    """The blocks after the headline, up to the headline of the next article."""
    if headline is None:
        return blocks
    inside = {headline, *headline.iterdescendants()}
    places = [place for place, block in enumerate(blocks) if block.element in inside]
    if not places:
        return blocks
    after = blocks[places[-1] + 1 :]
    prose = 0
    for place, block in enumerate(after):
        prose += len(block.text) if block.is_prose else 0
        is_headline = block.element.tag == "h1" or "h1" in (block.element.get("class") or "").split()
        if is_headline and prose > 2 * PROSE_CHARS:
            return after[:place]
    # A page that has its headline below the text, or in a column of its own after it.
    return after if prose > 2 * PROSE_CHARS else blocks


def _best_element(blocks: list[Block]) -> HtmlElement | None:
    scores: dict[HtmlElement, float] = {}
    order: dict[HtmlElement, int] = {}
    likes = _Likes()
    for place, block in enumerate(blocks):
        if not block.is_prose:
            continue
        # Text straight in a div counts for the div itself, a paragraph for what holds it.
        owner = block.element
        holder = owner.getparent() if owner.tag in ("p", "li", "h2", "h3", "h4", "blockquote", "td") else owner
        weight = len(block.text) * (1 - block.linked)
        for _ in range(LEVELS):
            if holder is None:
                break
            scores[holder] = scores.get(holder, 0) + weight
            order.setdefault(holder, place)
            weight *= 1 if holder in likes else DECAY
            holder = holder.getparent()
    if not scores:
        return None
    top = max(scores.values())
    best = max(scores, key=lambda element: scores[element])
    ahead = [
        e
        for e in scores
        if order[e] < order[best] and scores[e] >= FIRST_SHARE * top and best not in set(e.iterancestors())
    ]
    if ahead:
        first = min(order[e] for e in ahead)
        return max((e for e in ahead if order[e] == first), key=lambda element: scores[element])
    return best


def _kind(element: HtmlElement) -> tuple[str, str]:
    return element.tag, (element.get("class") or "").split(" ")[0]


class _Likes:
    """Whether neighbours look like an element: paragraphs in boxes of their own, entries, columns."""

    def __init__(self) -> None:
        self._kinds: dict[HtmlElement, Counter[tuple[str, str]]] = {}

    def __contains__(self, element: HtmlElement) -> bool:
        parent = element.getparent()
        if parent is None:
            return False
        if parent not in self._kinds:
            self._kinds[parent] = Counter(_kind(child) for child in parent)
        return self._kinds[parent][_kind(element)] > 1


def _paragraphs(blocks: list[Block], best: HtmlElement) -> Iterator[str]:
    inside = [
        place
        for place, block in enumerate(blocks)
        if block.element is best or best in set(block.element.iterancestors())
    ]
    first, last = inside[0], inside[-1]
    # A summary stands between the headline and the element of the text.
    chosen = (
        [b for b in blocks[:first] if b.is_prose] + blocks[first : last + 1] + list(_going_on(blocks[last + 1 :], best))
    )
    keys = [fold(block.text) for block in chosen]
    kinds = Counter(_kind(block.element) for block in chosen)
    started = False
    for number, block in enumerate(chosen):
        if block.linked >= MAX_LINKED or not any(letter.isalpha() for letter in block.text):
            continue
        started = started or block.is_prose
        if (not started and not _can_open(block)) or is_date_line(block.text):
            continue
        is_rare = kinds[_kind(block.element)] <= RARE
        if (is_rare and _repeats(keys, number)) or _is_caption(block):
            continue
        yield block.text


def _can_open(block: Block) -> bool:
    """Whether a block before the first prose is part of the text, as bylines and labels are not."""
    is_line = block.element.tag in ("p", *HEADING_TAGS) or block.text.endswith(SENTENCE_ENDS)
    return block.is_prose or (is_line and len(block.text) >= SHORT_PROSE_CHARS)


def _going_on(after: list[Block], best: HtmlElement) -> Iterator[Block]:
    """Paragraphs of the same <article> or <main> that follow the element of the text, up to the next heading."""
    whole = next((a for a in best.iterancestors() if a.tag in ("article", "main")), None)
    for block in after if whole is not None else ():
        if block.element.tag in HEADING_TAGS or whole not in block.element.iterancestors():
            return
        if block.is_prose and block.element.tag == "p":
            yield block


def _is_caption(block: Block) -> bool:
    """Whether a short block that is no sentence stands right below a picture, or in one box with it."""
    if block.element.tag in HEADING_TAGS or len(block.text) > CAPTION_CHARS or block.text.endswith(SENTENCE_ENDS):
        return False
    pictured = block.element.tag != "li" and block.element.find(".//img") is not None
    if pictured and len(text_of(block.element)) <= CAPTION_CHARS:
        return True
    before = block.element.getprevious()
    return before is not None and (before.tag == "img" or (before.find(".//img") is not None and not text_of(before)))


def _repeats(keys: list[str], number: int) -> bool:
    """Whether a block is a pull quote: a piece of another paragraph."""
    key = keys[number].strip("\"'«»“”.… ")
    if not 15 <= len(key) <= PULL_QUOTE_CHARS:
        return False
    return any(
        place != number and len(other) > len(keys[number]) + 10 and key in other for place, other in enumerate(keys)
    )


def choose(shown: str, second: str, about: str) -> str:
    """The text found here, unless a second opinion is another one with far more of what the page says it is about."""
    if not second or overlap(shown, second) >= SAME:
        return shown
    wanted = bag(about)
    ours, theirs = ((bag(text) & wanted).total() for text in (shown, second))
    return second if theirs - ours >= SURER * max(MIN_ABOUT_WORDS, wanted.total()) else shown


def bag(text: str) -> Counter[str]:
    """The words of a text, folded, with how often each is there."""
    return Counter(word.key for word in words(text))


def agree(shown: str, stated: str) -> str:
    """The better of the text that the page shows and one that its data state, each a line for each paragraph.

    Where both are the same text, paragraphs that the stated one lacks are dropped from the one shown. The stated one is
    taken where it is much longer, and left where it is a teaser or another text.
    """
    if len(stated) < 2 * PROSE_CHARS:
        return shown
    if not shown:
        return stated
    ours, theirs = bag(shown), bag(stated)
    common = (ours & theirs).total()
    if len(stated) >= FULLER * len(shown):
        return stated
    if common < KNOWN_SHARE * theirs.total() or len(stated) < len(shown) / 2:
        # A teaser, or some other text: what is shown is the article.
        return shown
    kept = [
        line for line in shown.split("\n") if (bag(line) & theirs).total() >= KNOWN_SHARE * max(1, bag(line).total())
    ]
    return "\n".join(kept)


def overlap(one: str, other: str) -> float:
    """F1 of the words of two texts, 0 to 1."""
    first, second = bag(one), bag(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0
