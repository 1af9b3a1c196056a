"""Peak memory of the process that has the models, over texts that are made to take it: python -m bench.memory

Each text stands before four good sentences, as a page's rubbish does. Says for each what the stages made of it, how
long they took and how much the process held at most; exit status 1 where that is more than `--limit`. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa

from nabra.config.settings import load_settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.engine.tools import Tools
from nabra.tasks.schemas import CLEAN, table

GOOD: Final = (
    "أعلن وزير المياه أن المشروع سيبدأ في الربيع المقبل. وأضاف الوزير «سنعمل مع الأمم المتحدة على إيصال المياه». "
    "وأدانت روسيا الهجوم على الجسر. ورحب سكان القرى بالخطوة التي طال انتظارها.\n"
)
CHARS: Final = 110_000
TEXTS: Final[dict[str, Callable[[], str]]] = {
    "news": lambda: GOOD * (CHARS // len(GOOD)),
    "brackets": lambda: "<" * CHARS + "!--",
    "one letter": lambda: "ا" * CHARS,
    "letters without spaces": lambda: "والمسؤولون" * (CHARS // 10),
    "digits": lambda: "7" * CHARS,
    "numbers": lambda: "7 " * (CHARS // 2),
    "emoji": lambda: "😀" * CHARS,
    "emoji and letters": lambda: "😀ا" * (CHARS // 2),
    "zero width": lambda: "ا\u200c" * (CHARS // 2),
    "marks": lambda: "a\u0301\u0302\u0303" * (CHARS // 4),
    "vocalised": lambda: "يُحَلِّلُونَ " * (CHARS // 13),
    "ligatures": lambda: "ﷺ" * CHARS,
    "letters and marks": lambda: "ا-" * (CHARS // 2),
    "addresses": lambda: "https://example.org/%D8%AE%D8%A8%D8%B1?" * (CHARS // 40),
    "quotation marks": lambda: "«" * CHARS,
    "short sentences": lambda: "نعم. " * (CHARS // 5),
    "names": lambda: "روسيا " * (CHARS // 6),
    "quotes": lambda: "قال بوتين «نعم». " * (CHARS // 17),
    "Chinese": lambda: "新闻" * (CHARS // 2),
    "rare letters": lambda: "ݐݔݗݰ" * (CHARS // 4),
}
REFS, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def peak_mib() -> float:
    """The most memory that this process has held since `forget_peak`."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Count anew from what the process holds now."""
    REFS.write_text("5")


def article(text: str) -> pa.Table:
    """A row of `clean`."""
    row = {column.name: None for column in CLEAN.columns}
    known = {"doc_id": "0" * 32, "source": "bench", "url": "file:///bench.txt", "text": text, "language": "ar"}
    chars = {"raw_chars": len(text), "text_chars": len(text), "language_score": 1.0, "text_sha256": "0"}
    return table(CLEAN, [row | known | chars])


def run_stages(text: str, tools: Tools) -> dict[str, int]:
    """Take a text through parse, sentiment and stance; the number of rows of each table."""
    tables = {"clean": article(text)}
    for stage in STAGES.values():
        if not stage.ordered:
            tables |= tools.call(stage, tables).tables
    return {name: data.num_rows for name, data in tables.items()}


def main() -> int:
    """Print a line a text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=load_settings().run.worker_memory_mib, help="MiB")
    parser.add_argument("--only", nargs="+", choices=list(TEXTS), default=list(TEXTS), metavar="TEXT")
    options = parser.parse_args()
    tools = Tools(load_settings())
    run_stages(GOOD, tools)
    over = 0
    print(f"{'text':24} {'sentences':>9} {'tokens':>8} {'stances':>8} {'seconds':>8} {'peak MiB':>9}")
    for name in options.only:
        forget_peak()
        begun = time.monotonic()
        rows = run_stages(TEXTS[name]() + "\n" + GOOD, tools)
        seconds, peak = time.monotonic() - begun, peak_mib()
        over += peak > options.limit
        shown = (rows[dataset] for dataset in ("sentences", "tokens", "stances"))
        print(f"{name:24} {next(shown):9} {next(shown):8} {next(shown):8} {seconds:8.1f} {peak:9.0f}", flush=True)
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
