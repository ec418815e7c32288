"""A tiny encoder made on the spot, and the shipped adapter loaded once."""

import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from nlu import adapter as adapters
from nlu.card import SHIPPED
from nlu.dataset import DATA, Example, read_folder
from nlu.predictor import Predictor

_WORDS = (
    "hi hello bye red blue shoes boots where is my order under over not no i want a the one "
    "second 80 bucks great bad please show me"
)


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a random two-layer BERT and a tokenizer of forty words."""
    folder = tmp_path_factory.mktemp("tiny")
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_WORDS.split(), *letters]
    pieces += [f"##{letter}" for letter in letters]
    words = folder / "vocab.txt"
    words.write_text("\n".join(dict.fromkeys(pieces)))
    BertTokenizerFast(str(words), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(dict.fromkeys(pieces)),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def shipped() -> Predictor:
    """The adapter of the repository, on one thread."""
    torch.set_num_threads(1)
    return adapters.load(SHIPPED).predictor()


@pytest.fixture(scope="session")
def heldout() -> list[Example]:
    """The rows that no training sees."""
    return read_folder(DATA / "heldout")
