"""The actor list as files: what a user may write in `config/actors/*.toml`, and its checks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from nabra.config.settings import known_or_close
from nabra.tasks.actors.files import INSTITUTIONS, KINDS
from nabra.tasks.arabic.folding import words
from nabra.tasks.data_files import Entry, read_data_file, read_data_folder
from nabra.tasks.errors import ConfigError


class Kind(Entry):
    """A kind of actors; the keys are explained in `config/kinds.toml`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    acts: bool = True
    governs: bool = False


class AmbiguousAlias(Entry):
    """An alias that means the actor only in a text that holds one of `needs`, and only after these proclitics."""

    alias: str
    needs: list[str] = Field(min_length=1)
    proclitics: list[str] | None = None


class Actor(Entry):
    """One actor.

    `adjectives` are its nationality, masculine without article (the other forms are derived), `places` what it governs:
    with an institution both mean the actor, by themselves neither does. `parent` is the id of the actor for which this
    one speaks and acts, as an army does for its state: mentions keep the own id, quotes and stances get the parent's.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: str
    aliases: list[str] = Field(default_factory=list)
    ambiguous: list[AmbiguousAlias] = Field(default_factory=list)
    adjectives: list[str] = Field(default_factory=list)
    places: list[str] = Field(default_factory=list)
    parent: str | None = None


class ActorFile(Entry):
    """One file of actors, of their kinds and of the nouns that make them speak.

    `institutions`: nouns that with a nationality mean its state; `outsiders`: heads of a name that speak for no actor
    (a newspaper, a witness); `former`: words after a title that end its holder's right to speak for the actor;
    `sympathisers`: words that tie somebody to an actor without making him its voice; `officials`: titles whose bearer
    speaks for a state even where none is named; `foreign`: nationalities that no listed actor has; `domestic`:
    adjectives that look like a nationality and are none.
    """

    kind: list[Kind] = Field(default_factory=list)
    actor: list[Actor] = Field(default_factory=list)
    institutions: list[str] = Field(default_factory=list)
    outsiders: list[str] = Field(default_factory=list)
    former: list[str] = Field(default_factory=list)
    sympathisers: list[str] = Field(default_factory=list)
    officials: list[str] = Field(default_factory=list)
    foreign: list[str] = Field(default_factory=list)
    domestic: list[str] = Field(default_factory=list)


def read_actor_files(*folders: Path) -> list[ActorFile]:
    """All `*.toml` files of the folders, and the kinds that nabra ships.

    Actors and kinds of a later folder override those of an earlier one by id, and a name that they have is theirs.
    Where no file has `institutions`, the nouns that nabra ships are added.

    Raises ConfigError, naming file and key, for a file that cannot be read, an unknown key, no actor at all, a kind
    that is not there, a parent that is not there or has one itself, and within one folder for an id given twice or one
    unconditional alias for two actors.
    """
    files = {KINDS: read_data_file(KINDS, ActorFile)}
    for folder in folders:
        own = read_data_folder(folder, ActorFile)
        claimed = _Claims(own)
        files = {path: claimed.taken_from(file) for path, file in files.items()} | own
    if not any(file.actor for file in files.values()):
        raise ConfigError(
            f'{folders[-1]}: no [[actor]] in the files of this folder; write one, or set parse.own_actors = "add"'
        )
    if not any(file.institutions for file in files.values()):
        files |= {INSTITUTIONS: read_data_file(INSTITUTIONS, ActorFile)}
    _check_kinds(files)
    _check_parents(files)
    return list(files.values())


class _Claims:
    """What the files of one folder say: which kinds and actors there are, and whose the names are."""

    def __init__(self, files: Mapping[Path, ActorFile]) -> None:
        self.kinds: dict[str, Path] = {}
        self.actors: dict[str, Path] = {}
        self.names: dict[str, str] = {}
        for path, file in files.items():
            for kind in file.kind:
                _claim(path, "kind", kind.id, self.kinds)
            for actor in file.actor:
                _claim(path, "actor", actor.id, self.actors)
                _claim_aliases(path, actor, self.names)

    def taken_from(self, file: ActorFile) -> ActorFile:
        """What is left of a file of an earlier folder."""
        kinds = [kind for kind in file.kind if kind.id not in self.kinds]
        actors = [self._without_names(actor) for actor in file.actor if actor.id not in self.actors]
        return file.model_copy(update={"kind": kinds, "actor": actors})

    def _without_names(self, actor: Actor) -> Actor:
        return actor.model_copy(
            update={"aliases": [alias for alias in actor.aliases if name_key(alias) not in self.names]}
        )


def name_key(name: str) -> str:
    """What two spellings of a name have in common."""
    return " ".join(word.key for word in words(name))


def _claim(path: Path, what: str, name: str, places: dict[str, Path]) -> None:
    if name in places:
        raise ConfigError(f"{path}: {what} {name} is already in {places[name]}; keep one of them")
    places[name] = path


def _claim_aliases(path: Path, actor: Actor, owners: dict[str, str]) -> None:
    for alias in [*actor.aliases, *(doubtful.alias for doubtful in actor.ambiguous)]:
        if not name_key(alias):
            raise ConfigError(f"{path}: actor {actor.id} has an alias without letters: {alias!r}; remove it")
    for alias in actor.aliases:
        owner = owners.setdefault(name_key(alias), actor.id)
        if owner != actor.id:
            raise ConfigError(
                f"{path}: alias {alias} stands for both {owner} and {actor.id}; "
                "keep one, or make it `ambiguous` with its `needs` in both"
            )


def _check_kinds(files: Mapping[Path, ActorFile]) -> None:
    kinds = [kind.id for file in files.values() for kind in file.kind]
    unknown = [
        f"{path}: actor {actor.id}: kind = {actor.kind!r} is no kind; {known_or_close(actor.kind, kinds)}; "
        f"a [[kind]] with the id {actor.kind!r} in a file of the list makes it one"
        for path, file in files.items()
        for actor in file.actor
        if actor.kind not in kinds
    ]
    if unknown:
        raise ConfigError("\n".join(unknown))


def _check_parents(files: Mapping[Path, ActorFile]) -> None:
    places = {actor.id: path for path, file in files.items() for actor in file.actor}
    parents = {actor.id: actor.parent for file in files.values() for actor in file.actor}
    for child, parent in parents.items():
        if parent is not None and parents.get(parent, parent) is not None:
            wrong = f"the list has no actor {parent}" if parent not in parents else f"{parent} has a parent itself"
            raise ConfigError(f"{places[child]}: actor {child}: parent = {parent!r}, but {wrong}")
