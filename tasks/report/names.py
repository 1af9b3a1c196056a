"""By which name a report calls somebody: the one place that knows.

In its tables a party is a key: the id of a listed actor, or the words of the article where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

# The key of the narration, which `stances.source` calls so.
AUTHOR: Final = "author"


def party(side: str) -> str:
    """The key of a side (`speaker`, `source`, `target`) as an expression of SQL."""
    return f"coalesce({side}_id, {side})"


@dataclass(frozen=True)
class Names:
    """What keys are shown as: listed actors by their first alias, all else by its words."""

    listed: Mapping[str, str] = field(default_factory=dict)
    author: str = AUTHOR

    def of(self, key: str | None) -> str:
        """The name of a party; of nobody, an empty one."""
        return self.author if key == AUTHOR else self.listed.get(key or "", key or "")


def listed_names(actors: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """What listed actors are shown as: of each id the first alias; the id where it has none."""
    return {actor: aliases[0] if aliases else actor for actor, aliases in actors}
