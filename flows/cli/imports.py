"""What the libraries that a command imports would do besides, and what is not wanted of them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

ONE_THREAD: Final = "OPENBLAS_NUM_THREADS"


@contextmanager
def light_imports() -> Iterator[None]:
    """Let modules be imported within, pyarrow without pandas, and numpy without threads for linear algebra.

    pyarrow looks for pandas with its first value, and no command needs it: a quarter of a second for nothing. Where
    pyarrow needs it (`to_pandas`), it looks again. The threads, of which numpy starts one a core, wait for work busily.
    And garbage is not looked for among modules, now and later, as they stay.
    """
    finder, threads, collects = _NoPandas(), os.environ.get(ONE_THREAD), gc.isenabled()
    sys.meta_path.insert(0, finder)
    os.environ.setdefault(ONE_THREAD, "1")
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()
        sys.meta_path.remove(finder)
        if threads is None:
            del os.environ[ONE_THREAD]


class _NoPandas:
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
