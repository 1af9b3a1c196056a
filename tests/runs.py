"""Runs in processes of their own, made to be killed: real ones on the real store, without Prefect.

The processes are forked from one that has imported everything, so that a run begins at once and not after five seconds
of imports. Models are real, or stand-ins of a few lines.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pyarrow as pa

from nabra.config.settings import load_settings
from nabra.tasks.engine.tools import Tools
from nabra.tasks.errors import NabraError
from nabra.tasks.warehouse import bucket_lease
from nabra.tasks.warehouse.layout import AT_WORK
from nabra.tasks.warehouse.store import Store
from tests.workplace import all_rows

FORKS: Final = multiprocessing.get_context("forkserver")
PRELOADED: Final = ["tests.runs", "nabra.flows.pipeline", "tests.preloaded"]
FORKS.set_forkserver_preload(PRELOADED)
DONE, CRASHED, FAILED = 0, 1, 2
# On a test server: longer than a busy machine keeps a run from renewing it.
LEASE_SECONDS: Final = 10.0

WORDS: Final = (
    *("النخيل", "الجسر", "الميناء", "الحديقة", "المدرسة", "السوق", "المطار"),
    *("المكتبة", "السد", "القناة", "الوادي", "المرصد", "المسرح", "الملعب"),
)
QUOTES: Final = (
    "وقال وزير المياه سالم البحري إن المشروع {number} «سيبدأ في الربيع المقبل». ",
    "وأضاف الوزير: «سنعمل مع الأمم المتحدة على إيصال المياه إلى القرى كلها». ",
    "وانتقدت الأمم المتحدة إسرائيل بشدة بسبب إغلاق الجسر رقم {number}. ",
    "ورفضت إيران قرار الأمم المتحدة وقالت إنها ستواصل العمل. ",
    "ورحبت رابطة المزارعين بالخطوة رقم {number} ووصفتها بأنها نجاح كبير. ",
)


def write_articles(folder: Path, count: int, *, pages: int = 0, seed: int = 1) -> Path:
    """A folder of `count` invented articles, `pages` of them HTML, the others rows of a file, among which each tenth
    repeats an earlier one; besides them a row in English, an empty and a broken one.
    """
    draw = random.Random(seed)
    texts: list[str] = []
    for number in range(count):
        if number % 10 == 9:
            texts.append(draw.choice(texts))
            continue
        about = " ".join(f"{draw.choice(WORDS)} {draw.randrange(1000)}" for _ in range(9))
        texts.append(f"{about}. " + "".join(quote.format(number=number) for quote in draw.sample(QUOTES, 2)))
    rows: list[dict[str, Any]] = [
        {"id": f"a{number}", "title": f"خبر رقم {number}", "text": text} for number, text in enumerate(texts[pages:])
    ]
    rows.append({"id": "english", "text": "The minister said that the project would begin in spring, and " * 5})
    rows.append({"id": "void", "text": ""})
    folder.mkdir(parents=True)
    lines = "\n".join([*(json.dumps(row, ensure_ascii=False) for row in rows), "{broken"])
    (folder / "rows.jsonl").write_text(lines + "\n", encoding="utf-8")
    for number, text in enumerate(texts[:pages]):
        page = f"<html><head><title>صفحة {number}</title></head><body><article><p>{text}</p></article></body></html>"
        (folder / f"page{number}.html").write_text(page, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Run:
    """What a run gets. `before` is called in its process first; `log` takes what it prints and its errors."""

    warehouse: str
    inputs: tuple[str, ...]
    config: str
    log: Path
    stand_ins: bool = True
    before: Callable[[], None] | None = None
    workers: int = 1

    def start(self) -> BaseProcess:
        """Begin in a process that leads a group of its own."""
        process = FORKS.Process(target=_go, args=(self,))
        process.start()
        return process

    def finish(self) -> int:
        """Begin, and wait for the end; the exit status."""
        process = self.start()
        process.join()
        return process.exitcode if process.exitcode is not None else CRASHED


@dataclass(frozen=True)
class Trial:
    """A warehouse and the run that fills it."""

    run: Run
    store: Store

    def rows(self) -> dict[str, list[str]]:
        """The rows of all tables, without the clock times."""
        return all_rows(self.store)

    def said(self) -> str:
        """All that the runs have printed."""
        return self.run.log.read_text(encoding="utf-8")


def make_trial(folder: Path, articles: str, *, endpoint: str = "") -> Trial:
    """A warehouse that is not there yet, in the folder or on an S3 server with the bucket `news`."""
    config = folder / "settings.toml"
    text = "[run]\nbatch_articles = 8\nworkers = 1\n"
    if endpoint:
        text += f'[store]\ns3_endpoint = "{endpoint}"\ns3_region = "us-east-1"\n'
    config.write_text(text, encoding="utf-8")
    warehouse = f"s3://news/{folder.name}" if endpoint else str(folder / "warehouse")
    run = Run(warehouse, (articles,), str(config), folder / "log", before=work_on_test_s3 if endpoint else None)
    return Trial(run, Store.open(load_settings(config, warehouse=warehouse).store))


def stuck_in_parse(trial: Trial) -> BaseProcess:
    """A run that has come to the stage parse and stays there."""
    note, started = Path(trial.run.warehouse) / AT_WORK, time.time_ns()
    process = replace(trial.run, before=dwell_in_parse).start()
    while not note.exists() or note.stat().st_mtime_ns < started or b"parse" not in note.read_bytes():
        time.sleep(0.02)
    return process


def parse_after(gate: str) -> None:
    """From now on the stage parse begins when there is a file of this name."""

    def wait(articles: pa.Table) -> None:
        while not Path(gate).exists():
            time.sleep(0.05)

    before_parse(wait)


def dwell_in_parse() -> None:
    """From now on the stage parse never ends."""
    before_parse(lambda articles: time.sleep(600))


def before_parse(step: Callable[[pa.Table], None]) -> None:
    """From now on do this with the articles before they are parsed."""
    honest = Tools.call

    def call(tools, stage, tables):
        if stage.name == "parse":
            step(tables["clean"])
        return honest(tools, stage, tables)

    Tools.call = call  # type: ignore[method-assign]


def kill_group(process: BaseProcess) -> None:
    """End the process with all that it started, as a power cut does."""
    try:
        os.killpg(process.pid or 0, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()  # it has not yet made its group, or has ended
    process.join()


def die_at_operation(number: int, folder: str) -> None:
    """From now on, kill this process group in front of the `number`th operation on files below the folder."""
    left = number

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove", "os.mkdir") and str(arguments[0]).startswith(folder):
            left -= 1
            if not left:
                os.killpg(0, signal.SIGKILL)

    sys.addaudithook(count)


def work_on_test_s3() -> None:
    """Use the credentials of a test server, and leases on it that are taken and end soon."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    bucket_lease.SETTLE_SECONDS, bucket_lease.LIFETIME_SECONDS = 0.2, LEASE_SECONDS  # type: ignore[misc]


def shift_clock(days: int) -> None:
    """Let all modules of nabra in this process see a clock that is so many days ahead."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(days=days)

    seconds, honest = days * 86400, time.time
    time.time = lambda: honest() + seconds
    for name, module in list(sys.modules.items()):
        if name.startswith("nabra.") and getattr(module, "datetime", None) is datetime:
            module.datetime = Shifted  # type: ignore[attr-defined]


def limit_file_size(size: int) -> None:
    """Let no file of this process grow beyond so many bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _go(run: Run) -> None:
    os.setpgid(0, 0)
    # A spawned process imports its parent's main module, here all of a test or bench, where a real run has a small one.
    sys.modules["__main__"] = ModuleType("__main__")
    output = os.open(run.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = sys.stderr = open(output, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    if run.before:
        run.before()
    try:
        status = _run(run)
    except NabraError as error:
        print(f"{type(error).__name__}: {error}")
        status = FAILED
    except BaseException:  # noqa: BLE001 - all of it is the test's to see
        traceback.print_exc()
        status = CRASHED
    sys.exit(status)


def _run(run: Run) -> int:
    from nabra.flows.parameters import Location, RunParameters
    from nabra.flows.pipeline import open_run, prepare_run
    from nabra.tasks.processes import isolated
    from tests.side_by_side import work_side_by_side

    if run.stand_ins:
        use_stand_ins()
        clean_here()
    if not run.warehouse.startswith("s3://") and run.workers == 1:
        isolated.CONTEXT = multiprocessing.get_context("fork")  # has the stand-ins, and no imports to do
    elif run.stand_ins:
        isolated.CONTEXT = Spawning  # a process forked under threads, such as those of the S3 client, hangs
    location = Location(warehouse=run.warehouse, config=run.config)
    with open_run(prepare_run(RunParameters(inputs=run.inputs), location), "none") as work:
        work.fetch()
        if run.workers == 1:
            work.work()
        else:
            work_side_by_side(work, run.workers)
        work.summary().without_failures()
    return DONE


def clean_here() -> None:
    """Let every toolbox of this process clean documents here, with what it has loaded, and not in further processes."""
    from nabra.tasks.engine.resources import Resources
    from tests.in_process import InThisProcess, cleaner_of

    Resources.cleaners = property(lambda tools: InThisProcess(cleaner_of(tools.settings.clean)))  # type: ignore[assignment]


class Spawning:
    """A context whose processes are spawned, as those of a real run, and have the stand-ins."""

    Pipe = staticmethod(multiprocessing.get_context("spawn").Pipe)

    @staticmethod
    def Process(target: Callable[..., None], args: tuple[Any, ...]) -> BaseProcess:  # noqa: N802 - as in a context
        """A process that calls `target` when it has the stand-ins."""
        return multiprocessing.get_context("spawn").Process(target=_with_stand_ins, args=(target, args))


def _with_stand_ins(target: Callable[..., None], args: tuple[Any, ...]) -> None:
    use_stand_ins()
    clean_here()
    target(*args)


def use_stand_ins() -> None:
    """Let every toolbox of this process run the stages here, with a parser and classifiers of a few lines."""
    from nabra.tasks.engine.resources import Resources
    from tests.in_process import InThisProcess, stand_ins

    Resources.workers = property(lambda tools: InThisProcess(stand_ins(tools.settings)))  # type: ignore[assignment]
