"""The charts of a report, made of what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from nabra.tasks.report import charts
from nabra.tasks.report.grid import Cell, Grid
from nabra.tasks.report.inert import inert
from nabra.tasks.report.names import Names
from nabra.tasks.report.outlets import SIDE_BY_SIDE
from nabra.tasks.report.overview import Timeline
from nabra.tasks.report.pairs import Matrix
from nabra.tasks.report.positions import Series, every_week
from nabra.tasks.report.scope import Row
from nabra.tasks.report.speakers import Speaker


@dataclass(frozen=True)
class Drawings:
    """Draws in one language and direction."""

    names: Names
    labels: Mapping[str, str]
    mirrored: bool

    def timeline(self, told: Timeline) -> Markup:
        """Articles over time of the outlets that have most."""
        most = sorted(told.counts, key=lambda outlet: (-sum(told.counts[outlet]), outlet))[:SIDE_BY_SIDE]
        label = self.labels[f"timeline_{told.step}"]
        counts = {inert(outlet): told.counts[outlet] for outlet in most}
        return charts.timeline(told.bins, counts, label, mirrored=self.mirrored)

    def matrix(self, found: Matrix) -> Markup:
        """Sources and targets."""
        cells = {
            (found.sources.index(who), found.targets.index(whom)): Cell(row["favor"], row["against"])
            for (who, whom), row in found.cells.items()
        }
        rows, columns = [self.name(key) for key in found.sources], [self.name(key) for key in found.targets]
        return Grid(rows, columns, cells, self.mirrored).drawn(self.labels["matrix"])

    def weekly(self, series: Series) -> Markup:
        """A pair over time."""
        weeks, of = every_week(series.weeks), {row["week"]: row for row in series.weeks}
        favor, against = ([of[week][side] if week in of else 0 for week in weeks] for side in ("favor", "against"))
        label = self.labels["towards"].format(who=self.name(series.who), whom=self.name(series.whom))
        return charts.weekly(weeks, favor, against, [change.week for change in series.changes], label)

    def sides(self, row: Row, most: int) -> Markup:
        """A row's stories for and against, as a bar."""
        parts = [charts.Part(row["favor"], "favor"), charts.Part(row["against"], "against")]
        return charts.row_bar(parts, most, mirrored=self.mirrored)

    def quotes(self, speaker: Speaker, most: int) -> Markup:
        """A speaker's quotes, as a bar."""
        return charts.row_bar([charts.Part(speaker.row["quotes"], "ink")], most, mirrored=self.mirrored)

    def tone(self, row: Row) -> Markup:
        """The shares of the three tones."""
        tones = (("positive", "favor"), ("neutral", "between"), ("negative", "against"))
        parts = [charts.Part(row[tone], kind) for tone, kind in tones]
        return charts.row_bar(parts, row["articles"], mirrored=self.mirrored, width=160)

    def name(self, key: str) -> str:
        """As it is shown."""
        return inert(self.names.of(key))
