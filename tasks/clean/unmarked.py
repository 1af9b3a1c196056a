"""The headline of a page that marks none: old pages set it in a cell of a table, in large or bold type."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.date_lines import is_date_line
from nabra.tasks.arabic.folding import fold
from nabra.tasks.clean.content import MAX_LINKED, PROSE_CHARS, Block, blocks_of
from nabra.tasks.clean.prune import measure, text_of

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
    r"\W{0,10}(?:بقلم|كتب|كتبت|كتبه|بواسطة|إعداد|اعداد|المصدر|تحرير|عدد القراء|مشاهدات|تاريخ النشر)\b"
)
CALLED: Final = re.compile(r"title|headline|head\b|heading|عنوان", re.IGNORECASE)
BOLD: Final = frozenset({"b", "strong", "big", "th", "caption", "h4", "h5", "h6"})
BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
STYLE_SIZE: Final = re.compile(r"font(?:-size)?\s{0,5}:[^;:]{0,60}?(\d{2})(px|pt)", re.IGNORECASE)
SIZES: Final = {"px": 16, "pt": 12}
NORMAL_SIZE: Final = 3
# Elements around and within that of a line that are asked, and lines above the text.
MAX_AROUND: Final = 4
MAX_WITHIN: Final = 2000
MAX_LINES: Final = 20


def can_be_headline(text: str) -> bool:
    """False for a notice of copyright, a name that no person gave, and an address."""
    return len(text) > CHARS.stop * 2 or NO_HEADLINE.fullmatch(text.strip()) is None


def find_unmarked(tree: HtmlElement, stated: Collection[str]) -> tuple[str, HtmlElement | None] | None:
    """The line before the text that is set off most, of those that are no link, date, byline or part of the `stated`.

    Else the last one that has a cell of a table of its own. With the element that holds it and nothing else.
    """
    sizes = measure(tree)
    lines = [line for line in _above(blocks_of(tree), sizes) if _is_line(line.block, stated)]
    weights = [line.weight for line in lines]
    if any(weights):
        return lines[weights.index(max(weights))].found
    alone = [line for line in lines if line.is_cell and len(line.block.text.split()) >= MIN_PLAIN_WORDS]
    return alone[-1].found if alone else None


@dataclass(frozen=True)
class _Line:
    """A block, and the elements that hold it and nothing else, the outermost first."""

    block: Block
    elements: tuple[HtmlElement, ...]

    @classmethod
    def of(cls, block: Block, sizes: Mapping[HtmlElement, int]) -> _Line:
        size = len("".join(block.text.split()))
        around = [block.element, *islice(block.element.iterancestors(), MAX_AROUND)]
        near = [*reversed(around), *islice(block.element.iterdescendants(), MAX_WITHIN)]
        return cls(block, tuple(each for each in near if sizes.get(each) == size and text_of(each) == block.text))

    @property
    def weight(self) -> int:
        """How much the line is set off: by its size, by being bold, by what its elements are called."""
        return sum(map(_weight_of, self.elements))

    @property
    def is_cell(self) -> bool:
        """True if a cell of a table holds the line alone."""
        return self.block.element.tag in CELLS and self.block.element in self.elements

    @property
    def found(self) -> tuple[str, HtmlElement | None]:
        """The text, and the element that holds it."""
        return self.block.text, next(iter(self.elements), None)


def _above(blocks: list[Block], sizes: Mapping[HtmlElement, int]) -> list[_Line]:
    """The lines between the last links above the text and the text; none where there is no text."""
    above = list(takewhile(lambda block: not _is_text(block), blocks))
    if len(above) == len(blocks):
        return []
    lines = [_Line.of(block, sizes) for block in above[-MAX_LINES:]]
    # One that is set off and as long as a headline leads to the page itself.
    own = [line for line in lines if _is_link(line) and len(line.block.text.split()) >= MIN_PLAIN_WORDS and line.weight]
    links = [number for number, line in enumerate(lines) if _is_link(line) and own != [line]]
    return lines[links[-1] + 1 if links else 0 :]


def _is_link(line: _Line) -> bool:
    return line.block.linked >= MAX_LINKED


def _is_text(block: Block) -> bool:
    is_paragraph = len(block.text) >= PARAGRAPH_CHARS or block.text.endswith(".")
    return len(block.text) >= PROSE_CHARS and block.linked < MAX_LINKED and is_paragraph


def _is_line(block: Block, stated: Collection[str]) -> bool:
    key = fold(block.text)
    if len(block.text) not in CHARS or len(key.split()) < MIN_WORDS or any(key in name for name in stated):
        return False
    return not (is_date_line(block.text) or BYLINE.match(block.text)) and can_be_headline(block.text)


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
