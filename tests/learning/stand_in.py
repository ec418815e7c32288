"""Stands in for `shopkeeper` where a learner is tested: `python stand_in.py train nlu ...`.

What it does is written in HOME/plan.json: {"train": {"seconds", "code"}, "judge": ..., "promote":
...}. It notes each of its runs, with its process, in HOME/runs.jsonl, and like the real command it
ends when whoever started it does.
"""

import json
import os
import sys
import time
from pathlib import Path

from common.model_shelf import promote
from common.supervised import follow_supervisor

HOME = Path(os.environ["SHOPKEEPER_HOME"])


def main(words: list[str]) -> int:
    follow_supervisor()
    step = "train" if words[0] == "train" else words[1]
    plan = json.loads((HOME / "plan.json").read_text()).get(step, {})
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    by = os.environ["SHOPKEEPER_JOB_BY"]
    with (HOME / "runs.jsonl").open("a") as runs:
        run = {"step": step, "words": words, "pid": os.getpid(), "nice": nice, "by": by}
        runs.write(json.dumps(run) + "\n")
    seconds = float(plan.get("seconds", 0))
    if step == "train":
        _train(words, seconds)
    else:
        time.sleep(seconds)
    sys.stdout.write(f"{step} is done\n")
    if step == "promote" and not plan.get("code"):
        promote(HOME / "models" / words[2] / words[3])
    return int(plan.get("code", 0))


def _train(words: list[str], seconds: float) -> None:
    folder = Path(words[words.index("--output") + 1])
    progress = Path(words[words.index("--progress-file") + 1])
    folder.mkdir(parents=True)
    (folder / "half").touch()
    for done in range(10):
        progress.write_text(json.dumps({"step": "training", "done": done, "total": 10}))
        time.sleep(seconds / 10)
    if not json.loads((HOME / "plan.json").read_text()).get("train", {}).get("code"):
        (folder / "card.json").write_text("{}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
