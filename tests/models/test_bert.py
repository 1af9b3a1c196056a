"""The encoder's forward pass, against that of transformers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

from nabra.tasks.errors import ModelError
from nabra.tasks.models.bert import KEPT_LAYERS, Bert, load_bert
from nabra.tasks.models.encoder import save_packed
from nabra.tasks.models.packed import packed, unpacked
from nabra.tasks.models.precision import Arithmetic

CPU = torch.device("cpu")
SIZES = {"hidden_size": 32, "num_hidden_layers": 5, "num_attention_heads": 4, "intermediate_size": 64}
IDS = torch.tensor([[2, 5, 6, 7, 3], [2, 8, 3, 0, 0], [2, 9, 9, 3, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]]).bool()


@pytest.fixture
def model() -> BertModel:
    torch.manual_seed(0)
    model = BertModel(BertConfig(vocab_size=20, **SIZES), add_pooling_layer=False).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


def own(model: BertModel, arithmetic: Arithmetic) -> Bert:
    return Bert(model.state_dict(), model.config.to_dict(), arithmetic, CPU)


def states_of(model: BertModel) -> torch.Tensor:
    with torch.no_grad():
        layers = model(IDS, attention_mask=MASK, output_hidden_states=True).hidden_states[-KEPT_LAYERS:]
    return torch.stack(layers, 2)


def test_states_are_those_of_transformers(model: BertModel) -> None:
    found = own(model, Arithmetic.SINGLE).read(IDS, MASK)
    assert found.shape == (3, 5, KEPT_LAYERS, 32)
    torch.testing.assert_close(found[MASK], states_of(model)[MASK], atol=1e-5, rtol=0)


def test_what_fills_a_row_changes_nothing(model: BertModel) -> None:
    bert = own(model, Arithmetic.SINGLE)
    whole, alone = bert.read(IDS, MASK), bert.read(IDS[1:2, :3], MASK[1:2, :3])
    torch.testing.assert_close(whole[1, :3], alone[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize(("arithmetic", "angle"), [(Arithmetic.INT8, 0.999), (Arithmetic.BFLOAT16, 0.999)])
def test_other_arithmetic_comes_near(model: BertModel, arithmetic: Arithmetic, angle: float) -> None:
    found, wanted = own(model, arithmetic).read(IDS, MASK)[MASK], states_of(model)[MASK]
    assert torch.cosine_similarity(found, wanted, dim=-1).min() > angle


def test_in_int8_a_sentence_does_not_depend_on_its_neighbours(model: BertModel) -> None:
    bert = own(model, Arithmetic.INT8)
    whole, alone = bert.read(IDS, MASK), bert.read(IDS[1:2, :3], MASK[1:2, :3])
    torch.testing.assert_close(whole[1, :3], alone[0], atol=2e-2, rtol=0)


def test_packed_weights_are_read_as_they_are(model: BertModel, tmp_path: Path) -> None:
    save_packed(model, tmp_path)
    loaded = load_bert(tmp_path, Arithmetic.SINGLE, CPU)
    model.load_state_dict(unpacked(packed(model.state_dict())))
    torch.testing.assert_close(loaded.read(IDS, MASK)[MASK], states_of(model)[MASK], atol=1e-4, rtol=0)


def test_weights_that_do_not_fit_their_configuration_are_refused(model: BertModel, tmp_path: Path) -> None:
    save_packed(model, tmp_path)
    save_file({"embeddings.word_embeddings.weight": torch.zeros(2, 2)}, tmp_path / "packed.safetensors")
    with pytest.raises(ModelError, match=str(tmp_path)):
        load_bert(tmp_path, Arithmetic.SINGLE, CPU)
