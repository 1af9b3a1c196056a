"""The cue lexicons of `config/cues`: which words report, which evaluate, and what stands around them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from nabra.tasks.arabic.folding import fold, words
from nabra.tasks.data_files import Entry, read_data_folder

Phrase = tuple[str, ...]
MAX_PHRASE: Final = 5  # words; longer cue phrases are not found
Polarity = Literal["favor", "against"]


class Reporting(Entry):
    """A reporting verb; the keys are explained in `reporting.toml` and `evaluative.toml`."""

    verbs: list[str]
    participle: str | None = None
    nouns: list[str] = Field(default_factory=list)
    that: bool = False
    speech: bool = False
    prepositions: list[str] = Field(default_factory=list)
    object: bool = False
    objects: list[str] = Field(default_factory=list)
    behind: list[str] = Field(default_factory=list)
    addressee: bool = False
    denial: bool = False


class AttributionEntry(Entry):
    """Phrases that attribute a statement to what follows them, or, with `verb`, to the reporting verb that follows."""

    forms: list[str]
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
    verbs: list[str] = Field(default_factory=list)
    nouns: list[str] = Field(default_factory=list)
    forms: list[str] = Field(default_factory=list)
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
    """All cues by the key of the form in which they are met."""

    def __init__(self, files: Iterable[CueFile]) -> None:
        files = list(files)
        self.reporters = dict(_reporters(entry for file in files for entry in file.reporting))
        attributions = [entry for file in files for entry in file.attribution]
        self.attributions = _phrases(form for entry in attributions if not entry.verb for form in entry.forms)
        self.verb_attributions = _phrases(form for entry in attributions if entry.verb for form in entry.forms)
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


def load_cues(folder: Path) -> Cues:
    """The cues of all `*.toml` files of `folder`; ConfigError names file and key of what is wrong."""
    return Cues(read_data_folder(folder, CueFile).values())


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
    yield from (stem + pronoun for pronoun in ("ه", "ها", "هم", "هما"))


def _reporters(entries: Iterable[Reporting]) -> Iterator[tuple[str, Reporter]]:
    for entry in reversed(list(entries)):  # the first entry of a form wins
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
