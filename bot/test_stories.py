"""Test stories with the real NLU: does each message lead to the action it should?

    bot/.venv/bin/python bot/test_stories.py http://127.0.0.1:5006 [bot/tests/x_stories.yml ...]

The stories have Rasa's own form. `rasa test core` would ignore the NLU's address, and compares
entities letter by letter where only what is done with the message matters here. Prints each step
that goes another way and exits with 1 if there are any.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from run import HERE, find_or_train, prepare_environment, quieten


def main(arguments: list[str]) -> int:
    """Run the stories; 0 all as written, 1 some not, 2 usage."""
    if not arguments:
        print(__doc__, file=sys.stderr)  # noqa: T201 - a script's own output
        return 2
    files = [Path(name).absolute() for name in arguments[1:]]
    prepare_environment()
    quieten()
    model = find_or_train(models=Path(os.environ["SHOPKEEPER_HOME"]) / "models" / "dialogue")
    files = files or sorted((HERE / "tests").glob("*_stories.yml"))
    problems, steps = asyncio.run(run_stories(files, model=model, nlu_url=arguments[0]))
    for problem in problems:
        print(problem)  # noqa: T201
    print(f"stories: {steps - len(problems)}/{steps} steps as written")  # noqa: T201
    return 1 if problems else 0


async def run_stories(files: list[Path], *, model: Path, nlu_url: str) -> tuple[list[str], int]:
    """What went another way than written, and how many steps there were."""
    from rasa.core.agent import Agent
    from rasa.core.http_interpreter import RasaNLUHttpInterpreter
    from rasa.shared.utils.io import read_yaml_file
    from rasa.utils.endpoints import EndpointConfig

    interpreter = RasaNLUHttpInterpreter(EndpointConfig(nlu_url))
    agent = Agent.load(str(model), http_interpreter=interpreter)
    problems: list[str] = []
    steps = 0
    for file in files:
        for story in read_yaml_file(file)["stories"]:
            for problem in await run_story(agent, story):
                steps += 1
                if problem:
                    problems.append(f"{file.name}: {story['story']}: {problem}")
    await interpreter.session.close()
    return problems, steps


async def run_story(agent: Any, story: dict[str, Any]) -> list[str | None]:
    """For each message of a story what went wrong, or None."""
    from rasa.shared.core.events import ActionExecuted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    tracker = DialogueStateTracker(story["story"], agent.domain.slots)
    tracker.update(ActionExecuted("action_listen"))
    outcomes: list[str | None] = []
    steps = story["steps"]
    for step, following in zip(steps[::2], steps[1::2], strict=True):
        text = step["user"].strip()
        parse = await agent.parse_message(text)
        tracker.update(UserUttered(text, parse["intent"], parse["entities"], parse), agent.domain)
        action = agent.predict_next_with_tracker(tracker)["scores"]
        taken = max(action, key=lambda score: score["score"])["action"]
        tracker.update(ActionExecuted(taken))
        tracker.update(ActionExecuted("action_listen"))
        intent = parse["intent"]["name"]
        if taken == following["action"]:
            outcomes.append(None)
        else:
            outcomes.append(f"{text!r} is {intent} and leads to {taken}, not {following['action']}")
    return outcomes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
