"""How long one parse takes: torch, ONNX Runtime with floats and 8-bit weights, Rasa's DIET.

    python -m benchmarks.nlu_speed [--rounds 300] [--tokens 16] [--without-diet]

All take turns over the same held-out texts, one thread each, so that whatever else the machine does
slows them alike: read the ratios. Ours are whole parses, with rules, values and sentiment; DIET's
have intents alone. Processor time is that of the whole process. `server` is a parse over HTTP from
`python -m nlu.server`, `diet server` one from Rasa's, both fresh; their start and memory are
told too. Ratios are of what is alike: in process to DIET in process, over HTTP to its server.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import torch

from benchmarks.nlu_peers import DIET_PYTHON, ROOT
from benchmarks.turn import resident_kib
from nlu import adapter as adapters
from nlu.card import SHIPPED
from nlu.catalogue import Mirror
from nlu.dataset import DATA, read_folder
from nlu.exports import GRAPH, read_predictor
from nlu.lexicon import read_lexicon
from nlu.onnx_engine import OnnxEngine
from nlu.onnx_export import export, quantise
from nlu.parser import Parser
from nlu.predictor import Predictor
from nlu.vocabulary import Vocabulary
from nlu.words import cut_words

# Milliseconds on the clock and of the processor.
Took = tuple[float, float]
Contender = Callable[[str], Took]
WARM_UP = 20
CALM = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
DIET_CALM = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
}


class NoCatalogue:
    """A shop without goods."""

    def stamp(self, session: object) -> tuple[int, None]:
        """Nothing changes."""
        return 0, None

    def read(self, session: object) -> Vocabulary:
        """No words."""
        return Vocabulary()


def main() -> int:
    """Measure and print a table."""
    options = read_options()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        predictors = ours(folder)
        texts = texts_of(predictors["torch"], tokens=options.tokens)
        runs = {name: in_process(predictor) for name, predictor in predictors.items()}
        runs["server"] = stack.enter_context(server(folder / "home"))
        if not options.without_diet:
            runs["diet"] = stack.enter_context(diet(folder))
            runs["diet server"] = stack.enter_context(diet_server(folder))
        took: dict[str, list[Took]] = {name: [] for name in runs}
        for number in range(-WARM_UP, options.rounds):
            for name, ask in runs.items():
                found = ask(texts[number % len(texts)])
                if number >= 0:
                    took[name].append(found)
    print(f"{options.rounds} rounds over {len(texts)} texts of about {options.tokens} tokens")
    print("\n".join(table(took)))
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--tokens", type=int, default=16, help="special tokens included")
    parser.add_argument("--without-diet", action="store_true")
    return parser.parse_args()


def ours(folder: Path) -> dict[str, Predictor]:
    """The shipped adapter, run in three ways."""
    adapter = adapters.load(SHIPPED)
    exported = export(adapter, folder / "exports", judges=[])
    floats = read_predictor(exported)
    integers = replace(floats, engine=OnnxEngine(quantise(exported / GRAPH)))
    return {"torch": adapter.predictor(), "onnx fp32": floats, "onnx int8": integers}


def texts_of(predictor: Predictor, *, tokens: int) -> list[str]:
    """The held-out texts of about so many tokens."""
    texts = [row.text for row in read_folder(DATA / "heldout")]
    words = cut_words(texts, tokenizer=predictor.tokenizer)
    return [t for t, cut in zip(texts, words, strict=True) if abs(len(cut.ids) - tokens) <= 1]


def in_process(predictor: Predictor) -> Contender:
    """A parser asked directly."""
    nothing = Mirror(NoCatalogue(), empty=Vocabulary())
    parser = Parser(predictor, vocabulary=nothing, lexicon=read_lexicon())

    def ask(text: str) -> Took:
        wall, processor = time.perf_counter(), time.process_time()
        parser.parse([text])
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)

    return ask


@contextmanager
def server(home: Path) -> Iterator[Contender]:
    """Our server on a port of its own, asked over HTTP."""
    port = free_port()
    settings = {"SHOPKEEPER_HOME": str(home), "SHOPKEEPER_PORT_BASE": str(port - 1)}
    command = [sys.executable, "-m", "nlu.server"]
    settings |= {"SHOPKEEPER_DEVICE": "cpu"}
    with over_http("server", command, cwd=ROOT, env=settings, port=port, ready="/readyz") as ask:
        yield ask


@contextmanager
def diet_server(folder: Path) -> Iterator[Contender]:
    """Rasa's own server with the model that `diet` trained."""
    port = free_port()
    command = [str(DIET_PYTHON), "-m", "rasa", "run", "--enable-api", "--model", "models"]
    command += ["--port", str(port), "--interface", "127.0.0.1"]
    with over_http(
        "DIET's server", command, cwd=folder, env=DIET_CALM, port=port, ready="/status"
    ) as ask:
        yield ask


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def over_http(
    name: str, command: Sequence[str], *, cwd: Path, env: dict[str, str], port: int, ready: str
) -> Iterator[Contender]:
    """A process of its own that answers `POST /model/parse`; tells its start and memory."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=os.environ | CALM | env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            while not is_ready(http, ready):
                if process.poll() is not None:
                    raise SystemExit(f"{name} ended with {process.returncode}.")
                time.sleep(0.05)
            seconds = time.perf_counter() - started
            spent = sum(os_times(process.pid))

            def ask(text: str) -> Took:
                wall, processor = time.perf_counter(), sum(os_times(process.pid))
                http.post("/model/parse", json={"text": text}).raise_for_status()
                return (
                    1000 * (time.perf_counter() - wall),
                    1000 * (sum(os_times(process.pid)) - processor),
                )

            yield ask
            mib = resident_kib(process.pid) / 1024
        print(f"{name} ready after {seconds:.1f} s ({spent:.1f} s of processor), {mib:.0f} MiB")
    finally:
        process.terminate()
        process.wait()


def is_ready(http: httpx.Client, path: str) -> bool:
    """Whether it can do its work by now."""
    try:
        return http.get(path).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def os_times(pid: int) -> tuple[float, float]:
    """Seconds of processor in user and system mode, by ticks of ten milliseconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / ticks, int(fields[12]) / ticks


@contextmanager
def diet(folder: Path) -> Iterator[Contender]:
    """Rasa's DIET, trained on our rows, in the bot's environment."""
    rows = [[row.text, row.intent] for row in read_folder(DATA / "train")]
    (folder / "rows.json").write_text(json.dumps(rows))
    script = ROOT / "benchmarks" / "nlu_speed_diet.py"
    process = subprocess.Popen(
        [str(DIET_PYTHON), str(script), str(folder / "rows.json"), str(folder)],
        env=os.environ | CALM | DIET_CALM,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    if process.stdout.readline().strip() != "ready":
        raise SystemExit("DIET did not start: is bot/.venv there?")

    def ask(text: str) -> Took:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(text) + "\n")
        process.stdin.flush()
        wall, processor = json.loads(process.stdout.readline())
        return wall, processor

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait()


def table(took: dict[str, list[Took]]) -> list[str]:
    """Markdown: middle and slow end on the clock, mean of the processor, and ratios to DIET."""
    lines = ["| | p50 ms | p95 ms | processor ms | p50 / DIET | processor / DIET |"]
    lines.append("|---|---|---|---|---|---|")
    figures = {name: figures_of(found) for name, found in took.items()}
    for name, (p50, p95, processor) in figures.items():
        ratios = ["", ""]
        peer = figures.get("diet server" if "server" in name else "diet")
        if peer:
            ratios = [f"{p50 / peer[0]:.2f}", f"{processor / peer[2]:.2f}"]
        lines.append(f"| {name} | {p50:.2f} | {p95:.2f} | {processor:.2f} | {' | '.join(ratios)} |")
    return lines


def figures_of(found: Sequence[Took]) -> tuple[float, float, float]:
    """p50 and p95 on the clock, the mean of the processor."""
    walls = sorted(wall for wall, _ in found)
    quantiles = statistics.quantiles(walls, n=20, method="inclusive")
    return quantiles[9], quantiles[18], statistics.mean(processor for _, processor in found)


if __name__ == "__main__":
    sys.exit(main())
