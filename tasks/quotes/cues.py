"""The cue lexicons of `config/cues`: which words report, which evaluate, and what stands around them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from nabra.tasks.arabic.folding import fold, words
from nabra.tasks.arabic.particles import THIRD_PERSON_PRONOUNS
from nabra.tasks.data_files import Entry, read_data_folder
from nabra.tasks.errors import ConfigError

Phrase = tuple[str, ...]
MAX_PHRASE: Final = 5  # words; longer cue phrases are not found
Polarity = Literal["favor", "against"]


def _with_letters(cue: str) -> str:
    if not any(words(cue)):
        raise ValueError(f"{cue!r} has no letters; remove it")
    return cue


Written = Annotated[str, AfterValidator(_with_letters)]


class Reporting(Entry):
    """A reporting verb; the keys are explained in `reporting.toml` and `evaluative.toml`.

    `id` is that of the entry which this one overrides, where it has another first word.
    """

    id: str | None = None
    verbs: list[Written]
    participle: Written | None = None
    nouns: list[Written] = Field(default_factory=list)
    that: bool = False
    speech: bool = False
    prepositions: list[str] = Field(default_factory=list)
    object: bool = False
    objects: list[str] = Field(default_factory=list)
    behind: list[str] = Field(default_factory=list)
    addressee: bool = False
    denial: bool = False

    @property
    def name(self) -> str:
        """By what another entry overrides this one: its id, or its first word, without diacritics."""
        first = next(iter([*self.verbs, *([self.participle] if self.participle else []), *self.nouns]), "")
        return fold(self.id or first)

    @model_validator(mode="after")
    def _has_a_name(self) -> Reporting:
        if not self.name:
            raise ValueError("the entry has no word; write its verbs, or the `id` of the entry that it switches off")
        return self


class AttributionEntry(Entry):
    """Phrases that attribute a statement to what follows them, or, with `verb`, to the reporting verb that follows."""

    forms: list[Written]
    verb: bool = False


class Surface(Entry):
    """Lists of words around reports; the keys are explained in `reporting.toml` and `evaluative.toml`."""

    complementizers: list[str] = Field(default_factory=list)
    not_before_that: list[str] = Field(default_factory=list)
    adjunct_nouns: list[str] = Field(default_factory=list)
    circumstances: list[str] = Field(default_factory=list)
    occasions: list[str] = Field(default_factory=list)
    matters: list[str] = Field(default_factory=list)
    not_speakers: list[str] = Field(default_factory=list)
    narrator: list[str] = Field(default_factory=list)
    asides: list[str] = Field(default_factory=list)
    unsaid: list[str] = Field(default_factory=list)
    titles: list[str] = Field(default_factory=list)
    whole: list[str] = Field(default_factory=list)
    negators: list[str] = Field(default_factory=list)


class Evaluative(Entry):
    """Words that put a source for or against a target; the keys are explained in `evaluative.toml`."""

    id: str
    stance: Polarity
    verbs: list[Written] = Field(default_factory=list)
    nouns: list[Written] = Field(default_factory=list)
    forms: list[Written] = Field(default_factory=list)
    weight: float = Field(ge=0, le=1)
    act: bool = False
    loaded: bool = False
    beside: bool = False
    reach: int = Field(default=13, ge=1)
    direct: bool = False
    passive: bool = False
    mutual: bool = False
    by: list[str] = Field(default_factory=list)

    @cached_property
    def led_by(self) -> frozenset[str]:
        """The keys of `by`."""
        return _keys(self.by)


class CueFile(Entry):
    """One file of `config/cues`."""

    reporting: list[Reporting] = Field(default_factory=list)
    attribution: list[AttributionEntry] = Field(default_factory=list)
    surface: Surface | None = None
    evaluative: list[Evaluative] = Field(default_factory=list)


@dataclass(frozen=True)
class Reporter:
    """What a reporting word takes, and in which form it stands: `verb`, `participle` or `noun`."""

    form: Literal["verb", "participle", "noun"]
    that: bool
    speech: bool
    prepositions: frozenset[str]
    object: bool
    objects: frozenset[str]
    behind: frozenset[str]
    addressee: bool
    denial: bool


class Cues:
    """All cues by the key of the form in which they are met; a later file's cue has a form that two files have."""

    def __init__(self, files: Iterable[CueFile]) -> None:
        files = list(files)
        self.reporters = {form: reporter for file in files for form, reporter in _reporters(file.reporting)}
        attributions = dict(_attributions(entry for file in files for entry in file.attribution))
        self.attributions = frozenset(phrase for phrase, verb in attributions.items() if not verb)
        self.verb_attributions = frozenset(phrase for phrase, verb in attributions.items() if verb)
        lists = [file.surface for file in files if file.surface is not None]
        self.complementizers = _keys(word for part in lists for word in part.complementizers)
        self.not_before_that = _keys(word for part in lists for word in part.not_before_that)
        self.adjunct_nouns = _keys(word for part in lists for word in part.adjunct_nouns)
        self.circumstances = _keys(word for part in lists for word in part.circumstances)
        self.occasions = _keys(word for part in lists for word in part.occasions)
        self.matters = _keys(word for part in lists for word in part.matters)
        self.not_speakers = _keys(word for part in lists for word in part.not_speakers)
        self.titles = _keys(word for part in lists for word in part.titles)
        self.whole = _keys(word for part in lists for word in part.whole)
        self.narrator = _phrases(phrase for part in lists for phrase in part.narrator)
        self.asides = _phrases(phrase for part in lists for phrase in part.asides)
        self.unsaid = _phrases(phrase for part in lists for phrase in part.unsaid)
        self.evaluative = {form: entry for file in files for entry in file.evaluative for form in _forms(entry)}
        self.negators = _keys(word for part in lists for word in part.negators)


def read_cue_files(*folders: Path) -> list[CueFile]:
    """All `*.toml` files of the folders; entries of a later folder override those of an earlier one by id.

    Raises ConfigError naming file and key of what is wrong.
    """
    files: list[CueFile] = []
    for folder in folders:
        own = list(read_data_folder(folder, CueFile).values())
        files = [*_not_overridden(files, own), *own]
    return files


def load_cues(*folders: Path) -> Cues:
    """The cues of the folders, later ones overriding earlier ones; ConfigError, too, where they come to nothing."""
    cues = Cues(read_cue_files(*folders))
    for found, entry, lost in ((cues.reporters, "reporting", "quote"), (cues.evaluative, "evaluative", "stance")):
        if not found:
            raise ConfigError(
                f"{folders[-1]}: no [[{entry}]] with a word in the files of this folder, so no {lost} is found by its "
                'words; write some, or set stance.own_cues = "add", which keeps those that nabra ships'
            )
    return cues


def _not_overridden(files: Iterable[CueFile], own: Sequence[CueFile]) -> Iterator[CueFile]:
    reporting = {entry.name for file in own for entry in file.reporting}
    evaluative = {entry.id for file in own for entry in file.evaluative}
    for file in files:
        kept: dict[str, Any] = {"reporting": [entry for entry in file.reporting if entry.name not in reporting]}
        kept["evaluative"] = [entry for entry in file.evaluative if entry.id not in evaluative]
        yield file.model_copy(update=kept)


def starts_with(keys: Sequence[str], at: int, phrases: Container[Phrase]) -> Phrase | None:
    """The longest of `phrases` that the keys hold from `at` on."""
    for size in range(min(MAX_PHRASE, len(keys) - at), 0, -1):
        phrase = tuple(keys[at : at + size])
        if phrase in phrases:
            return phrase
    return None


def verb_forms(verb: str) -> Iterator[str]:
    """Keys of the third persons of a perfect or imperfect: قال -> قالت, قالوا …; يؤكد -> تؤكد, يؤكدون …"""
    key = fold(verb)
    weak = key[-1] in "ايو"
    stem = key[:-1] if weak and len(key) > 2 else key
    if key[0] != "ي":
        yield from (key, stem + "ت", stem + "وا", stem + "تا", (stem + "ي" if weak else key) + "ا")
        return
    for person in ("ي", "ت"):
        yield from (person + key[1:], person + stem[1:] + "ون", person + key[1:] + "ان")


def participle_forms(participle: str) -> Iterator[str]:
    """Keys of an accusative participle: مشيرا -> مشيرة, مشيرين."""
    stem = fold(participle).removesuffix("ا")
    yield from (stem + "ا", stem + "ه", stem + "ين")


def _with_pronoun(form: str) -> Iterator[str]:
    # The plural و takes no silent alif, and ة opens to ت, before a pronoun.
    stem = form[:-1] if form.endswith("وا") else form
    yield from (stem + pronoun for pronoun in THIRD_PERSON_PRONOUNS)


def _attributions(entries: Iterable[AttributionEntry]) -> Iterator[tuple[Phrase, bool]]:
    for entry in entries:
        yield from ((phrase, entry.verb) for phrase in _phrases(entry.forms))


def _reporters(entries: Sequence[Reporting]) -> Iterator[tuple[str, Reporter]]:
    for entry in reversed(entries):  # the first entry of a form wins
        for verb in entry.verbs:
            for form in verb_forms(verb):
                if entry.object and not entry.objects:
                    yield from ((key, _reporter(entry, "verb")) for key in _with_pronoun(form))
                yield form, _reporter(entry, "verb")
        if entry.participle:
            yield from ((form, _reporter(entry, "participle")) for form in participle_forms(entry.participle))
        for noun in map(fold, entry.nouns):
            yield from ((form, _reporter(entry, "noun")) for form in (noun, *_with_pronoun(noun)))


def _reporter(entry: Reporting, form: Literal["verb", "participle", "noun"]) -> Reporter:
    return Reporter(
        form,
        entry.that,
        entry.speech,
        _keys(entry.prepositions),
        entry.object,
        _keys(entry.objects),
        _keys(entry.behind),
        entry.addressee,
        entry.denial,
    )


def _forms(entry: Evaluative) -> Iterator[Phrase]:
    for verb in entry.verbs:
        for form in verb_forms(verb):
            yield (form,)
            yield from ((key,) for key in _with_pronoun(form))
    for noun in map(fold, entry.nouns):
        yield from ((key,) for key in (noun, "ال" + noun, *_with_pronoun(noun)))
    yield from _phrases(entry.forms)


def _keys(listed: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, listed))


def _phrases(listed: Iterable[str]) -> frozenset[Phrase]:
    return frozenset(tuple(word.key for word in words(phrase)) for phrase in listed)
