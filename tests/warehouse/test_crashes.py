"""Kills and power cuts at some operations of all commands; at all of them: `bench.recovery --points`."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from tests.crashes.commands import in_this_process, run
from tests.crashes.places import FolderPlace, bucket_place
from tests.crashes.scenarios import settings, tried
from tests.crashes.search import watched_run
from tests.crashes.watch import Watch, state_of
from tests.runs import FORKS, write_articles

pytestmark = pytest.mark.slow


def test_what_a_kill_leaves_in_a_folder_is_recovered_whole(tmp_path: Path) -> None:
    names = ("run", "compact", "refresh", "vacuum", "migrate")
    for name, search, check in tried(tmp_path, FolderPlace(tmp_path / "w"), names, kills=1, most=2):
        assert search.runs == 2, name
        assert check.wrong == [], name


def test_what_a_kill_leaves_on_an_object_store_is_recovered_whole(tmp_path: Path, s3_server: str) -> None:
    ((_, search, check),) = tried(tmp_path, bucket_place(s3_server, tmp_path), ["run"], kills=1, most=2)
    assert search.runs == 2
    assert check.wrong == []


def test_a_process_that_is_killed_leaves_what_the_watch_says(tmp_path: Path) -> None:
    work = partial(run, settings(tmp_path, "s"), (str(write_articles(tmp_path / "in", 4)),), ())
    places = {number: FolderPlace(tmp_path / f"w{number}") for number in (40, 200)}
    processes = [FORKS.Process(target=die_at, args=(number, place, work)) for number, place in places.items()]
    for process in processes:
        process.start()
    with in_this_process():
        watch = watched_run(FolderPlace(tmp_path / "w"), {}, work)
    for process, place in zip(processes, places.values(), strict=True):
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert state_of(place.contents()) in watch.left


def die_at(number: int, place: FolderPlace, work: partial[None]) -> None:
    """Do the work, and be killed before this operation."""

    def end(reached: int) -> None:
        if reached == number:
            os.kill(os.getpid(), signal.SIGKILL)

    watch = Watch(place.put({}), {}, before=end)
    with in_this_process(), place.watched(watch):
        work(watch.root)
