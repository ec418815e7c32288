"""Writes an adapter, merged into its encoder, as a graph for ONNX Runtime.

`python -m nlu.onnx_export ADAPTER EXPORTS` does it in a process of its own, so that the server
never loads torch. A graph's weights become 8-bit integers where that was measured to cost nothing:
all of them, or all but those that squeeze many numbers into few, which suffer most.
"""

import json
import logging
import math
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import save
from torch import nn
from transformers import PreTrainedModel

from common.errors import ShopkeeperError
from nlu import adapter as adapters
from nlu.adapter import Adapter
from nlu.card import Card, write_card
from nlu.dataset import DATA, Example, Span, fingerprint, read_folder, split
from nlu.decoding import FoundSpan
from nlu.embedding import Embedder
from nlu.encoder import load_encoder, mean_pool
from nlu.engine import Engine
from nlu.errors import ExportError
from nlu.exports import BROKEN, FORM, GRAPH, LANDMARKS, TOKENIZER, adapter_export, encoder_export
from nlu.model import Understander
from nlu.onnx_engine import IDS, OUTPUTS, OnnxEngine, OnnxPooler
from nlu.predictor import Predictor, sentiment_label
from nlu.torch_engine import TorchEngine, TorchPooler

Rights = NDArray[np.bool_]

# What share of intents, entities or sentiments 8-bit weights may cost, and how many rows at least
# must say so.
MOST_LOST = 0.003
LEAST_ROWS = 100
# How alike the plain encoder's vectors must stay, in mean cosine.
LEAST_ALIKE = 0.98
_MOST_ROWS = 500
# How far apart torch and ONNX Runtime may be, from rounding alone.
_ROUNDING = 2e-3
_KEPT = 3


def export(adapter: Adapter, exports: Path, *, judges: Sequence[Example]) -> Path:
    """Write the graph of an adapter that `load` gave, and of its plain encoder if need be.

    Args:
        adapter: it is merged where it was not.
        exports: the folder of all exports.
        judges: annotated rows that it did not learn from; too few, and the weights stay floats.

    Returns:
        The adapter's own folder among the exports.

    Raises:
        ExportError: the network cannot be written as such a graph.
    """
    base = encoder_export(exports, adapter.card.base)
    _make(base, lambda draft: _export_encoder(draft, adapter.card.base))
    folder = adapter_export(exports, adapter.version)
    _make(folder, lambda draft: _export_adapter(draft, adapter, judges))
    for old in sorted(exports.glob("adapter-*"), key=lambda each: each.stat().st_mtime)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def judging_rows(card: Card, examples: Sequence[Example]) -> list[Example]:
    """The rows that training set aside; none where they are not what it learnt from."""
    if card.data_hash != fingerprint(examples):
        return []
    share, seed = card.recipe["share_aside"], card.recipe["seed"]
    return split(examples, share=share, seed=seed)[1][:_MOST_ROWS]


def our_judges(card: Card) -> list[Example]:
    """Rows of nlu_data that an adapter of ours neither learnt from nor is reported on."""
    rows = read_folder(DATA / "validation")
    if not {row.intent for row in rows} <= set(card.labels.intents):
        return []
    return rows + judging_rows(card, read_folder(DATA / "train"))


def costs_nothing(floats: Rights, integers: Rights) -> bool:
    """Whether 8-bit weights are right as often as floats, or nearly.

    They may lose `MOST_LOST`, and one standard error of the difference on top: a single row of
    300 says nothing.

    Args:
        floats: which rows they have right.
        integers: the same rows.
    """
    if len(floats) < LEAST_ROWS:
        return False
    lost = float(floats.mean() - integers.mean())
    error = math.sqrt((floats != integers).sum()) / len(floats)
    return lost <= MOST_LOST + error


def _make(folder: Path, write: Callable[[Path], None]) -> None:
    """Fill a new folder; it appears whole or not at all."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".draft-") as scratch:
        draft = Path(scratch) / "export"
        draft.mkdir()
        write(draft)
        try:
            draft.rename(folder)
        except OSError:
            # Another process was first.
            if not folder.is_dir():
                raise


def _export_adapter(folder: Path, adapter: Adapter, judges: Sequence[Example]) -> None:
    model = adapter.model
    model.merge()
    _write_graph(_OneText(model), folder / GRAPH, outputs=OUTPUTS)
    adapter.tokenizer.save(str(folder / TOKENIZER))
    kept = adapter.landmarks
    landmarks = save({"vectors": kept.vectors, "owners": kept.owners})
    (folder / LANDMARKS).write_bytes(landmarks)
    write_card(folder, adapter.card)
    exact = OnnxEngine(folder / GRAPH)
    _check_same(TorchEngine(model), exact)
    floats = _judge(adapter, exact, judges)
    free, facts = False, dict[str, Any](rows=len(judges))
    narrow = narrowing(folder / GRAPH)
    for spared in sorted({0, len(narrow) // 2, len(narrow)}):
        small = quantise(folder / GRAPH, spared=narrow[:spared])
        integers = _judge(adapter, OnnxEngine(small), judges)
        lost = {name: int(floats[name].sum() - integers[name].sum()) for name in floats}
        facts |= {"spared": spared, "lost": lost}
        free = all(costs_nothing(floats[name], integers[name]) for name in floats)
        if free or len(judges) < LEAST_ROWS:
            break
    _settle(folder, small, quantised=free, facts=facts)


def _export_encoder(folder: Path, base: str) -> None:
    encoder, tokenizer = load_encoder(base)
    write_encoder(encoder, folder / GRAPH)
    tokenizer.save(str(folder / TOKENIZER))
    texts = [example.text for example in read_folder(DATA / "train")[::20]]
    exact = Embedder(TorchPooler(encoder), tokenizer).embed(texts)
    floats = Embedder(OnnxPooler(folder / GRAPH), tokenizer).embed(texts)
    if not np.allclose(exact, floats, atol=_ROUNDING):
        raise ExportError(f"ONNX Runtime's vectors of {base} are not torch's.")
    small = quantise(folder / GRAPH)
    vectors = Embedder(OnnxPooler(small), tokenizer).embed(texts)
    alike = float((exact * vectors).sum(1).mean())
    facts = {"rows": len(texts), "alike": round(alike, 4)}
    _settle(folder, small, quantised=alike >= LEAST_ALIKE, facts=facts)


def write_encoder(encoder: PreTrainedModel, file: Path) -> None:
    """Write the graph of a plain encoder with the mean of its tokens.

    Raises:
        ExportError: it cannot be written as such a graph.
    """
    _write_graph(_OnePooled(encoder), file, outputs=OUTPUTS[:1])


class _OneText(nn.Module):
    """Encoder and heads over one text, which needs no mask: [1, tokens]."""

    def __init__(self, model: Understander) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hidden = self.model.encoder(input_ids=ids).last_hidden_state
        out = self.model.heads(hidden, torch.ones_like(ids))
        return out.pooled, out.intents, out.sentiments, out.tags, out.roles


class _OnePooled(nn.Module):
    """The plain encoder over one text."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return mean_pool(self.encoder(input_ids=ids).last_hidden_state, torch.ones_like(ids))


def _write_graph(network: nn.Module, file: Path, *, outputs: Sequence[str]) -> None:
    axes = {IDS: {1: "tokens"}} | {name: {1: "tokens"} for name in ("tags", "roles")}
    try:
        with _quiet(), torch.inference_mode():
            # The newer exporter wants two more packages and gives the same graph.
            torch.onnx.export(
                network.eval(),
                (torch.ones((1, 7), dtype=torch.long),),
                str(file),
                input_names=[IDS],
                output_names=list(outputs),
                dynamic_axes={name: axes[name] for name in (IDS, *outputs) if name in axes},
                opset_version=17,
                dynamo=False,
            )
    except Exception as error:  # tracing runs an encoder's own code, which fails in any way
        raise ExportError(f"The encoder cannot be written for ONNX Runtime: {error}") from error


def quantise(file: Path, *, spared: Sequence[str] = ()) -> Path:
    """Write the same graph beside it with 8-bit weights; activations follow as they come.

    Args:
        file: the graph.
        spared: names of nodes whose weights stay floats.
    """
    small = file.with_name("int8.onnx")
    with _quiet():
        quantize_dynamic(
            file,
            small,
            weight_type=QuantType.QInt8,
            per_channel=True,
            nodes_to_exclude=list(spared),
        )
    return small


def narrowing(file: Path) -> list[str]:
    """The products whose weights have at least twice as many rows as columns, first to last.

    In a transformer these are the second halves of the feed-forward layers: what they are given has
    a few large numbers among many small ones, which eight bits keep badly.
    """
    graph = onnx.load(file).graph
    shapes = {weights.name: tuple(weights.dims) for weights in graph.initializer}
    return [
        node.name
        for node in graph.node
        if node.op_type == "MatMul"
        and len(shape := shapes.get(node.input[1], ())) == 2
        and shape[0] >= 2 * shape[1]
    ]


def _settle(folder: Path, small: Path, *, quantised: bool, facts: dict[str, Any]) -> None:
    if quantised:
        small.replace(folder / GRAPH)
    else:
        small.unlink()
    form = {"weights": "int8" if quantised else "float32", **facts}
    (folder / FORM).write_text(json.dumps(form, indent=2) + "\n")


def _check_same(one: Engine, other: Engine) -> None:
    """Torch and ONNX Runtime give the same of texts of several lengths."""
    rows = [[1], [1, 2, 3], list(range(1, 17)), list(range(1, 41))]
    for mine, theirs in zip(one.run(rows), other.run(rows), strict=True):
        for name in OUTPUTS:
            here, there = getattr(mine, name), getattr(theirs, name)
            if not np.allclose(here, there, atol=_ROUNDING, rtol=_ROUNDING):
                raise ExportError(f"ONNX Runtime's {name} are not torch's.")


def _judge(adapter: Adapter, engine: Engine, rows: Sequence[Example]) -> dict[str, Rights]:
    """Of which rows intent, sentiment and all entities are right."""
    predictor = Predictor(engine, adapter.tokenizer, adapter.landmarks, adapter.card)
    predictions = predictor.predict([row.text for row in rows])
    intents = predictor.labels.intents
    pairs = list(zip(rows, predictions, strict=True))
    return {
        "intents": np.array([e.intent == intents[int(p.intents.argmax())] for e, p in pairs]),
        "sentiment": np.array([e.sentiment in (None, sentiment_label(p)[0]) for e, p in pairs]),
        "entities": np.array([e.spans is None or _same(e.spans, p.spans) for e, p in pairs]),
    }


def _same(wanted: Sequence[Span], found: Sequence[FoundSpan]) -> bool:
    return {(s.start, s.end, s.entity, s.role) for s in wanted} == {
        (s.start, s.end, s.entity, s.role) for s in found
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporter and quantiser warn of what they were chosen for."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def main() -> int:
    """Export the adapter in one folder into another; what is wrong goes to standard error."""
    folder, exports = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    torch.set_num_threads(1)
    try:
        adapter = adapters.load(folder)
    except ShopkeeperError as error:
        sys.stderr.write(f"{error.detail}\n")
        return BROKEN
    try:
        export(adapter, exports, judges=our_judges(adapter.card))
    except (ShopkeeperError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
