"""Two processes that train one model, started by torchrun as an operator would.

Run by torchrun, this file is one of them: see `_take_part`.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from common.errors import ConfigurationError
from common.settings import Settings
from recommender.sequence.distributed import Taught, Workers, workers
from recommender.sequence.histories import from_items
from recommender.sequence.recipe import Epoch
from recommender.sequence.training import Trained, help_train, train
from tests.recommender.test_sequence import SMALL, a_circle, some_texts

ROOT = Path(__file__).resolve().parents[2]
TOGETHER = replace(SMALL, epochs=4, rows=4)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what each of its processes left behind."""

    code: int
    output: str
    said: list[dict[str, Any]]


def start(folder: Path, *command: str) -> Ended:
    """Start two processes with torchrun and wait for their end."""
    # What is compiled once serves all of them, also where no bytecode may be written.
    bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.parent / "pyc")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node", "2", *command),
        ],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | bytecode,
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = [json.loads(file.read_text()) for file in sorted(folder.glob("process-*.json"))]
    return Ended(done.returncode, done.stdout + done.stderr, said)


def start_training(folder: Path, *parts: str) -> Ended:
    """Start this file."""
    return start(folder, "-m", "tests.recommender.test_distributed_training", str(folder), *parts)


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A shop whose database is empty."""
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    return Settings()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run of two processes, from beginning to end."""
    return start_training(tmp_path_factory.mktemp("whole"), "average", "whole", "uneven", "few")


@pytest.mark.slow
def test_two_processes_end_with_one_model_that_is_as_good(ended: Ended) -> None:
    assert ended.code == 0, ended.output
    first, second = ended.said
    assert first["whole"] == second["whole"]
    assert len(first["whole"]["figures"]) == TOGETHER.epochs
    assert max(each["recall@10"] for each in first["whole"]["figures"]) > 0.9
    assert (first["told"], second["told"]) == ([1, 2, 3, 4], [])


@pytest.mark.slow
def test_gradients_are_averaged_over_the_places_of_all(ended: Ended) -> None:
    # (1 place of gradient 2 and loss 8, 3 places of gradient 6 and loss 4) / 4; 4 places, 2 batches
    assert [each["average"] for each in ended.said] == [[5.0, 5.0, 5.0, 5.0, 4, 2]] * 2


@pytest.mark.slow
def test_whoever_has_fewer_batches_or_none_is_waited_for(ended: Ended) -> None:
    first, second = ended.said
    assert first["uneven"] == second["uneven"]
    assert first["few"] == second["few"]
    assert len(first["few"]["figures"]) == 2


@pytest.mark.slow
def test_a_broken_off_run_ends_as_it_would_have(ended: Ended, tmp_path: Path) -> None:
    broken = start_training(tmp_path, "die", "whole")
    assert broken.code != 0
    assert not broken.said
    assert (tmp_path / "run.pt").exists()
    resumed = start_training(tmp_path, "whole")
    assert resumed.code == 0, resumed.output
    assert [each["told"] for each in resumed.said] == [[2, 3, 4], []]
    assert [each["whole"] for each in resumed.said] == [each["whole"] for each in ended.said]


@pytest.mark.slow
def test_the_command_trains_in_two_processes_and_one_tells_and_saves(
    shop: Settings, tmp_path: Path
) -> None:
    # Here, since the processes that this file is run as need none of it, and begin sooner.
    from recommender.sequence.storage import load, load_neighbours, read_card
    from tests.recommender.test_sequence_shop import fill

    fill(shop, shoppers=20)
    output = tmp_path / "model"
    options = ["--epochs", "2", "--device", "cpu", "--output", str(output)]
    program = str(Path(sys.executable).with_name("shopkeeper"))
    ended = start(tmp_path, "--no-python", program, "train", "recommender", *options)
    assert ended.code == 0, ended.output
    for once in ("4 products; 20 shoppers", " 1/2 loss", " 2/2 loss", "Saved in"):
        assert ended.output.count(once) == 1, ended.output
    card = read_card(output)
    assert card.metrics["recall@10"] == 1.0
    ids = ["a", "b", "c", "d"]
    texts = torch.zeros(4, card.text_width).numpy()
    scorer = load(output, item_ids=ids, texts=texts, encoder=card.encoder)
    assert scorer(from_items([[0, 1]])).shape == (1, 4)
    assert load_neighbours(output, item_ids=ids) is not None
    assert not list((shop.models / "recommender").glob("*"))


@pytest.mark.slow
def test_what_is_missing_is_told_once(shop: Settings, tmp_path: Path) -> None:
    from tests.recommender.test_sequence_shop import fill

    fill(shop, shoppers=0)
    program = str(Path(sys.executable).with_name("shopkeeper"))
    ended = start(tmp_path, "--no-python", program, "train", "recommender", "--device", "cpu")
    assert ended.code != 0
    assert ended.output.count("import more") == 1, ended.output
    assert "Another process" not in ended.output


def test_each_process_needs_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    count = str(torch.cuda.device_count() + 2)
    for name, value in {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, "RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="let it start one for each"), workers("cuda"):
        pass


def test_a_process_alone_changes_nothing_and_shares_with_itself() -> None:
    alone = Workers(torch.device("cpu"))
    mine = Taught(torch.tensor(3.0), 2, 1)
    assert alone.average([], mine) is mine
    assert alone.share({"a": 1}) == {"a": 1}
    with pytest.raises(ValueError, match="first process"):
        alone.share()


def _take_part(folder: Path, parts: list[str]) -> None:
    """What each of the two processes does."""
    torch.set_num_threads(1)
    said: dict[str, Any] = {"told": []}

    def on_epoch(epoch: Epoch) -> None:
        said["told"].append(epoch.number)
        if "die" in parts:
            os._exit(9)

    # 49 shoppers: one process has three batches, the other two. One shopper: one has none.
    runs = {
        "whole": (a_circle(200), TOGETHER),
        "uneven": (a_circle(49), replace(TOGETHER, epochs=2)),
        "few": (from_items([[1, 2, 3, 4]]), replace(TOGETHER, epochs=2)),
    }
    with workers("cpu") as together:
        for part in parts:
            if part == "average":
                said[part] = _average(together)
            elif part in runs:
                whole = part == "whole"
                histories, recipe = runs[part]
                said[part] = _tell(
                    train(
                        histories,
                        some_texts(),
                        recipe=recipe,
                        workers=together,
                        checkpoint=folder / "run.pt" if whole else None,
                        on_epoch=on_epoch if whole else None,
                    )
                    if together.is_first
                    else help_train(together)
                )
    (folder / f"process-{together.rank}.json").write_text(json.dumps(said))


def _average(together: Workers) -> list[float]:
    """The first brings one place of gradient 2, the other three of gradient 6."""
    places, gradient, loss = (1, 2.0, 8.0) if together.is_first else (3, 6.0, 4.0)
    parameters = [torch.zeros(2, 1, requires_grad=True), torch.zeros((), requires_grad=True)]
    for parameter in parameters:
        parameter.grad = torch.full_like(parameter, gradient)
    taught = together.average(parameters, Taught(torch.tensor(loss), places, 1))
    gradients = [each for parameter in parameters for each in parameter.grad.flatten().tolist()]
    return [*gradients, float(taught.loss), taught.places, taught.batches]


def _tell(trained: Trained) -> dict[str, Any]:
    """What two processes must have in common."""
    weights = trained.model.state_dict().values()
    return {
        "weights": hashlib.sha256(b"".join(each.numpy().tobytes() for each in weights)).hexdigest(),
        "losses": [epoch.loss for epoch in trained.history],
        "figures": [epoch.figures for epoch in trained.history],
    }


if __name__ == "__main__":
    _take_part(Path(sys.argv[1]), sys.argv[2:])
