"""`nabra cues`: what the words that report and judge come to."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import typer
from rich.console import RenderableType

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile
from nabra.flows.terminal.bidi import put
from nabra.flows.terminal.tables import plain_table

if TYPE_CHECKING:
    from nabra.tasks.quotes.cues import CueFile, Cues

cues = typer.Typer(help="Check the words by which quotes and stances are found.", no_args_is_help=True)

_ROWS = {
    "reporting": "words that report",
    "attribution": "phrases that attribute",
    "favor": "words for somebody",
    "against": "words against somebody",
    "surface": "words around reports",
}


@cues.command()
def check(config: ConfigFile = None) -> None:
    """Check the files and tell what they come to: entries of the folder and besides, and forms in all.

    Cues are words that report what somebody says, and words for or against somebody: the files of `stance.cues` in the
    settings, beside those that nabra ships unless `stance.own_cues` says `replace`. Files that cannot be used, or come
    to nothing, are wrong settings: exit status 2.

    **Example** `nabra cues check`
    """
    from nabra.tasks.quotes.cues import load_cues, read_cue_files

    settings = load_settings(config).stance
    cues = load_cues(*settings.cue_folders)
    *shipped, last = (read_cue_files(folder) for folder in settings.cue_folders)
    for warning in _risks(last, cues, *shipped):
        print(f"nabra: {warning}")
    put(_counts([*shipped, last], read_cue_files(*settings.cue_folders), cues), sys.stdout)
    print(f"{settings.cues}: can be used" + (", with the cues that nabra ships" if shipped else ""))


def _counts(folders: Sequence[Sequence[CueFile]], joined: Sequence[CueFile], cues: Cues) -> RenderableType:
    """A row for each sort of cue; the last of the folders is that of the settings."""
    *shipped, own = map(_entries, folders)
    together, forms = _entries(joined), _forms(cues)
    table = plain_table("cues", "in the folder", "shipped besides", "overridden", "forms in all")
    for sort, words in _ROWS.items():
        others = sum(counts[sort] for counts in shipped)
        numbers = own[sort], others, own[sort] + others - together[sort], forms[sort]
        table.add_row(words, *("" if number is None else f"{number:,}" for number in numbers))
    return table


def _entries(files: Sequence[CueFile]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for file in files:
        counts["reporting"] += len(file.reporting)
        counts["attribution"] += sum(len(entry.forms) for entry in file.attribution)
        counts.update(entry.stance for entry in file.evaluative)
        if file.surface is not None:
            counts["surface"] += sum(map(len, file.surface.model_dump().values()))
    return counts


def _forms(cues: Cues) -> Mapping[str, int | None]:
    """How many forms are looked for; the words around reports have one each."""
    judging = Counter(entry.stance for entry in cues.evaluative.values())
    return {
        "reporting": len(cues.reporters),
        "attribution": len(cues.attributions) + len(cues.verb_attributions),
        "favor": judging["favor"],
        "against": judging["against"],
        "surface": None,
    }


def _risks(own: Sequence[CueFile], cues: Cues, shipped: Sequence[CueFile] = ()) -> Iterator[str]:
    """What is written in the folder of the settings and is not found, or changes more than it seems to."""
    from nabra.tasks.quotes.cues import MAX_PHRASE

    for name, verbs, phrases in _written(own):
        several = [verb for verb in verbs if len(verb.split()) > 1]
        yield from (f"{name}: the verb {verb} has several words and is not found" for verb in several)
        long = [phrase for phrase in phrases if len(phrase.split()) > MAX_PHRASE]
        yield from (f"{name}: {phrase} has more than {MAX_PHRASE} words and is not found" for phrase in long)
    known = {entry.name for file in shipped for entry in file.reporting}
    known |= {entry.id for file in shipped for entry in file.evaluative}
    yield from (f"{name}: has no word, and overrides nothing" for name in _wordless(own) if name not in known)
    yield from _taken(own, cues, shipped)


def _written(files: Sequence[CueFile]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """The name of each entry, its verbs and its phrases."""
    for file in files:
        yield from ((entry.name, entry.verbs, ()) for entry in file.reporting)
        yield from ((entry.id, entry.verbs, entry.forms) for entry in file.evaluative)
        yield from (("attribution", (), entry.forms) for entry in file.attribution)


def _wordless(files: Sequence[CueFile]) -> Iterator[str]:
    for file in files:
        yield from (entry.name for entry in file.reporting if not (entry.verbs or entry.participle or entry.nouns))
        yield from (entry.id for entry in file.evaluative if not (entry.verbs or entry.nouns or entry.forms))


def _taken(own: Sequence[CueFile], cues: Cues, shipped: Sequence[CueFile]) -> Iterator[str]:
    """Forms that a shipped entry of another id had."""
    from nabra.tasks.quotes.cues import Cues

    overridden = {entry.id for file in own for entry in file.evaluative}
    for form, entry in Cues(shipped).evaluative.items():
        now = cues.evaluative.get(form, entry)
        if entry.id not in overridden and now.id != entry.id:
            yield f"{now.id}: {' '.join(form)} was a form of {entry.id}, which nabra ships"
