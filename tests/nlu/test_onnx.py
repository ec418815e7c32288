"""Adapters as graphs for ONNX Runtime: the same answers as torch's, without torch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from transformers import AutoConfig, AutoModel

from common.settings import Settings
from nlu import adapter as adapters
from nlu import loading
from nlu.adapter import Adapter
from nlu.card import SHIPPED
from nlu.catalogue import Mirror
from nlu.dataset import DATA, Example, read_folder
from nlu.embedding import Embedder
from nlu.encoder import load_encoder
from nlu.errors import AdapterError
from nlu.exports import (
    FORM,
    GRAPH,
    LANDMARKS,
    TOKENIZER,
    adapter_export,
    encoder_export,
    exports_of,
    read_embedder,
    read_predictor,
)
from nlu.lexicon import read_lexicon
from nlu.onnx_engine import OnnxPooler
from nlu.onnx_export import (
    LEAST_ROWS,
    costs_nothing,
    export,
    judging_rows,
    narrowing,
    our_judges,
    quantise,
    write_encoder,
)
from nlu.parser import Parser
from nlu.predictor import Predictor
from nlu.recipe import Recipe
from nlu.torch_engine import TorchPooler
from nlu.training import train
from nlu.vocabulary import Vocabulary
from nlu.wire import Parse

TEXTS = ["hi", "bye bye", "show me red shoes", "boots under 80 bucks not blue " * 9, "🙂", "x"]


def rows() -> list[Example]:
    return [Example("hi hello", "greet", "positive"), Example("bye bad", "leave", "negative")] * 8


@pytest.fixture(scope="module")
def adapter(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Adapter:
    folder = tmp_path_factory.mktemp("adapters") / "tiny"
    train(rows(), recipe=Recipe(epochs=2), base=tiny_encoder, device="cpu").save(folder)
    return adapters.load(folder)


@pytest.fixture(scope="module")
def exported(adapter: Adapter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(adapter, tmp_path_factory.mktemp("exports"), judges=[])


def test_every_output_is_torchs(adapter: Adapter, exported: Path) -> None:
    here, there = adapter.predictor().run(TEXTS), read_predictor(exported).run(TEXTS)
    assert here.words == there.words
    for name in ("pooled", "intents", "sentiments"):
        np.testing.assert_allclose(getattr(here, name), getattr(there, name), atol=1e-4)
    for name in ("tags", "roles"):
        for mine, theirs in zip(getattr(here, name), getattr(there, name), strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_the_plain_encoders_vectors_are_torchs(adapter: Adapter, exported: Path) -> None:
    base = adapter.card.base
    encoder, tokenizer = load_encoder(base)
    here = Embedder(TorchPooler(encoder), tokenizer).embed(TEXTS)
    there = read_embedder(encoder_export(exported.parent, base)).embed(TEXTS)
    # Eight bits at most lie between them.
    assert (here * there).sum(1).min() > 0.98


@pytest.mark.parametrize("kind", ["distilbert", "mpnet", "roberta", "modernbert"])
def test_encoders_of_other_kinds_are_exported(kind: str, tmp_path: Path) -> None:
    size = {
        "vocab_size": 60,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "pad_token_id": 0,
    }
    encoder = AutoModel.from_config(AutoConfig.for_model(kind, **size)).eval()
    write_encoder(encoder, tmp_path / GRAPH)
    rows = [[3], [3, 4, 5], list(range(3, 40))]
    here, there = TorchPooler(encoder).pool(rows), OnnxPooler(tmp_path / GRAPH).pool(rows)
    np.testing.assert_allclose(here, there, atol=1e-3)


def test_what_is_said_of_a_text_does_not_depend_on_its_neighbours(exported: Path) -> None:
    predictor = read_predictor(exported)
    together = predictor.run(TEXTS)
    for n, text in enumerate(TEXTS):
        np.testing.assert_array_equal(together.intents[n], predictor.run([text]).intents[0])


@pytest.mark.parametrize(("judges", "weights"), [(LEAST_ROWS, "int8"), (3, "float32")])
def test_weights_become_small_only_where_enough_rows_say_that_it_costs_nothing(
    adapter: Adapter, tmp_path: Path, judges: int, weights: str
) -> None:
    folder = export(adapter, tmp_path, judges=(rows() * judges)[:judges])
    form = json.loads((folder / FORM).read_text())
    assert (form["weights"], form["rows"]) == (weights, judges)
    assert read_predictor(folder).predict(["hi hello"])[0].intents.shape == (2,)


def test_products_that_narrow_are_found_and_can_be_spared(adapter: Adapter, tmp_path: Path) -> None:
    encoder, _ = load_encoder(adapter.card.base)
    write_encoder(encoder, tmp_path / GRAPH)
    narrow = narrowing(tmp_path / GRAPH)
    assert len(narrow) == encoder.config.num_hidden_layers

    def small(spared: list[str]) -> set[str]:
        nodes = onnx.load(quantise(tmp_path / GRAPH, spared=spared)).graph.node
        return {
            node.name.removesuffix("_quant") for node in nodes if node.op_type == "MatMulInteger"
        }

    assert small([]) - small(narrow) == set(narrow)


@pytest.mark.parametrize(
    ("rows", "lost", "won", "free"),
    [
        (500, 0, 0, True),
        (500, 1, 0, True),
        (500, 3, 4, True),
        (500, 9, 1, False),
        (20, 0, 0, False),
    ],
)
def test_small_weights_may_lose_next_to_nothing(rows: int, lost: int, won: int, free: bool) -> None:
    floats, integers = np.ones(rows, dtype=bool), np.ones(rows, dtype=bool)
    integers[:lost] = floats[lost : lost + won] = False
    assert costs_nothing(floats, integers) is free


def test_only_rows_that_were_set_aside_judge(adapter: Adapter) -> None:
    assert 0 < len(judging_rows(adapter.card, rows())) < len(rows()) / 2
    assert judging_rows(adapter.card, [Example("hi", "greet"), Example("bye", "leave")]) == []
    assert our_judges(adapter.card) == []


def a_parser(predictor: Predictor) -> Parser:
    class Nothing:
        def stamp(self, session: object) -> tuple[int, None]:
            return 0, None

        def read(self, session: object) -> Vocabulary:
            return Vocabulary()

    mirror = Mirror(Nothing(), empty=Vocabulary())
    return Parser(predictor, vocabulary=mirror, lexicon=read_lexicon())


def facts(parse: Parse) -> tuple[object, ...]:
    entities = [(e.entity, e.start, e.end, e.value, e.role) for e in parse.entities]
    return parse.intent.name, parse.sentiment.label, entities


def test_the_shipped_adapter_parses_alike_by_torch_and_as_it_is_served(
    shipped: Predictor, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, device="cpu", _env_file=None)  # type: ignore[call-arg]
    served = loading.load(SHIPPED, settings=settings)
    assert served.runtime == "onnx"
    form = adapter_export(exports_of(settings, SHIPPED), served.version) / FORM
    assert json.loads(form.read_text())["weights"] == "int8"
    # Processors round 8-bit products each in their own way.
    texts = [example.text for example in read_folder(DATA / "validation")[::2]]
    pairs = zip(
        a_parser(shipped).parse(texts), a_parser(served.predictor).parse(texts), strict=True
    )
    alike = [facts(here) == facts(there) for here, there in pairs]
    assert sum(alike) / len(alike) >= 0.93


@pytest.mark.parametrize("name", [GRAPH, LANDMARKS, TOKENIZER])
def test_a_damaged_export_names_the_cure(adapter: Adapter, tmp_path: Path, name: str) -> None:
    folder = export(adapter, tmp_path, judges=[])
    (folder / name).write_bytes((folder / name).read_bytes()[:100])
    with pytest.raises(AdapterError, match="made anew"):
        read_predictor(folder)


def test_where_nothing_can_be_exported_torch_serves(adapter: Adapter, tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    train(rows(), recipe=Recipe(epochs=1), base=adapter.card.base, device="cpu").save(folder)
    (tmp_path / "cache").write_text("no folder")
    settings = Settings(home=tmp_path, device="cpu", _env_file=None)  # type: ignore[call-arg]
    served = loading.load(folder, settings=settings)
    assert served.runtime == "torch"
    assert len(served.predictor.predict(["hi"])) == 1
    assert served.embedder.embed(["hi"]).shape == (1, 32)


def test_the_server_needs_no_torch() -> None:
    code = "import sys, nlu.server; sys.exit('torch' in sys.modules or 'peft' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
