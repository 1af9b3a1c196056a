"""Whether runs that are killed, or whose object store fails, end with the tables of an undisturbed one, row for row.

    python -m bench.recovery [--kills 200] [--articles 300] [--stand-ins] [--seed 1]
    python -m bench.recovery --faults 0.1 [--runs 10] …
    python -m bench.recovery --points 2 [--most 5] [--only run refresh] [--s3]

Invented articles go through all stages with the bundled models (or, with --stand-ins, a parser and classifiers of a few
lines), in processes that are killed with SIGKILL again and again and resumed each time: the whole process group at a
random instant of its life, the whole group in front of a random operation on the warehouse's files, or one of its
worker processes. Once a warehouse is finished it is compared, and the next kills are for a new one. All columns are
compared but `fetched_at` and `at`, which are times; run ids lie in the files' metadata only.

With --faults the warehouse lies on an S3 server behind a proxy that lets this share of the requests fail: 500, 503,
slow, connection reset before or after the request is done. A run must succeed, or end with a StoreError.

With --points a first run, a second one, a refresh, compact, vacuum, remove, migrate and the first run over an old
warehouse are killed at each operation on the files, in this process with tools of a few lines; what takes them up is
killed at each of its own, and so on, --points times in a row. What is left, and what it ends with, is validated, and
read by DuckDB and Polars. --only names scenarios; --most is how many of the states that a run can be left in are taken
up. See `tests/crashes`.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from nabra.config.settings import load_settings
from nabra.tasks.engine.attempts import failures
from nabra.tasks.warehouse.store import Store
from tests.crashes.places import FolderPlace, bucket_place
from tests.crashes.scenarios import tried
from tests.faulty_proxy import faulty_proxy
from tests.runs import (
    DONE,
    FAILED,
    FORKS,
    LEASE_SECONDS,
    PRELOADED,
    Run,
    die_at_operation,
    kill_group,
    work_on_test_s3,
    write_articles,
)
from tests.workplace import all_rows

# How a run is killed, and how often of ten.
WAYS = {"instant": 4, "operation": 4, "worker": 2}
LIVES = 5  # lives of the longest length that an undisturbed run would take
MOST_OPERATIONS = 120
BATCH_ARTICLES, PAGES = 16, 20

Rows = dict[str, list[str]]


@dataclass
class Bench:
    """The articles, the settings, what an undisturbed run makes of them, and what was seen so far."""

    folder: Path
    articles: int
    stand_ins: bool
    draw: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    warehouses: int = 0
    deaths: int = 0
    unequal: int = 0

    def __post_init__(self) -> None:
        self.inputs = str(write_articles(self.folder / "articles", self.articles, pages=PAGES))
        started = time.perf_counter()
        run = self.new_run()
        require(run.finish() == DONE, run)
        self.rows = all_rows(store_of(run))
        counts = ", ".join(f"{name} {len(rows)}" for name, rows in self.rows.items())
        seconds = time.perf_counter() - started
        self.longest_seconds = seconds / LIVES
        print(f"undisturbed: {seconds:.0f} s, with the imports; {counts}", flush=True)

    def new_run(self, endpoint: str = "") -> Run:
        """A run over a warehouse that is not there yet."""
        self.warehouses += 1
        name = f"w{self.warehouses}"
        config = self.folder / f"{name}.toml"
        text = f"[run]\nbatch_articles = {BATCH_ARTICLES}\n[parse]\nthreads = 1\n"
        if endpoint:
            text += f'[store]\ns3_endpoint = "{endpoint}"\ns3_region = "us-east-1"\n'
        config.write_text(text, encoding="utf-8")
        warehouse = f"s3://news/{name}" if endpoint else str(self.folder / name)
        return Run(warehouse, (self.inputs,), str(config), self.folder / f"{name}.log", self.stand_ins)

    def compare(self, run: Run) -> None:
        """Count and print what differs from the undisturbed run."""
        made, noted = all_rows(store_of(run)), failures(store_of(run))
        wrong = [name for name, rows in self.rows.items() if made[name] != rows]
        self.unequal += bool(wrong or noted)
        for name in wrong:
            lost, odd = set(self.rows[name]) - set(made[name]), set(made[name]) - set(self.rows[name])
            print(f"{name}: {len(lost)} rows lost, {len(odd)} odd, such as", *[*lost, *odd][:2])
        verdict = f"UNEQUAL in {', '.join(wrong)}" if wrong else "equal"
        print(f"{run.warehouse}, after {self.kills.total()} kills in all: {verdict}", *noted, flush=True)

    def kill_one_run(self, run: Run) -> bool:
        """Start the run and kill it; whether it was done before that, and had nothing left to do."""
        way = self.draw.choices(list(WAYS), WAYS.values())[0]  # type: ignore[arg-type]
        if way == "operation":
            before = partial(die_at_operation, self.draw.randrange(1, MOST_OPERATIONS), run.warehouse)
            process = replace(run, before=before).start()
        else:
            process = run.start()
        process.join(self.draw.uniform(0, self.longest_seconds))
        if way == "worker" and process.is_alive() and kill_worker(process, self.draw):
            self.kills[way] += 1
            process.join(self.draw.uniform(0, self.longest_seconds))
        if process.is_alive():
            way = "instant"
            kill_group(process)
        self.kills[way] += process.exitcode == -signal.SIGKILL
        self.deaths = max([self.deaths, *(failure.deaths for failure in failures(store_of(run)))])
        require(process.exitcode in (DONE, FAILED, -signal.SIGKILL), run)
        return process.exitcode == DONE


def kill(bench: Bench, kills: int) -> None:
    """Kill so many runs, and compare what those that follow leave."""
    while bench.kills.total() < kills:
        run = bench.new_run()
        while bench.kills.total() < kills:
            if bench.kill_one_run(run):
                break
        while (status := run.finish()) == FAILED:
            pass  # a batch whose own process was killed has some attempts left
        require(status == DONE, run)
        bench.compare(run)


def fail(bench: Bench, share: float, runs: int, seed: int) -> None:
    """Fill so many warehouses on a failing S3 server, each by as many runs as it takes."""
    outcomes: Counter[str] = Counter()
    with s3_server() as upstream, faulty_proxy(upstream, share=share, seed=seed, slow_seconds=1.0) as proxy:
        for _ in range(runs):
            run = replace(bench.new_run(proxy.address), before=work_on_test_s3)
            while (status := run.finish()) != DONE:
                require(status == FAILED and "StoreError: " in run.log.read_text(encoding="utf-8"), run)
                outcomes["StoreError"] += 1
                time.sleep(LEASE_SECONDS + 1)  # the lease, should it have been left
            outcomes["done"] += 1
            proxy.share = 0.0
            bench.compare(run)
            proxy.share = share
        print(f"runs: {dict(outcomes)}; {proxy.requests.total()} requests, faults: {dict(proxy.faults)}")


def enumerate_points(folder: Path, points: int, most: int | None, only: list[str], *, on_s3: bool) -> int:
    """Kill at every operation; how much was wrong in the end."""
    wrong = 0
    with s3_server() if on_s3 else nullcontext() as address:
        place = bucket_place(address, folder) if address else FolderPlace(folder / "w")
        for name, search, check in tried(folder, place, only, kills=points, most=most):
            wrong += len(check.wrong)
            looked = f"{len(check.left)} looked at as they were left, {len(check.ends)} ends"
            print(f"{name}: {search}; {looked}, wrong: {check.wrong[:3] or 'nothing'}", flush=True)
    return wrong


def kill_worker(process: BaseProcess, draw: random.Random) -> bool:
    """Kill one of the other processes of the group, if there are any."""
    running = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    workers = [pid for pid in running if is_worker(pid, process.pid)]
    if workers:
        os.kill(draw.choice(workers), signal.SIGKILL)
    return bool(workers)


def is_worker(pid: int, group: int | None) -> bool:
    """Whether the process is one that the leader of the group started."""
    try:
        return pid != group and os.getpgid(pid) == group
    except ProcessLookupError:
        return False


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 server with the bucket `news`."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket="news")
    yield f"http://{host}:{port}"
    server.stop()


def store_of(run: Run) -> Store:
    """The warehouse of a run."""
    return Store.open(load_settings(Path(run.config), warehouse=run.warehouse).store)


def require(condition: bool, run: Run) -> None:
    """End with the run's log unless the condition holds."""
    if not condition:
        sys.exit(run.log.read_text(encoding="utf-8"))


def main() -> None:
    """Read the options, run, and end with 1 if any warehouse differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--articles", type=int, default=300)
    options.add_argument("--stand-ins", action="store_true")
    options.add_argument("--faults", type=float, default=0.0)
    options.add_argument("--runs", type=int, default=10)
    options.add_argument("--points", type=int, default=0)
    options.add_argument("--most", type=int, default=None)
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("--s3", action="store_true")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    FORKS.set_forkserver_preload(PRELOADED if chosen.stand_ins else [*PRELOADED, "bench.warm_models"])
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.points:
            sys.exit(enumerate_points(Path(folder), chosen.points, chosen.most, chosen.only, on_s3=chosen.s3) > 0)
        bench = Bench(Path(folder), chosen.articles, chosen.stand_ins, random.Random(chosen.seed))
        if chosen.faults:
            fail(bench, chosen.faults, chosen.runs, chosen.seed)
        else:
            kill(bench, chosen.kills)
            print(f"kills: {dict(bench.kills)}; at most {bench.deaths} in a row in one stage of a batch")
    print(f"{bench.warehouses - 1} warehouses, {bench.unequal} of them unequal; {time.perf_counter() - started:.0f} s")
    sys.exit(bench.unequal > 0)


if __name__ == "__main__":
    main()
