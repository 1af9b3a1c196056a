"""The rhythm of sources: how many articles a day is to bring, and whether it brought too few.

The past weeks of a source give a level, a factor for each weekday and the dispersion of a negative binomial
distribution, whose lower tail says how unlikely so few articles are: the method by which health authorities watch
weekly counts (Farrington et al. 1996; Noufaily et al. 2013), turned downwards. Days that do not fit are left out of the
fit, as there. Many series are asked at once: a row for each, a column for each day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]

# Days that a rhythm is drawn from, and days on which a source must have been asked for it to have one.
MOST_DAYS, LEAST_DAYS = 42, 10
# The last days are not drawn from where so many are left without them: a long silence is none of the rhythm.
WATCHED_DAYS: Final = {3: 10, 7: 14}
# How unlikely too few articles are, by the days over which they are summed: what is lost slowly shows in a week.
LEVELS: Final = {1: 0.015, 3: 0.0075, 7: 0.005}
# Each weekday is taken to have been seen for so many days more, on which it was like the others.
PRIOR_DAYS: Final = 0.5
# Dispersion of a source of which little is known, and of how many days that much is worth.
DISPERSION, DISPERSION_DAYS, LEAST_DISPERSION = 0.05, 7, 0.01
# Days further from the fit than so many standard deviations are left out; fits that are made.
FURTHEST, FITS = 3.0, 4
# Of fewer articles a day the median says little.
SEEN_BY_MEDIAN: Final = 5
WEEK: Final = 7


@dataclass(frozen=True)
class Judgement:
    """Of each series for its last day: articles expected, the fewest that are usual, how likely so few are, and over
    how many days there are too few (0: over none). NaN, and 0, where a series has no rhythm yet or was not asked.
    """

    expected: Values
    least: Values
    chance: Values
    quiet: Values


@dataclass(frozen=True)
class _Fit:
    """The mean of each day, its dispersion, and with it how unsure the mean is."""

    means: Values
    dispersion: Values
    unsure: Values


def judge(counts: Values, exposures: Values, weekdays: Values) -> Judgement:
    """Judge the last day of series by the days before it.

    `exposures` say which share of a usual day's articles the runs of a day could see (0: not asked), `weekdays` are
    those of the columns, 0 to 6. Only the last `MOST_DAYS` before the last day count.
    """
    first = max(0, counts.shape[1] - 1 - MOST_DAYS)
    counts, exposures, weekdays = counts[:, first:].astype(float), exposures[:, first:], weekdays[first:]
    known = ((exposures[:, :-1] > 0).sum(axis=1) >= LEAST_DAYS) & (exposures[:, -1] > 0)
    if not known.any():
        nothing = np.full(len(counts), np.nan)
        return Judgement(nothing, nothing, nothing, np.zeros(len(counts), dtype=int))
    fit = _fitted(counts, exposures, weekdays, _drawn_from(exposures))
    blank = np.where(known, 0.0, np.nan)
    chances = {days: _chance(counts, exposures, fit, days) for days in LEVELS}
    quiet = np.zeros(len(counts), dtype=int)
    for days in sorted(LEVELS, reverse=True):
        quiet = np.where(chances[days] < LEVELS[days], days, quiet)
    # Whose articles are back is not called quiet for the days before.
    quiet = np.where(known & (counts[:, -1] < fit.means[:, -1]), quiet, 0)
    least = _least(fit.means[:, -1], fit.dispersion + fit.unsure[:, -1])
    return Judgement(fit.means[:, -1] + blank, least + blank, chances[1] + blank, quiet)


def _drawn_from(exposures: Values) -> Values:
    """The days that the fit is made of: as many of the last are left out as can be."""
    asked = exposures > 0
    asked[:, -1] = False
    for last, enough in WATCHED_DAYS.items():
        earlier = asked.copy()
        earlier[:, -1 - last :] = False
        asked = np.where((earlier.sum(axis=1) >= enough)[:, None], earlier, asked)
    return asked


def _fitted(counts: Values, exposures: Values, weekdays: Values, drawn: Values) -> _Fit:
    """Fit level, weekdays and dispersion, each time without the days that the fit before could not explain."""
    kept = drawn
    level = _first_level(counts, exposures, drawn)
    days = np.eye(WEEK)[weekdays]
    for turn in range(FITS):
        if turn:
            level = _share((counts * kept).sum(axis=1), (exposures * kept).sum(axis=1))
        seen = (exposures * kept) @ days
        prior = PRIOR_DAYS * level[:, None]
        factors = _share((counts * kept) @ days + prior, seen * level[:, None] + prior, 1.0)
        means = level[:, None] * (factors @ days.T) * exposures
        dispersion = _dispersion(counts, means, kept)
        off = np.abs(counts - means) / np.sqrt(means + dispersion[:, None] * means**2 + 1e-9)
        kept = drawn & (off < FURTHEST)
    unsure = (dispersion[:, None] + _share(np.ones_like(level), level)[:, None]) / (seen + PRIOR_DAYS)
    return _Fit(means, dispersion, unsure @ days.T)


def _first_level(counts: Values, exposures: Values, drawn: Values) -> Values:
    """Articles of a usual day, whatever a few days have lost; of rare articles the mean."""
    rates = np.where(drawn, counts / np.maximum(exposures, 1e-9), np.nan)
    rates[~drawn.any(axis=1)] = 0.0
    median = np.nanmedian(rates, axis=1)
    mean = _share((counts * drawn).sum(axis=1), (exposures * drawn).sum(axis=1))
    return np.where(median >= SEEN_BY_MEDIAN, median, mean)


def _dispersion(counts: Values, means: Values, kept: Values) -> Values:
    """By moments: what the squared deviations have more than those of a Poisson distribution."""
    freedom = np.maximum(kept.sum(axis=1) - WEEK, 1) / np.maximum(kept.sum(axis=1), 1)
    excess = (((counts - means) ** 2 / freedom[:, None] - means) * kept).sum(axis=1)
    squares = (means**2 * kept).sum(axis=1)
    typical = DISPERSION_DAYS * _share(squares, kept.sum(axis=1).astype(float))
    found = _share(excess + DISPERSION * typical, squares + typical, DISPERSION)
    return np.maximum(found, LEAST_DISPERSION)


def _chance(counts: Values, exposures: Values, fit: _Fit, days: int) -> Values:
    """How likely so few articles are in the last `days`, of which those count on which the source was asked."""
    asked = exposures[:, -days:] > 0
    means = fit.means[:, -days:] * asked
    excess = ((fit.dispersion[:, None] + fit.unsure[:, -days:]) * means**2).sum(axis=1)
    mean = means.sum(axis=1)
    return _at_most((counts[:, -days:] * asked).sum(axis=1), mean, _share(excess, mean**2, DISPERSION))


def _at_most(counts: Values, mean: Values, dispersion: Values) -> Values:
    """The probability of at most `counts` in a negative binomial distribution."""
    from scipy.special import betainc  # takes long to import, and a run whose sources have no rhythm yet needs it not

    size = 1 / np.maximum(dispersion, 1e-9)
    return np.where(mean > 0, betainc(size, np.floor(counts) + 1, size / (size + np.maximum(mean, 1e-9))), 1.0)


def _least(mean: Values, dispersion: Values) -> Values:
    """The fewest articles that are no alarm on a day."""
    low, high = np.full(mean.shape, -1.0), np.ceil(mean)  # so few are one, so many are none
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        usual = _at_most(middle, mean, dispersion) >= LEVELS[1]
        low, high = np.where(usual, low, middle), np.where(usual, np.maximum(middle, low), high)
    return high


def _share(part: Values, whole: Values, otherwise: float = 0.0) -> Values:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), otherwise)
