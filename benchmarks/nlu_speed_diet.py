"""Rasa's DIET asked one text at a time: `python nlu_speed_diet.py rows.json FOLDER`.

Trains, says "ready", then answers each line (a text as JSON) with [wall, processor] milliseconds.
Runs in the bot's environment (Python 3.10), by `benchmarks.nlu_speed`.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import yaml
from nlu_diet import examples, pipeline
from rasa.core.agent import Agent
from rasa.model_training import train_nlu

# A parse takes as long after few epochs as after many.
EPOCHS = 3


async def main():
    rows = {}
    for text, intent in json.loads(Path(sys.argv[1]).read_text()):
        rows.setdefault(intent, []).append(text)
    folder = Path(sys.argv[2])
    (folder / "config.yml").write_text(yaml.safe_dump(pipeline(7, EPOCHS)))
    data = {"rasa_nlu_data": {"common_examples": list(examples(rows))}}
    (folder / "nlu.json").write_text(json.dumps(data))
    out = sys.stdout
    sys.stdout = sys.stderr
    # Rasa trains in a loop of its own.
    model = await asyncio.to_thread(
        train_nlu, str(folder / "config.yml"), str(folder / "nlu.json"), str(folder / "models")
    )
    agent = Agent.load(model)
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        text = json.loads(line)
        wall, processor = time.perf_counter(), time.process_time()
        await agent.parse_message(text)
        took = [time.perf_counter() - wall, time.process_time() - processor]
        print(json.dumps([1000 * each for each in took]), file=out, flush=True)


asyncio.run(main())
