"""The actor list as files: what a user may write in `config/actors/*.toml`, and its checks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import Field

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.arabic.folding import words
from nabra.tasks.data_files import Entry, read_data_file, read_data_folder
from nabra.tasks.errors import ConfigError

INSTITUTIONS: Final = CONFIG_FOLDER / "actors" / "institutions.toml"


class AmbiguousAlias(Entry):
    """An alias that means the actor only in a text that holds one of `needs`, and only behind these proclitics."""

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
    """One file of actors and of the nouns that make them speak.

    `institutions`: nouns that with a nationality mean its state; `outsiders`: heads of a name that speak for no actor
    (a newspaper, a witness); `former`: words behind a title that end its holder's right to speak for the actor;
    `sympathisers`: words that tie somebody to an actor without making him its voice; `officials`: titles whose bearer
    speaks for a state even where none is named; `foreign`: nationalities that no listed actor has; `domestic`:
    adjectives that look like a nationality and are none.
    """

    actor: list[Actor] = Field(default_factory=list)
    institutions: list[str] = Field(default_factory=list)
    outsiders: list[str] = Field(default_factory=list)
    former: list[str] = Field(default_factory=list)
    sympathisers: list[str] = Field(default_factory=list)
    officials: list[str] = Field(default_factory=list)
    foreign: list[str] = Field(default_factory=list)
    domestic: list[str] = Field(default_factory=list)


def read_actor_files(folder: Path) -> list[ActorFile]:
    """All `*.toml` files of `folder`, with the nouns that nabra ships where none of them has `institutions` of its own.

    Raises ConfigError, naming file and key, for a file that cannot be read, an unknown key, an id given twice, one
    unconditional alias for two actors, or a parent that is not there or has one itself.
    """
    files = read_data_folder(folder, ActorFile)
    if not any(file.institutions for file in files.values()):
        files |= {INSTITUTIONS: read_data_file(INSTITUTIONS, ActorFile)}
    aliases: dict[str, str] = {}
    places: dict[str, Path] = {}
    for path, file in files.items():
        for actor in file.actor:
            if actor.id in places:
                raise ConfigError(f"{path}: actor {actor.id} is already in {places[actor.id]}; keep one of them")
            places[actor.id] = path
            _claim_aliases(path, actor, aliases)
    parents = {actor.id: actor.parent for file in files.values() for actor in file.actor}
    for child, parent in parents.items():
        if parent is not None and parents.get(parent, parent) is not None:
            wrong = f"the list has no actor {parent}" if parent not in parents else f"{parent} has a parent itself"
            raise ConfigError(f"{places[child]}: actor {child}: parent = {parent!r}, but {wrong}")
    return list(files.values())


def _claim_aliases(path: Path, actor: Actor, owners: dict[str, str]) -> None:
    for alias in [*actor.aliases, *(doubtful.alias for doubtful in actor.ambiguous)]:
        if not any(words(alias)):
            raise ConfigError(f"{path}: actor {actor.id} has an alias without letters: {alias!r}; remove it")
    for alias in actor.aliases:
        key = " ".join(word.key for word in words(alias))
        if owners.setdefault(key, actor.id) != actor.id:
            raise ConfigError(
                f"{path}: alias {alias} stands for both {owners[key]} and {actor.id}; "
                "keep one, or make it `ambiguous` with its `needs` in both"
            )
