"""Whether silence is told from chance, over many series of days whose cuts are known."""

from __future__ import annotations

import numpy as np
import pytest

from nabra.tasks.coverage.rhythm import LEAST_DAYS, judge

SOURCES = 800


class Series:
    """Counts of many sources day by day: of 2 to 200 articles, half with two quiet weekdays, more or less even."""

    def __init__(self, seed, days, sources=SOURCES):
        self.random = np.random.default_rng(seed)
        level = np.exp(self.random.uniform(np.log(2), np.log(200), sources))
        factors = self.random.uniform(0.7, 1.15, (sources, 7))
        resting, first = self.random.random(sources) < 0.5, self.random.integers(0, 7, sources)
        for after, share in ((0, (0.25, 0.6)), (1, (0.4, 0.9))):
            factors[resting, (first[resting] + after) % 7] *= self.random.uniform(*share, resting.sum())
        self.weekdays = np.arange(days) % 7
        self.means = level[:, None] * factors[:, self.weekdays]
        dispersion = self.random.uniform(0.001, 0.1, sources)[:, None]
        self.counts = self.random.poisson(self.random.gamma(1 / dispersion, dispersion * self.means))
        self.cut = np.zeros(self.counts.shape, dtype=bool)

    def lose(self, share, length):
        """Let every source lose a share of its articles in some days of the last week."""
        sources, days = self.counts.shape
        first = self.random.integers(days - 7, days - length + 1, sources)[:, None]
        self.cut = (np.arange(days) >= first) & (np.arange(days) < first + length)
        self.counts = np.where(self.cut, self.random.binomial(self.counts, 1 - share), self.counts)

    def alarms(self):
        """Replay: judge each day by those before; a row for each source, a column for each day."""
        seen = np.ones(self.counts.shape)
        days = range(1, self.counts.shape[1] + 1)
        return np.column_stack(
            [judge(self.counts[:, :day], seen[:, :day], self.weekdays[:day]).quiet > 0 for day in days]
        )

    def recall(self, least, most):
        """The share of cuts that are told on one of their days, of sources with so many articles a day."""
        told = (self.alarms() & self.cut).any(axis=1)
        mean = np.where(self.cut, self.means, 0).sum(axis=1) / self.cut.sum(axis=1)
        return told[(mean >= least) & (mean < most)].mean()


@pytest.mark.parametrize("days", [21, 60])
@pytest.mark.parametrize("seed", range(2))
def test_without_cuts_there_is_at_most_one_false_alarm_a_source_and_month(seed, days):
    alarms = Series(seed, days).alarms()
    assert not alarms[:, :LEAST_DAYS].any()
    assert alarms[:, LEAST_DAYS:].mean() * 30 <= 1
    assert alarms.any()


@pytest.mark.parametrize(
    ("lost", "length", "least", "most"),
    [(1, 1, 8, 1e9), (1, 3, 2.5, 8), (0.8, 1, 25, 1e9), (0.5, 7, 25, 1e9), (0.6, 3, 40, 1e9)],
)
def test_cuts_in_the_third_week_are_told(lost, length, least, most):
    series = [Series(seed, 21) for seed in range(10, 12)]
    for each in series:
        each.lose(lost, length)
    assert np.mean([each.recall(least, most) for each in series]) >= 0.9


def test_a_series_is_judged_alike_among_others_and_alone():
    series = Series(5, 30, sources=20)
    seen = np.ones(series.counts.shape)
    together = judge(series.counts, seen, series.weekdays)
    for number in range(20):
        alone = judge(series.counts[number : number + 1], seen[:1], series.weekdays)
        assert (alone.quiet[0], alone.least[0]) == (together.quiet[number], together.least[number])
        assert alone.expected[0] == pytest.approx(together.expected[number])


def test_the_fewest_usual_articles_are_no_alarm_and_one_less_is():
    counts = np.full((1, 30), 40.0)
    seen = np.ones((1, 30))
    least = int(judge(counts, seen, np.arange(30) % 7).least[0])
    for last, quiet in ((least, 0), (least - 1, 1)):
        counts[0, -1] = last
        assert judge(counts, seen, np.arange(30) % 7).quiet[0] == quiet


def test_half_a_day_is_held_to_half_of_the_articles():
    counts, seen = np.full((1, 30), 40.0), np.ones((1, 30))
    counts[0, -1], seen[0, -1] = 20, 0.5
    found = judge(counts, seen, np.arange(30) % 7)
    assert found.expected[0] == pytest.approx(20, abs=0.5)
    assert found.quiet[0] == 0


def test_a_source_that_was_not_asked_is_not_judged():
    counts, seen = np.full((1, 30), 40.0), np.ones((1, 30))
    counts[0, -1], seen[0, -1] = 0, 0
    found = judge(counts, seen, np.arange(30) % 7)
    assert np.isnan(found.expected[0])
    assert found.quiet[0] == 0


def test_a_level_that_stays_becomes_the_rhythm():
    counts = np.concatenate([np.full(42, 60.0), np.full(42, 15.0)])[None]
    seen, weekdays = np.ones(counts.shape), np.arange(84) % 7
    assert judge(counts[:, :45], seen[:, :45], weekdays[:45]).quiet[0]
    assert not judge(counts, seen, weekdays).quiet[0]
