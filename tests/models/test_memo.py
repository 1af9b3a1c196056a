"""The encoder that reads each sentence once."""

from __future__ import annotations

import pytest
import torch
from transformers import BertConfig, BertModel

from nabra.tasks.models.memo import KEPT_LAYERS, MemoEncoder


class CountingBert(BertModel):
    """A small encoder that counts the rows it reads."""

    rows = 0

    def forward(self, input_ids: torch.Tensor, **kwargs: object) -> object:
        self.rows += len(input_ids)
        return super().forward(input_ids, **kwargs)


@pytest.fixture
def bert() -> CountingBert:
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 5, "num_attention_heads": 2, "intermediate_size": 16}
    return CountingBert(BertConfig(vocab_size=20, **sizes), add_pooling_layer=False).eval()


IDS = torch.tensor([[2, 5, 6, 7, 3], [2, 8, 3, 0, 0], [2, 9, 9, 3, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]])


def test_states_are_those_of_the_encoder(bert: CountingBert) -> None:
    with torch.no_grad():
        wanted = bert(IDS, attention_mask=MASK, output_hidden_states=True).hidden_states[-KEPT_LAYERS:]
    found = MemoEncoder(bert)(IDS, attention_mask=MASK, output_hidden_states=True).hidden_states
    assert len(found) == KEPT_LAYERS
    for a, b in zip(wanted, found, strict=True):
        assert torch.allclose(a[MASK == 1], b[MASK == 1], atol=2e-3)
        assert not b[MASK == 0].any()


def test_a_sentence_is_read_once_whatever_batch_it_comes_in(bert: CountingBert) -> None:
    memo = MemoEncoder(bert)
    whole = memo(IDS, attention_mask=MASK).hidden_states[-1]
    assert bert.rows == 3
    alone = memo(IDS[1:2, :3], attention_mask=MASK[1:2, :3]).hidden_states[-1]
    assert bert.rows == 3
    assert torch.equal(alone[0], whole[1, :3])
    memo.forget()
    memo(IDS[1:2], attention_mask=MASK[1:2])
    assert bert.rows == 4


def test_training_mode_leaves_the_frozen_encoder_as_it_is(bert: CountingBert) -> None:
    assert not MemoEncoder(bert).train().training
    assert not bert.training
