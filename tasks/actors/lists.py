"""The folders of actor lists, read and put together: whose a name is where one's own files stand beside the shipped."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from nabra.tasks.actors.checks import check_references
from nabra.tasks.actors.entries import ActorFile, Kind, Named, Office, Person
from nabra.tasks.actors.files import INSTITUTIONS, KINDS
from nabra.tasks.arabic.folding import word_keys
from nabra.tasks.data_files import read_data_file, read_data_folder
from nabra.tasks.errors import ConfigError

_SERVANT: Final = re.compile(r"\bعبد ال")
_ENTRIES: Final = ("kind", "office", "actor", "person")  # of a file, each with an id


def read_actor_files(*folders: Path) -> list[ActorFile]:
    """All `*.toml` files of the folders, and the kinds that nabra ships.

    Actors, people, offices and kinds of a later folder override those of an earlier one by id; the later of two owners
    of a name has it (`Names`). Where no file has `institutions`, the nouns that nabra ships are added.

    Raises ConfigError, naming file and key, for a file that cannot be read, an unknown key, no actor at all, what names
    a kind, an office or an actor that is not there, and within one folder for an id given twice or one unconditional
    name of two.
    """
    files = {KINDS: read_data_file(KINDS, ActorFile)}
    for folder in folders:
        own = read_data_folder(folder, ActorFile)
        claimed = _Claims(own)
        files = {path: claimed.taken_from(file) for path, file in files.items()} | own
    if not any(file.actor or file.person for file in files.values()):
        raise ConfigError(
            f'{folders[-1]}: no [[actor]] in the files of this folder; write one, or set parse.own_actors = "add"'
        )
    if not any(file.institutions for file in files.values()):
        files |= {INSTITUTIONS: read_data_file(INSTITUTIONS, ActorFile)}
    check_references(files)
    return list(files.values())


def name_key(name: str) -> str:
    """What two spellings of a name have in common; `عبد الله` and `عبدالله` are one."""
    return " ".join(word_keys(_SERVANT.sub("عبدال", name)))


class _Claims:
    """What the files of one folder say: which kinds, offices, actors and people there are, and whose the names are."""

    def __init__(self, files: Mapping[Path, ActorFile]) -> None:
        self.ids: dict[str, dict[str, Path]] = defaultdict(dict)
        self.names: dict[str, str] = {}
        for path, file in files.items():
            for what in _ENTRIES:
                for entry in getattr(file, what):
                    _claim(path, what, entry.id, self.ids[what])
            for named in file.named:
                _claim_names(path, named, self.names)

    def taken_from(self, file: ActorFile) -> ActorFile:
        """What is left of a file of an earlier folder; names that are taken from it are told apart by their order."""
        return file.model_copy(update={what: self._left(what, getattr(file, what)) for what in _ENTRIES})

    def _left(self, what: str, entries: Sequence[Kind | Office | Named]) -> list[Kind | Office | Named]:
        return [entry for entry in entries if entry.id not in self.ids[what]]


def _claim(path: Path, what: str, name: str, places: dict[str, Path]) -> None:
    if name in places:
        raise ConfigError(f"{path}: {what} {name} is already in {places[name]}; keep one of them")
    places[name] = path


def _claim_names(path: Path, named: Named, owners: dict[str, str]) -> None:
    what = "person" if isinstance(named, Person) else "actor"
    for name in [*named.names, *(doubtful.alias for doubtful in named.ambiguous)]:
        if not name_key(name):
            raise ConfigError(f"{path}: {what} {named.id} has an alias without letters: {name!r}; remove it")
    for name in named.names:
        owner = owners.setdefault(name_key(name), named.id)
        if owner != named.id:
            raise ConfigError(
                f"{path}: alias {name} stands for both {owner} and {named.id}; "
                "keep one, or make it `ambiguous` with its `needs` in both"
            )
