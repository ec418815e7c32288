"""Train Rasa's DIET on rows and answer others: `python nlu_diet.py asked.json told.json`.

Runs in the bot's environment (Python 3.10), by `benchmarks.nlu_peers`.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu


def main() -> None:
    """Read what is asked, train, answer."""
    asked = json.loads(Path(sys.argv[1]).read_text())
    Path("config.yml").write_text(yaml.safe_dump(pipeline(asked["seed"], asked["epochs"])))
    rows = {}
    for text, intent in asked["train"]:
        rows.setdefault(intent, []).append(text)
    data = {"rasa_nlu_data": {"common_examples": list(examples(rows))}}
    Path("nlu.json").write_text(json.dumps(data))
    started = time.perf_counter()
    model = train_nlu("config.yml", "nlu.json", "models")
    seconds = time.perf_counter() - started
    told = asyncio.run(answer(Agent.load(model), asked["test"], asked["timed"]))
    Path(sys.argv[2]).write_text(json.dumps({**told, "seconds": seconds}))


def pipeline(seed, epochs):
    """What `rasa init` proposes, without entities, synonyms and the fallback."""
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "benchmark",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {
                "name": "DIETClassifier",
                "epochs": epochs,
                "constrain_similarities": True,
                "entity_recognition": False,
                "random_seed": seed,
            },
        ],
    }


def examples(rows):
    """Rows in Rasa's JSON, which takes any text as it is."""
    for intent, texts in rows.items():
        for text in texts:
            yield {"text": text, "intent": intent, "entities": []}


async def answer(agent, texts, timed):
    """The top label, how sure, and how long one text takes."""
    labels, confidences, times = [], [], []
    for text in texts:
        started = time.perf_counter()
        parse = await agent.parse_message(text)
        times.append((time.perf_counter() - started) * 1000)
        labels.append(parse["intent"]["name"] or "")
        confidences.append(float(parse["intent"]["confidence"]))
    return {"labels": labels, "confidences": confidences, "parse_ms": times[:timed]}


if __name__ == "__main__":
    main()
