"""Train SetFit on rows and answer others: `python nlu_setfit.py asked.json told.json`.

Runs in the environment that `benchmarks.nlu_peers` makes.
"""

import json
import sys
import time
from pathlib import Path

import torch
from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments


def main() -> None:
    """Read what is asked, train, answer."""
    asked = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(1)
    torch.manual_seed(asked["seed"])
    texts, intents = zip(*asked["train"], strict=True)
    names = sorted(set(intents))
    rows = {"text": list(texts), "label": [names.index(intent) for intent in intents]}
    model = SetFitModel.from_pretrained(asked["encoder"], labels=names, device="cpu")
    arguments = TrainingArguments(
        output_dir="setfit",
        batch_size=16,
        num_epochs=1,
        num_iterations=asked["iterations"],
        seed=asked["seed"],
        save_strategy="no",
        report_to="none",
        show_progress_bar=False,
    )
    started = time.perf_counter()
    Trainer(model=model, args=arguments, train_dataset=Dataset.from_dict(rows)).train()
    seconds = time.perf_counter() - started
    chances = model.predict_proba(asked["test"], as_numpy=True)
    times = []
    for text in asked["test"][: asked["timed"]]:
        began = time.perf_counter()
        model.predict_proba([text], as_numpy=True)
        times.append((time.perf_counter() - began) * 1000)
    told = {
        "labels": [names[n] for n in chances.argmax(1)],
        "confidences": chances.max(1).tolist(),
        "parse_ms": times,
        "seconds": seconds,
    }
    Path(sys.argv[2]).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
