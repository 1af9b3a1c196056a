"""What the stages need beside their tables: models, lexicons, worker processes. Made when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from config.settings import Settings
from tasks.actors import Actors, load_actors
from tasks.clean import Boilerplate, DuplicateIndex, ExtractorPool, Hints, load_boilerplate, load_noise
from tasks.fetch import load_sources
from tasks.parse.encoder import load_encoder
from tasks.parse.models import (
    DECISION,
    ENCODER,
    OPINION,
    SENTIMENT,
    STANCE,
    load_parser,
    model_folder,
    opinion_folder,
    verify,
)
from tasks.parse.parser import Parser
from tasks.repeats import Originals
from tasks.sentiment.classifier import Classifier, load_classifier
from tasks.sketches import sketched_articles
from tasks.stages import STAGES
from tasks.stance import Judges, load_cues, load_decision, load_target_classifier
from tasks.store import Batch, Store


class Toolbox:
    """The tools for one set of settings.

    `stale` are the batches of `clean` that this run makes anew: their old rows are part of no story.
    """

    def __init__(self, settings: Settings, store: Store, stale: frozenset[Batch] = frozenset()) -> None:
        self.settings = settings
        self.store = store
        self.stale = stale

    def close(self) -> None:
        """End the extraction processes, if any were started."""
        if "extractor" in self.__dict__:
            self.extractor.close()

    @cached_property
    def boilerplate(self) -> Boilerplate:
        """The boilerplate rules."""
        return load_boilerplate(Path(self.settings.clean.boilerplate))

    @cached_property
    def extractor(self) -> ExtractorPool:
        """The processes that extract articles from pages."""
        settings, sources = self.settings.clean, load_sources(Path(self.settings.fetch.sources))
        hints = {source.id: Hints.of(source) for source in sources}
        noise = load_noise(Path(settings.noise))
        return ExtractorPool(settings.workers, settings.deadline_seconds, settings.worker_memory_mib, noise, hints)

    @cached_property
    def duplicates(self) -> DuplicateIndex:
        """The index of the articles cleaned in the last `clean.duplicate_days`."""
        return DuplicateIndex.from_sketched((articles for _, articles in self._recent()), self.settings.clean)

    @cached_property
    def originals(self) -> Originals:
        """The articles of these days which others may repeat word for word."""
        originals = Originals()
        for batch, articles in self._recent():
            originals.add(batch, articles)
        return originals

    def _recent(self) -> Iterator[tuple[Batch, pa.Table]]:
        since = (datetime.now(UTC) - timedelta(days=self.settings.clean.duplicate_days)).date().isoformat()
        cleaned = self.store.done(STAGES["clean"]) - self.stale
        recent = {batch for batch in cleaned if batch.ingest_date >= since}
        return sketched_articles(self.store, recent, self.settings.clean)

    @cached_property
    def actors(self) -> Actors:
        """The actor list."""
        return load_actors(Path(self.settings.parse.actors))

    @cached_property
    def judges(self) -> Judges:
        """What decides on stances."""
        folder = self.opinions / STANCE
        classifier = load_target_classifier(folder, *self._opinion_encoder)
        return Judges(load_cues(Path(self.settings.stance.cues)), classifier, load_decision(folder / DECISION))

    @cached_property
    def models(self) -> Path:
        """The folder of parser models, checked."""
        folder = model_folder(self.settings.parse.parser)
        verify(folder)
        return folder

    @cached_property
    def parser(self) -> Parser:
        """The parser."""
        return load_parser(self.models, self.settings.parse.threads)

    @cached_property
    def opinions(self) -> Path:
        """The folder of the classifiers of sentiment and stance, checked."""
        folder = opinion_folder(self.settings.parse.parser)
        verify(folder)
        return folder

    @cached_property
    def classifier(self) -> Classifier:
        """The sentiment classifier that goes with the parser."""
        return load_classifier(self.opinions / SENTIMENT, *self._opinion_encoder)

    @property
    def _opinion_encoder(self) -> tuple[Any, Any]:
        return load_encoder(self.opinions / OPINION, self.opinions / ENCODER)
