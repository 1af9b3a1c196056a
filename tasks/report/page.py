"""A report as one HTML file: templates filled in, everything escaped, and nothing that the file may reach outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from nabra.tasks.arabic.folding import FOLD
from nabra.tasks.report import drawn
from nabra.tasks.report.inert import inert, link
from nabra.tasks.report.labels import LANGUAGES, OF_SCRIPT, read_labels
from nabra.tasks.report.marks import stance_pieces
from nabra.tasks.report.names import AUTHOR, Names
from nabra.tasks.report.pack import MOST_ARTICLES, MOST_ITEMS, packed
from nabra.tasks.report.report import Report

TEMPLATES: Final = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Edition:
    """How a report is written: its language, the names of listed actors, and what it says of its making."""

    language: str
    listed: Mapping[str, str]
    made_at: datetime
    version: str


def page(report: Report, edition: Edition) -> str:
    """The HTML file."""
    labels = read_labels(edition.language)
    names = Names(edition.listed, labels["author"])
    style, script = (TEMPLATES.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    template = _environment(names).get_template("page.html")
    return template.render(
        report=report,
        edition=edition,
        labels=labels,
        author=AUTHOR,
        direction=LANGUAGES[edition.language],
        drawings=drawn.Drawings(names, labels, mirrored=LANGUAGES[edition.language] == "rtl"),
        most={"articles": MOST_ARTICLES, "items": MOST_ITEMS},
        policy=policy_of(style, script),
        style=Markup(style),
        script=Markup(script),
        pack=packed(_of_script(report, names, labels)),
    )


def _environment(names: Names) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "name": names.of,
        "link": link,
        "marked": stance_pieces,
        "count": lambda number: f"{number:,}",
        "day": lambda day: Markup('<time datetime="{0}">{0}</time>').format(day),
    }
    environment.globals["say"] = say
    return environment


def say(label: str, **values: object) -> Markup:
    """A label with its values, each set apart from the direction of what is around it."""
    apart = {name: Markup("<bdi>{}</bdi>").format(_shown(value)) for name, value in values.items()}
    return escape(label).format(**apart)


def _shown(value: object) -> object:
    return inert(value) if type(value) is str else value


def policy_of(style: str, script: str) -> str:
    """The file may use its own style and script, known by their sums, and nothing else; not even a text as markup."""
    sums = {
        kind: base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        for kind, text in (("style", style), ("script", script))
    }
    return (
        f"default-src 'none'; style-src 'sha256-{sums['style']}'; script-src 'sha256-{sums['script']}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _of_script(report: Report, names: Names, labels: Mapping[str, str]) -> dict[str, Any]:
    """All that the script needs: the articles, names of the keys that have another, its labels, how letters fold."""
    keys = {row[2 + 3] for row in report.contents["quotes"]}
    keys |= {row[at] for row in report.contents["stances"] for at in (6, 8)}
    return report.contents | {
        "names": {key: inert(names.of(key)) for key in sorted(keys) if names.of(key) != key},
        "labels": {name: labels[name] for name in OF_SCRIPT},
        "fold": {chr(code): letter or "" for code, letter in FOLD.items()},
    }
