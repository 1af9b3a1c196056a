"""What sits on the shared encoder while it is trained: Stanza's own tagger, parser and NER, and nabra's segmenter.

Each head draws batches from its own data, gives a loss that reaches the encoder, scores itself on its development part
and saves a checkpoint that Stanza's Pipeline loads.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from stanza.models import ner_tagger, parser, tagger
from stanza.models.common import bert_embedding
from stanza.models.common.doc import Document
from stanza.models.depparse import trainer as depparse_trainer
from stanza.models.ner import data as ner_data
from stanza.models.ner import trainer as ner_trainer
from stanza.models.pos import data as pos_data
from stanza.models.pos import trainer as pos_trainer
from stanza.utils.conll import CoNLL
from torch import nn
from torch.nn.functional import cross_entropy

from nabra.tasks.corpora.treebank import read_conllu, surface_tokens
from nabra.tasks.parse.segment import Script, derive, save_segmenter, token_states

BATCH_SENTENCES = 24
BATCH_WORDS = 800
# There are three times as many NER sentences as trees.
NER_WORDS = 1200

SHARED = ["--mode", "train", "--shorthand", "ar_nabra", "--no_pretrain", "--bert_hidden_layers", "4", "--bert_finetune"]
PARSER = ["--lang", "ar", "--num_layers", "1", "--hidden_dim", "200", "--deep_biaff_hidden_dim", "200", "--no_char"]
PARSER += ["--no_upos", "--no_xpos", "--no_ufeats", "--tag_emb_dim", "0", "--augment_nopunct", "0.1"]
TAGGER = ["--lang", "ar", "--num_layers", "1", "--share_hid", "--augment_nopunct", "0.1"]
TAGGER += ["--char_hidden_dim", "100", "--char_emb_dim", "50", "--optim", "adamw"]
NER = ["--word_emb_dim", "0", "--no_char", "--optim", "adamw", "--dropout", "0.4"]


class Head(Protocol):
    """One task on the shared encoder."""

    name: str
    module: nn.Module

    def epoch(self) -> list[Any]:
        """The batches of one pass over the training data, shuffled by `random`."""

    def loss(self, batch: Any) -> torch.Tensor:
        """The mean loss of a batch."""

    def scores(self) -> dict[str, float]:
        """Scores on the development part."""

    def save(self, folder: Path) -> None:
        """Write the head into `folder`."""


class share_encoder:  # noqa: N801 - a context manager, used like a function
    """Within it, Stanza's trainers take this encoder and tokenizer instead of loading their own."""

    def __init__(self, encoder: nn.Module, tokenizer: Any) -> None:
        self._pair = (encoder, tokenizer)
        self._load = bert_embedding.load_bert

    def __enter__(self) -> None:
        bert_embedding.load_bert = lambda *_args, **_kwargs: self._pair

    def __exit__(self, *_: object) -> None:
        bert_embedding.load_bert = self._load


class ParserHead:
    """Stanza's biaffine parser. It takes no tags: its encoder sees the words, and no error of the tagger reaches it."""

    name = "depparse"

    def __init__(self, train: Path, dev: Path, encoder: Path, device: torch.device) -> None:
        args = parser.parse_args([*SHARED, *PARSER, "--bert_model", str(encoder)])
        self._train = parser.DataLoader(Document(CoNLL.conll2dict(str(train))[0]), BATCH_WORDS, args, None)
        vocab = self._train.vocab
        self._dev = parser.DataLoader(
            CoNLL.conll2doc(str(dev)), BATCH_WORDS, args, None, vocab=vocab, evaluation=True, sort_during_eval=True
        )
        self._trainer = depparse_trainer.GraphTrainer(args=args, vocab=vocab, device=device)
        self.module = self._trainer.model

    def epoch(self) -> list[Any]:
        """See `Head`."""
        self._train.reshuffle()
        return [self._train[index] for index in range(len(self._train))]

    def loss(self, batch: Any) -> torch.Tensor:
        """See `Head`."""
        inputs, _, word_order, lengths, word_lengths, text = depparse_trainer.unpack_batch(
            batch, self.module.get_device()
        )
        loss: torch.Tensor = self.module(*inputs, word_order, lengths, word_lengths, text)[0]
        return loss

    def scores(self) -> dict[str, float]:
        """Unlabelled and labelled attachment, the words being given."""
        arcs = labels = words = 0
        relation = self._trainer.vocab["deprel"]
        for batch in self._dev:
            predicted = self._trainer.predict(batch, unsort=False)
            for sentence, heads, relations in zip(predicted, batch[9].tolist(), batch[10].tolist(), strict=True):
                for (head, label), gold_head, gold_label in zip(sentence, heads, relations, strict=False):
                    words += 1
                    arcs += int(head) == gold_head
                    labels += int(head) == gold_head and label == relation.id2unit(gold_label)
        return {"UAS": arcs / words, "LAS": labels / words}

    def save(self, folder: Path) -> None:
        """See `Head`."""
        self._trainer.save(str(folder / f"{self.name}.pt"))


class TaggerHead:
    """Stanza's tagger: UPOS, XPOS and features."""

    name = "pos"

    def __init__(self, train: Path, dev: Path, encoder: Path, device: torch.device) -> None:
        args = tagger.parse_args([*SHARED, *TAGGER, "--bert_model", str(encoder)])
        document = Document(CoNLL.conll2dict(str(train))[0])
        vocab = pos_data.Dataset.init_vocab([document], args)
        self._train = pos_data.Dataset(document, args, None, vocab=vocab)
        dev_data = pos_data.Dataset(
            CoNLL.conll2doc(str(dev)), args, None, vocab=vocab, evaluation=True, sort_during_eval=True
        )
        self._dev = dev_data.to_loader(batch_size=BATCH_SENTENCES)
        self._trainer = pos_trainer.Trainer(args=args, vocab=vocab, device=device)
        self.module = self._trainer.model

    def epoch(self) -> list[Any]:
        """See `Head`."""
        lengths = [len(sample.text) for sample in self._train.data]
        batches = batches_by_length(lengths, BATCH_WORDS)
        return [self._train.collate_fn([self._train[index] for index in batch]) for batch in batches]

    def loss(self, batch: Any) -> torch.Tensor:
        """See `Head`."""
        device = next(self.module.parameters()).device
        inputs, _, word_order, lengths, word_lengths, text = pos_trainer.unpack_batch(batch, device)
        loss: torch.Tensor = self.module(*inputs, word_order, lengths, word_lengths, text)[0]
        return loss

    def scores(self) -> dict[str, float]:
        """Accuracy of UPOS and of all tags together, the words being given."""
        upos = everything = words = 0
        vocab = self._trainer.vocab
        for batch in self._dev:
            predicted = self._trainer.predict(batch, unsort=False)
            gold = [vocab[name].unmap for name in self._train.tag_names]
            for row, sentence in enumerate(predicted):
                tags = [unmap(tag[row, : len(sentence)].tolist()) for unmap, tag in zip(gold, batch.tags, strict=True)]
                for word, *wanted in zip(sentence, *tags, strict=True):
                    words += 1
                    upos += word[0] == wanted[0]
                    everything += list(word) == wanted
        return {"UPOS": upos / words, "AllTags": everything / words}

    def save(self, folder: Path) -> None:
        """See `Head`."""
        self._trainer.save(str(folder / f"{self.name}.pt"))


class EntityHead:
    """Stanza's named entity tagger with its CRF."""

    name = "ner"

    def __init__(self, train: Path, dev: Path, encoder: Path, device: torch.device) -> None:
        args = ner_tagger.parse_args([*SHARED, *NER, "--bert_model", str(encoder)])
        self._train = ner_data.DataLoader(_read_ner(train), BATCH_SENTENCES, args)
        vocab = self._train.vocab
        self._dev = ner_data.DataLoader(_read_ner(dev), BATCH_SENTENCES, args, vocab=vocab, evaluation=True)
        self._trainer = ner_trainer.Trainer(args=args, vocab=vocab, device=device)
        self.module = self._trainer.model

    def epoch(self) -> list[Any]:
        """See `Head`."""
        # Stanza's own batches mix lengths, and most of what the encoder reads is padding.
        items = [item for batch in self._train.data for item in batch]
        batches = batches_by_length([len(words) for words, *_ in items], NER_WORDS)
        self._train.data = [[items[index] for index in batch] for batch in batches]
        return list(self._train)

    def loss(self, batch: Any) -> torch.Tensor:
        """See `Head`."""
        device = next(self.module.parameters()).device
        inputs, _, word_order, char_order, lengths, word_lengths, char_lengths, offsets = ner_trainer.unpack_batch(
            batch, device
        )
        words, characters, mask, chars, tags = inputs
        loss: torch.Tensor = self.module(
            words, characters, mask, tags, word_order, lengths, word_lengths, chars, offsets, char_lengths, char_order
        )[0]
        return loss

    def scores(self) -> dict[str, float]:
        """F1 of exact spans and types."""
        found = wanted = hits = 0
        sentences = iter(self._dev.tags)
        for batch in self._dev:
            for tags in self._trainer.predict(batch):
                gold = set(_spans([tag[0] for tag in next(sentences)]))
                predicted = set(_spans(tags))
                hits, found, wanted = hits + len(gold & predicted), found + len(predicted), wanted + len(gold)
        return {"F1": 2 * hits / max(found + wanted, 1)}

    def save(self, folder: Path) -> None:
        """See `Head`."""
        self._trainer.save(str(folder / f"{self.name}.pt"))


class SegmentHead:
    """nabra's segmenter: one linear layer over the scripts of the treebank."""

    name = "segment"

    def __init__(self, train: Path, dev: Path, encoder: Any, tokenizer: Any, device: torch.device) -> None:
        self._encoder, self._tokenizer, self._device = encoder, tokenizer, device
        self._train = [surface_tokens(lines) for lines in read_conllu(train)]
        self._dev = [surface_tokens(lines) for lines in read_conllu(dev)]
        self._scripts = sorted({derive(*token) or Script() for sentence in self._train for token in sentence}, key=repr)
        self._index = {script: index for index, script in enumerate(self._scripts)}
        width = 2 * encoder.config.hidden_size
        self._linear = nn.Linear(width, len(self._scripts))
        self.module: nn.Module = nn.Sequential(nn.Dropout(0.3), self._linear).to(device)

    def epoch(self) -> list[Any]:
        """See `Head`."""
        batches = batches_by_length([len(sentence) for sentence in self._train], BATCH_WORDS)
        return [[self._train[index] for index in batch] for batch in batches]

    def loss(self, batch: Any) -> torch.Tensor:
        """See `Head`."""
        labels = [self._index[derive(*token) or Script()] for sentence in batch for token in sentence]
        return cross_entropy(self._logits(batch), torch.tensor(labels, device=self._device))

    def scores(self) -> dict[str, float]:
        """The share of tokens whose words are all right."""
        right = tokens = 0
        self.module.eval()
        for at in range(0, len(self._dev), BATCH_SENTENCES):
            batch = self._dev[at : at + BATCH_SENTENCES]
            with torch.no_grad():
                ranked = self._logits(batch).argsort(dim=1, descending=True).tolist()
            for (token, words), choices in zip((pair for s in batch for pair in s), ranked, strict=True):
                made = next(made for choice in choices if (made := self._scripts[choice].apply(token)))
                right, tokens = right + (made == list(words)), tokens + 1
        return {"tokens": right / tokens}

    def save(self, folder: Path) -> None:
        """See `Head`."""
        weight, bias = self._linear.weight.detach().cpu(), self._linear.bias.detach().cpu()
        save_segmenter(folder, weight, bias, self._scripts)

    def _logits(self, batch: Sequence[Sequence[tuple[str, Sequence[str]]]]) -> torch.Tensor:
        words = [[token for token, _ in sentence] for sentence in batch]
        logits: torch.Tensor = self.module(token_states(self._encoder, self._tokenizer, words))
        return logits


def batches_by_length(lengths: Sequence[int], words: int) -> list[list[int]]:
    """Indices of sentences of like length in batches of about `words` words, in random order."""
    order = sorted(range(len(lengths)), key=lambda index: (lengths[index], random.random()))
    batches: list[list[int]] = [[]]
    size = 0
    for index in order:
        if batches[-1] and size + lengths[index] > words:
            batches.append([])
            size = 0
        batches[-1].append(index)
        size += lengths[index]
    random.shuffle(batches)
    return batches


def _read_ner(path: Path) -> Document:
    return Document(json.loads(path.read_text(encoding="utf-8")))


def _spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Spans of a BIOES sequence."""
    start = 0
    for index, tag in enumerate(tags):
        if tag[:2] in ("B-", "S-"):
            start = index
        if tag[:2] in ("E-", "S-"):
            yield start, index, tag[2:]
