"""The parser that reads each sentence once, on an encoder and heads with random weights."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from stanza.models.common.crf import viterbi_decode
from stanza.models.depparse.model import GraphParser

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.errors import ModelError
from nabra.tasks.models.bert import KEPT_LAYERS, Bert
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.pieces import PieceReader, Pieces
from nabra.tasks.models.precision import Arithmetic
from nabra.tasks.parse.analyse import Analyser
from nabra.tasks.parse.heads import Heads, load_heads
from nabra.tasks.parse.labels import Labels
from nabra.tasks.parse.layout import lay_out
from nabra.tasks.parse.lemmas import Edit, LemmaScript
from nabra.tasks.parse.names import best_paths
from nabra.tasks.parse.onepass import OnePassParser
from nabra.tasks.parse.parser import MAX_TOKENS, LongSentencesError, ParsedSentence, Span
from nabra.tasks.parse.scripts import Script, word_pieces
from nabra.tasks.parse.vectors import CliticNumbers, place_words, rows_of

WIDTH = 16
SENTENCES = ["قال الوزير", "نعم", "وقال للحكومة إن بمدرسته 12 طالبا .", "لا", "زار سامر المدرسة وغادر"]


class SpaceTokenizer:
    def tokenize(self, texts: Sequence[str]) -> list[list[Span]]:
        return [[match.span() for match in re.finditer(r"\S+", text)] for text in texts]


def labels() -> Labels:
    article = LemmaScript((Edit(False, 0, 2, ""),))
    return Labels(
        WIDTH,
        scripts=(
            Script(),
            Script(("و",)),
            Script(("ل",), add_start="ا"),
            Script(("ب",), ("ه",), cut_end="ت", add_end="ة"),
        ),
        clitics=("و", "ل", "ب", "ه"),
        lemma_scripts=(LemmaScript(), article, LemmaScript((Edit(True, 0, 1, "ة"),))),
        upos=("ADP", "NOUN", "PUNCT", "VERB"),
        xpos=("G---", "N--1", "VP--"),
        feats=("Aspect=Perf|Voice=Act", "Case=Gen", "_"),
        relations=("nsubj", "obj", "obl:arg", "punct", "root"),
        names=("B-PER", "E-PER", "O", "S-LOC"),
        lemmas={"قال\tVERB": "قال", "طالبا\tNOUN": "طالب"},
    )


def shaken(heads: Heads) -> Heads:
    """Heads that prefer now this, now that: Stanza's begin with zeros."""
    for name, weight in heads.named_parameters():
        if not name.startswith("mixes"):
            torch.nn.init.normal_(weight, std=0.5)
    return heads.eval()


@pytest.fixture(scope="module")
def heads() -> Heads:
    torch.manual_seed(3)
    return shaken(Heads(labels()))


@pytest.fixture(scope="module")
def encoder(tiny_encoder: Path) -> Bert:
    model, _ = load_encoder(tiny_encoder)
    return Bert(model.state_dict(), model.config.to_dict(), Arithmetic.SINGLE, torch.device("cpu"))


@pytest.fixture(scope="module")
def parser(encoder: Bert, heads: Heads, tiny_encoder: Path) -> OnePassParser:
    return OnePassParser(SpaceTokenizer(), PieceReader(tiny_encoder), encoder, heads)


def test_every_word_has_all_that_a_row_wants(parser: OnePassParser) -> None:
    for sentence, parsed in zip(SENTENCES, parser.parse(SENTENCES), strict=True):
        tokens = sentence.split()
        assert [word.word_id for word in parsed.words] == list(range(1, len(parsed.words) + 1))
        assert {word.token_id for word in parsed.words} == set(range(1, len(tokens) + 1))
        for word in parsed.words:
            assert sentence[word.start : word.end] == tokens[word.token_id - 1]
            assert word.form
            assert word.lemma
            assert 0 <= word.head <= len(parsed.words)
        assert sum(word.head == 0 for word in parsed.words) == 1


def test_a_sentence_alone_is_parsed_as_among_others(parser: OnePassParser) -> None:
    together = parser.parse(SENTENCES)
    assert [parser.parse([sentence])[0] for sentence in SENTENCES] == together
    order = random.Random(1).sample(range(len(SENTENCES)), len(SENTENCES))
    assert parser.parse([SENTENCES[at] for at in order]) == [together[at] for at in order]


def test_small_batches_change_nothing(parser: OnePassParser, monkeypatch: pytest.MonkeyPatch) -> None:
    together = parser.parse(SENTENCES)
    monkeypatch.setattr("nabra.tasks.parse.onepass.BATCH_PIECES", 20)
    assert parser.parse(SENTENCES) == together


def test_one_pass_is_what_it_is_by_hand(parser: OnePassParser, heads: Heads, encoder: Bert, tiny_encoder: Path) -> None:
    """The sentence وقال نعم: pieces, states, means and embeddings put together one by one."""
    model, tokenizer = load_encoder(tiny_encoder)
    read = tokenizer([["وقال", "نعم"]], is_split_into_words=True, return_offsets_mapping=True)
    with torch.no_grad():
        layers = model(torch.tensor(read["input_ids"]), output_hidden_states=True).hidden_states[-KEPT_LAYERS:]
    reader = PieceReader(tiny_encoder)
    layout = lay_out(reader.read([["وقال", "نعم"]]), reader)
    assert layout.ids.tolist() == read["input_ids"]
    states = encoder.read(layout.ids, layout.mask)
    cut = [[word_pieces("وقال", ["و", "قال"]), word_pieces("نعم", ["نعم"])]]
    places = place_words(layout, cut, CliticNumbers(heads.labels.clitics))
    with torch.no_grad():
        found = heads.vectors("trees", *heads.word_layers(states, places))
        states_by_hand = sum(w * layer[0] for w, layer in zip(heads.mixes["trees"].weight, layers, strict=True))
        offsets, owners = read["offset_mapping"][0], read.word_ids()
        for number, (token, low, high, clitic, before, after) in enumerate(
            [(0, 0, 1, 2, 0, 1), (0, 1, 4, 0, 1, 0), (1, 0, 3, 0, 0, 0)]
        ):
            own = [
                at
                for at, (owner, (start, end)) in enumerate(zip(owners, offsets, strict=True))
                if owner == token and start < high and end > low
            ]
            beside = heads.beside
            by_hand = states_by_hand[own].mean(0) + beside.clitic.weight[clitic]
            by_hand = by_hand + beside.before.weight[before] + beside.after.weight[after]
            torch.testing.assert_close(found[number], by_hand, atol=1e-5, rtol=0)


def test_integers_say_what_single_precision_says_of_nearly_all_words(
    heads: Heads, encoder: Bert, tiny_encoder: Path
) -> None:
    model, _ = load_encoder(tiny_encoder)
    whole = Bert(model.state_dict(), model.config.to_dict(), Arithmetic.INT8, torch.device("cpu"))
    reader = PieceReader(tiny_encoder)
    layout = lay_out(reader.read([sentence.split() for sentence in SENTENCES]), reader)
    with torch.no_grad():
        exact, near = (heads.script_logits(one.read(layout.ids, layout.mask), layout) for one in (encoder, whole))
    torch.testing.assert_close(near, exact, atol=0.1 * float(exact.abs().max()), rtol=0)


def test_heads_are_loaded_as_they_were_saved(heads: Heads, tmp_path: Path) -> None:
    heads.save(tmp_path)
    loaded = load_heads(tmp_path)
    assert loaded.labels == heads.labels
    for name, value in heads.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value, atol=2e-3, rtol=0)
    (tmp_path / "labels.json").write_text("{}")
    with pytest.raises(ModelError, match=f"the heads in {tmp_path} cannot be loaded"):
        load_heads(tmp_path)


def test_trees_and_relations_are_those_of_stanza(heads: Heads) -> None:
    torch.manual_seed(5)
    counts = [7, 3, 1, 5]
    rows = rows_of(torch.randn(sum(counts), WIDTH) * 3, counts, first=torch.randn(len(counts), WIDTH))
    filled = rows.filled
    batch: list[Any] = [rows.vectors, filled, None, None, rows.vectors, *[None] * 4]
    zeros = torch.zeros_like(filled[:, 1:], dtype=torch.long)
    with torch.no_grad():
        wanted = GraphParser.predict(
            heads.parser, *batch, zeros, zeros, None, rows.lengths, None, None, resolve_head_constraints=True
        )
        found = heads.parser.best(rows)
    assert [[(int(head), name) for head, name in one] for one in wanted] == found


def test_the_best_tags_are_those_of_stanza(heads: Heads) -> None:
    torch.manual_seed(6)
    counts = [6, 1, 4]
    rows = rows_of(torch.randn(sum(counts), WIDTH), counts)
    tagger = heads.names
    sentences = [vectors[:length] for vectors, length in zip(rows.vectors, rows.lengths, strict=True)]
    with torch.no_grad():
        tags = torch.ones(len(counts), max(counts), 1, dtype=torch.long)
        _, (wanted,), _ = tagger(sentences, None, None, tags, None, rows.lengths, *[None] * 5)
        torch.testing.assert_close(tagger.logits(rows), wanted)


@given(st.integers(0, 2**32), st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(deadline=None)
def test_paths_of_a_batch_are_those_of_each_sentence(seed: int, lengths: list[int]) -> None:
    generator = np.random.default_rng(seed)
    scores, transitions = generator.normal(size=(len(lengths), max(lengths), 5)), generator.normal(size=(5, 5))
    wanted = [viterbi_decode(row[:length], transitions)[0] for row, length in zip(scores, lengths, strict=True)]
    assert best_paths(scores, transitions, lengths) == [[int(tag) for tag in path] for path in wanted]


def test_a_script_that_does_not_fit_is_passed_over(heads: Heads, encoder: Bert, tiny_encoder: Path) -> None:
    reader = PieceReader(tiny_encoder)
    texts = [["وقال", "قال", "للحكومة"]]
    layout = lay_out(reader.read(texts), reader)
    states = encoder.read(layout.ids, layout.mask)
    for favourite in range(len(heads.labels.scripts)):
        biased = shaken(Heads(labels()))
        biased.load_state_dict(heads.state_dict())
        with torch.no_grad():
            biased.segmenter.bias[favourite] += 1e6
            ((first, second, _),) = Analyser(biased).segment(states, layout, texts)
        wanted = labels().scripts[favourite].pieces("وقال")
        assert wanted is None or first == wanted
        assert [piece.form for piece in second] == ["قال"]


WORD = st.text(alphabet=[*"محمدالوزير123٤aZ.،«»😀", "\u064b", "\u0651", "\u0640", "ﻻ"], min_size=1, max_size=8)


@given(st.lists(st.lists(WORD, min_size=1, max_size=6).map(" ".join), max_size=6))
@settings(deadline=None, max_examples=40)
def test_spans_are_those_of_the_sentence_given(parser: OnePassParser, sentences: list[str]) -> None:
    parsed = parser.parse(sentences)
    assert len(parsed) == len(sentences)
    for sentence, result in zip(sentences, parsed, strict=True):
        shown = [skeleton(sentence[word.start : word.end]).text.strip() for word in first_words(result)]
        assert shown == skeleton(sentence).text.split()


def first_words(parsed: ParsedSentence) -> list[Any]:
    return list({word.token_id: word for word in reversed(parsed.words)}.values())[::-1]


def test_a_token_longer_than_the_encoder_sees_is_parsed_all_the_same(parser: OnePassParser) -> None:
    (parsed,) = parser.parse(["ا" * 3000])
    assert [(word.start, word.end) for word in first_words(parsed)] == [(0, 3000)]


# Random weights make more conflicts than Stanza cares to settle.
@pytest.mark.filterwarnings("ignore:resolve_head_constraint_violations")
def test_a_sentence_of_too_many_tokens_has_to_be_cut_between_two(parser: OnePassParser) -> None:
    long = "\u064b" + "يا " * (MAX_TOKENS + 1)
    with pytest.raises(LongSentencesError) as caught:
        parser.parse(["نعم", long])
    ((index, spans),) = caught.value.cuts.items()
    assert index == 1
    assert sum(len(long[start:end].split()) for start, end in spans) == MAX_TOKENS + 1
    assert all(parser.parse([long[start:end] for start, end in spans]))


def test_names_are_spans_of_tokens(parser: OnePassParser, monkeypatch: pytest.MonkeyPatch, heads: Heads) -> None:
    monkeypatch.setattr(type(heads.names), "best", lambda _, rows: [["B-PER", "E-PER", "S-LOC"]])
    (parsed,) = parser.parse(["سَامر حداد بيروت"])
    assert [(one.start, one.end, one.type) for one in parsed.entities] == [(0, 10, "PER"), (11, 16, "LOC")]


def test_a_word_has_the_pieces_of_its_letters_and_all_where_none_covers_them() -> None:
    token = Pieces((7, 8), ((0, 4), (4, 9)))
    assert [token.covering(*letters) for letters in ((0, 1), (3, 6), (4, 9))] == [(0, 1), (0, 2), (1, 2)]
    assert Pieces((7,), ((0, 0),)).covering(0, 3) == (0, 1)
