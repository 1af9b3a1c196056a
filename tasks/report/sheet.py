"""A sample of findings as one HTML file, in which a person says by clicking what is right, and saves it as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nabra.tasks.decisions.judgements import Finding
from nabra.tasks.decisions.sheets import VERDICTS, as_data
from nabra.tasks.report.inert import inert
from nabra.tasks.report.labels import LANGUAGES, read_labels
from nabra.tasks.report.page import TEMPLATES, policy_of, say

# Labels of what is asked of each kind.
QUESTIONS: Final = {
    "quotes": "ask_quotes",
    "speakers": "ask_speakers",
    "stances": "ask_stances",
    "sentiment": "ask_sentiment",
}


def sheet(draw_id: str, drawn: Sequence[Finding], language: str) -> str:
    """The HTML file; `drawn` are of one kind."""
    labels = read_labels(language)
    style, script = (TEMPLATES.joinpath(name).read_text(encoding="utf-8") for name in ("sheet.css", "sheet.js"))
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["inert"] = lambda text: inert(text or "")
    return environment.get_template("sheet.html").render(
        drawn=drawn,
        labels=labels,
        language=language,
        direction=LANGUAGES[language],
        question=labels[QUESTIONS[drawn[0].kind]],
        verdicts=VERDICTS,
        policy=policy_of(style, script),
        style=Markup(style),
        script=Markup(script),
        say=say,
        data=Markup(json.dumps(as_data(draw_id, drawn)).replace("<", "\\u003c")),
    )
