"""Which batches go to workers together: all of them once, originals before their repeats, suspects alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.engine.dispatch import GROUPS_A_WORKER, HELD_A_WORKER, TARGET_SECONDS, Dispatcher, Group, Job
from nabra.tasks.engine.repeats import Original
from nabra.tasks.warehouse.layout import Batch

# As parsed at some 211 words a second: 64 articles take a minute and a half.
BATCH_CHARS, BATCH_SECONDS = 115_000, 90.0


def batch(number: int) -> Batch:
    return Batch("2026-04-12", f"{number:05d}")


def job(number: int, *originals: int, chars: int = BATCH_CHARS) -> Job:
    repeats = {f"d{original}": Original(batch(original), "d") for original in originals}
    return Job(batch(number), ("parse",), chars, repeats)


def groups_of(dispatcher: Dispatcher, jobs: list[Job], seconds: float = BATCH_SECONDS) -> list[Group]:
    """All groups of a run in which results are taken oldest first."""
    made: list[Group] = []
    in_flight: list[Group] = []
    coming = iter(jobs)
    while True:
        while dispatcher.wants_jobs:
            dispatcher.add(next(coming))
        if group := dispatcher.next_group():
            in_flight.append(group)
            made.append(group)
        elif in_flight:
            ended = in_flight.pop(0)
            dispatcher.done(ended, seconds * len(ended.jobs))
        else:
            return made


@pytest.mark.parametrize("workers", [1, 2, 8, 32])
def test_a_hundred_thousand_articles_make_fewer_than_500_tasks(workers: int) -> None:
    groups = groups_of(Dispatcher(workers, 1563), [job(number) for number in range(1563)])
    assert sorted(each.batch for group in groups for each in group.jobs) == [batch(n) for n in range(1563)]
    assert len(groups) < 500
    assert max(len(group.jobs) for group in groups) * BATCH_SECONDS < TARGET_SECONDS + BATCH_SECONDS


def test_a_faster_machine_gets_more_batches_a_task() -> None:
    assert len(groups_of(Dispatcher(2, 1000), [job(number) for number in range(1000)], seconds=9.0)) < 60


def test_the_last_groups_are_smaller() -> None:
    sizes = [len(group.jobs) for group in groups_of(Dispatcher(4, 200), [job(n) for n in range(200)], seconds=20.0)]
    assert max(sizes) >= 15
    assert sizes[-4:] == [1, 1, 1, 1]


def test_the_first_batches_go_alone_as_nothing_is_measured_yet() -> None:
    dispatcher = Dispatcher(2, 100)
    for number in range(4):
        dispatcher.add(job(number))
    assert [len(group.jobs) for group in iter(dispatcher.next_group, None)] == [1, 1, 1, 1]


def test_a_batch_waits_for_one_in_flight_that_it_repeats_and_others_pass_it() -> None:
    dispatcher = Dispatcher(1, 3)
    for each in (job(0), job(1, 0), job(2)):
        dispatcher.add(each)
    first, second = dispatcher.next_group(), dispatcher.next_group()
    assert first
    assert second
    assert [group.jobs[0].batch for group in (first, second)] == [batch(0), batch(2)]
    dispatcher.done(second, 1.0)
    assert dispatcher.next_group() is None
    dispatcher.done(first, 1.0)
    third = dispatcher.next_group()
    assert third
    assert third.jobs[0].batch == batch(1)


def with_a_group_of_four(*, apart: bool = False) -> tuple[Dispatcher, Group]:
    dispatcher = Dispatcher(1, 6, apart=apart)
    dispatcher.add(job(0))
    first = dispatcher.next_group()
    assert first
    for number in range(1, 6):
        dispatcher.add(job(number))
    dispatcher.done(first, BATCH_SECONDS)
    group = dispatcher.next_group()
    assert group
    assert [each.batch for each in group.jobs] == [batch(n) for n in (1, 2, 3, 4)]
    return dispatcher, group


def test_of_a_lost_group_the_suspect_goes_alone_and_the_others_together_first() -> None:
    dispatcher, group = with_a_group_of_four()
    dispatcher.lost(group, batch(2))
    again = dispatcher.next_group()
    assert again
    assert [each.batch for each in again.jobs] == [batch(n) for n in (1, 3, 4)]
    rest = dispatcher.next_group()
    assert rest
    assert [each.batch for each in rest.jobs] == [batch(5)]
    dispatcher.done(again, 1.0)
    suspect = dispatcher.next_group()
    assert suspect
    assert suspect.is_suspect
    assert [each.batch for each in suspect.jobs] == [batch(2)]


def test_a_suspect_that_has_to_go_apart_waits_until_nothing_is_in_flight() -> None:
    dispatcher, group = with_a_group_of_four(apart=True)
    dispatcher.lost(group, batch(2))
    again, rest = dispatcher.next_group(), dispatcher.next_group()
    assert again
    assert rest
    dispatcher.done(again, 1.0)
    assert dispatcher.next_group() is None
    dispatcher.done(rest, 1.0)
    suspect = dispatcher.next_group()
    assert suspect
    assert suspect.is_suspect
    assert dispatcher.next_group() is None


@given(
    workers=st.integers(1, 4),
    repeats=st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 30), max_size=3)), min_size=1, max_size=25),
    apart=st.booleans(),
    draw=st.data(),
)
def test_every_batch_is_settled_once_after_its_originals_whatever_dies(
    workers: int, repeats: list[tuple[bool, list[int]]], apart: bool, draw: st.DataObject
) -> None:
    jobs = [
        (job(number, *{original % number for original in originals if number}, chars=number * 100), is_suspect)
        for number, (is_suspect, originals) in enumerate(repeats)
    ]
    originals = {each.batch: {original.batch for original in each.repeats.values()} for each, _ in jobs}
    dispatcher, coming, left_out = Dispatcher(workers, len(jobs), apart=apart), iter(jobs), set()
    in_flight: dict[int, Group] = {}
    settled: Counter[Batch] = Counter()
    tries: Counter[Batch] = Counter()
    while True:
        while dispatcher.wants_jobs:
            each, is_suspect = next(coming)
            if draw.draw(st.integers(0, 9)) == 0:
                dispatcher.leave_out()
                left_out.add(each.batch)
            else:
                dispatcher.add(each, is_suspect=is_suspect)
        if group := dispatcher.next_group():
            in_flight[group.number] = group
            assert len(in_flight) <= GROUPS_A_WORKER * workers
            assert len({each.slot for each in in_flight.values()}) == len(in_flight)
            assert len(group.jobs) == 1 or not group.is_suspect
            assert not (apart and group.is_suspect and len(in_flight) > 1)
            before = set(settled) | left_out
            for each in group.jobs:
                assert originals[each.batch] <= before
                before.add(each.batch)
            continue
        if not in_flight:
            break
        ended = in_flight.pop(draw.draw(st.sampled_from(sorted(in_flight))))
        tries.update(each.batch for each in ended.jobs)
        if not ended.is_suspect and draw.draw(st.booleans()):
            dispatcher.lost(ended, draw.draw(st.sampled_from(ended.jobs)).batch)
        else:
            dispatcher.done(ended, draw.draw(st.floats(0, 100)))
            settled.update(each.batch for each in ended.jobs)
    assert settled == Counter({each.batch for each, _ in jobs} - left_out)
    assert next(coming, None) is None


def test_few_jobs_are_made_while_all_wait_for_one_in_flight() -> None:
    dispatcher = Dispatcher(4, 1000, apart=True)
    coming = iter([job(0), *(job(number, number - 1) for number in range(1, 1000))])
    made = 0
    while dispatcher.wants_jobs:
        dispatcher.add(next(coming))
        made += 1
        first = dispatcher.next_group() if made == 1 else None
        if first:
            in_flight = first
    assert made == 1 + HELD_A_WORKER * 4
    dispatcher.done(in_flight, BATCH_SECONDS)
    assert dispatcher.next_group()


def test_jobs_that_wait_for_a_suspect_keep_no_others_from_the_workers() -> None:
    dispatcher = Dispatcher(1, 40, apart=True)
    dispatcher.add(job(0), is_suspect=True)
    for number in range(1, 21):
        dispatcher.add(job(number, 0))
    assert dispatcher.wants_jobs
    dispatcher.add(job(21))
    assert dispatcher.next_group()
    assert dispatcher.wants_jobs
