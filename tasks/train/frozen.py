"""Run one of Stanza's trainers with a frozen encoder that reads each sentence once and not once an epoch.

python -m tasks.train.frozen stanza.models.tagger --mode train …
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from stanza.models.common import bert_embedding

from tasks.parse.memo import MemoEncoder


def main(arguments: list[str]) -> None:
    """Run the trainer module `arguments[0]` with the other arguments."""
    load = bert_embedding.load_bert

    def load_memo(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        model, tokenizer = load(*args, **kwargs)
        return MemoEncoder(model), tokenizer

    bert_embedding.load_bert = load_memo
    importlib.import_module(arguments[0]).main(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
