"""The headline of a page that marks none: old pages set it in a cell of a table, in large or bold type."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.date_lines import is_date_line
from nabra.tasks.arabic.folding import fold
from nabra.tasks.clean.content import MAX_LINKED, PROSE_CHARS, Block, blocks_of
from nabra.tasks.clean.prune import text_of

# What sites have at the foot, what editors of pages call a page that nobody has named, and addresses.
NO_HEADLINE: Final = re.compile(
    r".*(?:©|\(c\)|حقوق (?:النشر|الطبع|محفوظ)|الحقوق (?:محفوظ|والنشر)|copyright|all rights? reserved).*"
    r"|(?:untitled|new page|صفحة جديدة|مستند بدون عنوان|بلا عنوان|بدون عنوان|document|index|default|home)"
    r"(?:[ -]?(?:document|page|صفحة)?[ -]?\d*)?(?:\.\w{3,4})?"
    r"|(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/?",
    re.IGNORECASE | re.DOTALL,
)
CHARS: Final = range(10, 201)
MIN_WORDS: Final = 3
# Of a line that nothing sets off but that it has a cell of its own.
MIN_PLAIN_WORDS: Final = 4
CELLS: Final = frozenset({"td", "th", "caption", "center"})
# A paragraph is a sentence, or longer than any headline.
PARAGRAPH_CHARS: Final = 150
BYLINE: Final = re.compile(
    r"\W*(?:بقلم|كتب|كتبت|كتبه|بواسطة|إعداد|اعداد|المصدر|تحرير|عدد القراء|مشاهدات|تاريخ النشر)\b"
)
CALLED: Final = re.compile(r"title|headline|head\b|heading|عنوان", re.IGNORECASE)
BOLD: Final = frozenset({"b", "strong", "big", "th", "caption", "h4", "h5", "h6"})
BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
STYLE_SIZE: Final = re.compile(r"font(?:-size)?\s*:[^;]*?(\d{2})(px|pt)", re.IGNORECASE)
SIZES: Final = {"px": 16, "pt": 12}
NORMAL_SIZE: Final = 3


def can_be_headline(text: str) -> bool:
    """False for a notice of copyright, a name that no person gave, and an address."""
    return len(text) > CHARS.stop * 2 or NO_HEADLINE.fullmatch(text.strip()) is None


def find_unmarked(tree: HtmlElement, stated: Collection[str]) -> tuple[str, HtmlElement | None] | None:
    """The line before the text that is set off most, of those that are no link, date, byline or part of the `stated`.

    Else the last one that has a cell of a table of its own. With the element that holds it and nothing else.
    """
    lines = [block for block in _above(blocks_of(tree)) if _is_line(block, stated)]
    weights = [_weight(block) for block in lines]
    if any(weights):
        return _found(lines[weights.index(max(weights))])
    alone = [
        b for b in lines if b.element.tag in CELLS and len(b.text.split()) >= MIN_PLAIN_WORDS and _holder(b) is not None
    ]
    return _found(alone[-1]) if alone else None


def _above(blocks: Iterable[Block]) -> list[Block]:
    """The blocks between the last links above the text and the text; none where there is no text."""
    blocks = list(blocks)
    above = list(takewhile(lambda block: not _is_text(block), blocks))
    links = [number for number, block in enumerate(above) if block.linked >= MAX_LINKED]
    return above[links[-1] + 1 if links else 0 :] if len(above) < len(blocks) else []


def _is_text(block: Block) -> bool:
    is_paragraph = len(block.text) >= PARAGRAPH_CHARS or block.text.endswith(".")
    return len(block.text) >= PROSE_CHARS and block.linked < MAX_LINKED and is_paragraph


def _is_line(block: Block, stated: Collection[str]) -> bool:
    key = fold(block.text)
    if len(block.text) not in CHARS or len(key.split()) < MIN_WORDS or any(key in name for name in stated):
        return False
    return not (is_date_line(block.text) or BYLINE.match(block.text)) and can_be_headline(block.text)


def _weight(block: Block) -> int:
    """How much a line is set off: by its size, by being bold, by what its elements are called."""
    return sum(_weight_of(element) for element in _elements(block))


def _elements(block: Block) -> list[HtmlElement]:
    """The elements that hold the line and nothing else, the outermost first."""
    around = [block.element, *block.element.iterancestors()][:4]
    holders = [element for element in around if text_of(element) == block.text]
    within = [element for element in block.element.iterdescendants() if text_of(element) == block.text]
    return [*reversed(holders), *within]


def _weight_of(element: HtmlElement) -> int:
    style, names = element.get("style") or "", f"{element.get('class') or ''} {element.get('id') or ''}"
    size = STYLE_SIZE.search(style)
    is_large = size is not None and int(size[1]) > SIZES[size[2].lower()]
    is_bold = element.tag in BOLD or bool(BOLD_STYLE.search(style))
    return _font_size(element) + is_bold + 2 * is_large + 3 * bool(CALLED.search(names))


def _font_size(element: HtmlElement) -> int:
    """By how many steps `<font size>` is above the usual one."""
    written = (element.get("size") or "").strip() if element.tag == "font" else ""
    if not re.fullmatch(r"[+-]?[1-7]", written):
        return 0
    return max(0, int(written) - (0 if written[0] in "+-" else NORMAL_SIZE))


def _holder(block: Block) -> HtmlElement | None:
    return next(iter(_elements(block)), None)


def _found(block: Block) -> tuple[str, HtmlElement | None]:
    return block.text, _holder(block)
