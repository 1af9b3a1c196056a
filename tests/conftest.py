"""Rows, places for a warehouse, and what nabra ships, that several tests build on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
import torch
from moto.server import ThreadedMotoServer
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from nabra.config.settings import CONFIG_FOLDER, StoreSettings
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.quotes.cues import Cues, load_cues
from nabra.tasks.schemas import CLEAN, SENTENCES, table
from nabra.tasks.train.encoder import save_encoder
from nabra.tasks.warehouse.store import Store
from tests.workplace import Workplace

TINY_LETTERS = 'ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئ.،«»"0123456789'


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Two processes run the tests (see the Makefile): one of them each file, and all tests that need the samples.

    The slow ones come first, so that neither process is left with them when the other is done.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    if hasattr(config, "workerinput"):
        slow = {_group(item) for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: _group(item) not in slow)


def _group(item: pytest.Item) -> str:
    return "samples" if "sampled" in getattr(item, "fixturenames", ()) else str(item.path)


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained BERT of four narrow layers and a tokenizer of one letter a piece."""
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [*special, "▁", *TINY_LETTERS, *(f"▁{letter}" for letter in TINY_LETTERS), "<mask>"]
    tokenizer = Tokenizer(Unigram([(piece, -1.0) for piece in pieces], unk_id=3))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.post_processor = TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens([*special, "<mask>"])
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        pad_token_id=1,
    )
    folder = tmp_path_factory.mktemp("encoder")
    save_encoder(BertModel(config, add_pooling_layer=False), json.loads(tokenizer.to_str()), folder, torch.float32)
    return folder


@pytest.fixture(params=["local", "s3"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A warehouse on a local folder, and one on a real S3 server."""
    if request.param == "local":
        return Store.open(StoreSettings(warehouse=str(tmp_path / "w"), s3_endpoint="", s3_region=""))
    endpoint = request.getfixturevalue("s3_server")
    settings = StoreSettings(warehouse=f"s3://news/{tmp_path.name}", s3_endpoint=endpoint, s3_region="us-east-1")
    return Store.open(settings)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server with the bucket `news`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="news")
        yield endpoint
        server.stop()


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, str, str]:
    """A workplace in which the sample articles were processed, with what the command printed."""
    place = Workplace(tmp_path_factory.mktemp("sampled"))
    status, out, err = place.nabra("demo")
    assert status == 0, err
    return place, out, err


def clean_table(*texts: tuple[str | None, str]) -> pa.Table:
    """Articles d0, d1 … of (title, text) as rows of `clean`."""
    rows: list[dict[str, Any]] = [
        {
            "doc_id": f"d{number}",
            "source": "cli",
            "url": f"file:///d{number}.txt",
            "title": title,
            "text": text,
            "published_at": None,
            "author": None,
            "language": "ar",
            "language_score": 1.0,
            "duplicate_of": None,
            "text_sha256": "0",
            "raw_chars": len(text),
            "text_chars": len(text),
            "fetched_at": None,
            "story": f"d{number}",
            "published_source": None,
            "published_zone": None,
            "canonical_url": None,
        }
        for number, (title, text) in enumerate(texts)
    ]
    return table(CLEAN, rows)


def sentence_table(*sentences: tuple[str, int, str, str]) -> pa.Table:
    """(doc_id, sent_id, part, text) as rows of `sentences`."""
    rows = [
        {"doc_id": doc_id, "sent_id": sent_id, "part": part, "start": 0, "end": len(text), "text": text, "words": 1}
        for doc_id, sent_id, part, text in sentences
    ]
    return table(SENTENCES, rows)


@pytest.fixture(scope="session")
def actors() -> Actors:
    return load_actors(CONFIG_FOLDER / "actors")


@pytest.fixture(scope="session")
def cues() -> Cues:
    return load_cues(CONFIG_FOLDER / "cues")
