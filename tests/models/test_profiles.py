"""Other models: the open profile, and a package fetched from a server as Stanza fetches its own."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from stanza.models import lemmatizer, mwt_expander, ner_tagger, parser, tagger
from stanza.resources.common import DEFAULT_RESOURCES_VERSION

from nabra.tasks.models.folders import BUNDLED, model_folder
from nabra.tasks.schemas import DATASETS
from tests.train.test_data import CONLLU
from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PACKAGE = "tiny"
TEXT = "قال الوزير إن الحكومة تدين الهجوم. وأضاف أن التحقيق بدأ في المدينة صباح اليوم وسيستمر أسبوعا على الأقل."


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of models that have hardly learnt, without any encoder, and the bundled tokenizer."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "ar" / "tokenize").mkdir(parents=True)
    tokenizer = model_folder(BUNDLED) / "ar" / "tokenize" / "nabra.pt"
    shutil.copyfile(tokenizer, folder / "ar" / "tokenize" / f"{PACKAGE}.pt")
    (folder / "bank.conllu").write_text(CONLLU * 4, encoding="utf-8")
    (folder / "ner.json").write_text(json.dumps([[{"text": "سامر", "ner": "B-PER"}, {"text": "قال", "ner": "O"}]] * 4))
    common = ["--mode", "train", "--shorthand", "ar_tiny", "--no_pretrain", "--max_steps", "1", "--eval_interval", "1"]
    bank = ["--train_file", f"{folder}/bank.conllu", "--eval_file", f"{folder}/bank.conllu"]
    trees = ["--lang", "ar", *bank]
    small = ["--hidden_dim", "8", "--word_emb_dim", "8", "--char_hidden_dim", "8", "--save_name", f"{PACKAGE}.pt"]
    tagger.main([*common, *trees, *small, "--fix_eval_interval", "--save_dir", f"{folder}/ar/pos"])
    parser.main([*common, *trees, *small, "--save_dir", f"{folder}/ar/depparse"])
    looked_up = ["--mode", "train", "--shorthand", "ar_tiny", "--dict_only", "--save_name", f"{PACKAGE}.pt"]
    lemmatizer.main([*looked_up, *bank, "--save_dir", f"{folder}/ar/lemma"])
    words = ["--gold_file", f"{folder}/bank.conllu", "--save_dir", f"{folder}/ar/mwt"]
    mwt_expander.main([*looked_up, *trees, *words])
    names = ["--train_file", f"{folder}/ner.json", "--eval_file", f"{folder}/ner.json"]
    ner_tagger.main([*common, *names, *small, "--word_emb_dim", "0", "--save_dir", f"{folder}/ar/ner"])
    models = {
        path.parent.name: {PACKAGE: {"md5": hashlib.md5(path.read_bytes()).hexdigest()}}
        for path in folder.glob("ar/*/*.pt")
    }
    language = {**models, "packages": {"default": dict.fromkeys(models, PACKAGE)}, "lang_name": "Arabic"}
    (folder / f"resources_{DEFAULT_RESOURCES_VERSION}.json").write_text(json.dumps({"ar": language, "url": ""}))
    return folder


@pytest.fixture
def workplace(package: Path, tmp_path: Path) -> Iterator[Workplace]:
    """A workplace whose Stanza asks a server of the package, and has an empty folder of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(package)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    place = Workplace(tmp_path)
    place.environment |= {
        "STANZA_RESOURCES_DIR": str(tmp_path / "stanza"),
        "STANZA_RESOURCES_URL": address,
        "STANZA_MODEL_URL": address + "/{lang}/{filename}",
        "NO_PROXY": "127.0.0.1",
    }
    yield place
    server.shutdown()
    server.server_close()


def run_with(parser: str, workplace: Workplace) -> tuple[int, str]:
    """Run an article through the models that `parser` names; exit status and what was said."""
    (workplace.folder / "my.toml").write_text(f'[parse]\nparser = "{parser}"\n')
    (workplace.folder / "article.txt").write_text(TEXT * 3, encoding="utf-8")
    status, _, err = workplace.nabra("run", "article.txt", "--config", "my.toml", "--warehouse", "warehouse")
    return status, err


def assert_tables_keep_their_contract(workplace: Workplace) -> None:
    for name, dataset in DATASETS.items():
        stored = workplace.store.dataset(name).schema
        assert [stored.field(column) for column in dataset.schema.names] == list(dataset.schema)
    (clean,) = workplace.store.dataset("clean").to_table().to_pylist()
    tokens = workplace.store.dataset("tokens").to_table().to_pylist()
    assert [token["form"] for token in tokens[:3]] == ["قال", "الوزير", "إن"]
    assert {clean["text"][t["start"] : t["end"]] for t in tokens} >= {"الوزير", "الحكومة", "وأضاف"}


def test_another_package_is_fetched_and_fills_the_same_tables(workplace: Workplace) -> None:
    status, err = run_with("stanford", workplace)
    assert status == 2
    assert "fetch them with: nabra models download" in err

    status, _, err = workplace.nabra("models", "download")
    assert status == 0, err
    assert "ar/pos/tiny.pt" in workplace.nabra("models", "--config", "my.toml")[1]

    status, err = run_with("stanford", workplace)
    assert status == 0, err
    assert_tables_keep_their_contract(workplace)


def test_the_open_profile_fills_the_same_tables(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    status, err = run_with("open", place)
    assert status == 0, err
    assert_tables_keep_their_contract(place)


def test_a_file_that_arrives_damaged_is_refused(workplace: Workplace, package: Path) -> None:
    path = package / "ar" / "mwt" / f"{PACKAGE}.pt"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    status, _, err = workplace.nabra("models", "download")
    path.write_bytes(whole)
    assert status == 2
    assert "cannot be fetched from http://127.0.0.1" in err


def test_a_server_that_does_not_answer_is_named(workplace: Workplace) -> None:
    workplace.environment["STANZA_RESOURCES_URL"] = "http://127.0.0.1:9"
    status, _, err = workplace.nabra("models", "download")
    assert status == 2
    assert err.startswith("nabra: Stanza's Arabic models cannot be fetched from http://127.0.0.1:9")
