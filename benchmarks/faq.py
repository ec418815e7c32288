"""How many questions the FAQ answers rightly, and how many it should have left alone.

    python -m benchmarks.faq [--questions nlu_data/faq/validation.yml] [--trade]

Asks the demo shop's entries by the encoder as it is served. A question is covered when the right
entry comes first and counts as an answer; a false answer is one to a question that none answers,
a wrong one comes from another entry. `--trade` prints them for other thresholds.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from common.settings import Settings
from db.tables.catalog import FaqEntry
from nlu.card import SHIPPED
from nlu.dataset import DATA
from nlu.faq import ANSWERABLE, build_index
from nlu.loading import load
from nlu.wire import FaqHit

DEMO = Path("db/demo/data/faq.yml")
NONE = "none"
_THRESHOLDS = (0.4, 0.44, 0.46, 0.487, 0.51, 0.53, 0.56)
# The right entry or none, and the entry that comes first.
Asked = tuple[str, FaqHit]


def main() -> int:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--questions", type=Path, default=DATA / "faq" / "validation.yml")
    parser.add_argument("--trade", action="store_true")
    options = parser.parse_args()
    embed = load(SHIPPED, settings=Settings()).embedder.embed
    entries = [FaqEntry(**entry) for entry in yaml.safe_load(DEMO.read_text())]
    index = build_index(entries, embed=embed)
    questions = yaml.safe_load(options.questions.read_text())
    asked = [
        (entry, index.search(text, k=1, embed=embed).entries[0])
        for entry, texts in questions.items()
        for text in texts
    ]
    for threshold in _THRESHOLDS if options.trade else (ANSWERABLE,):
        print(f"{threshold:.3f}: {describe(asked, threshold)}")
    return 0


def describe(asked: Sequence[Asked], threshold: float) -> str:
    """The three shares at this threshold."""
    known = [(entry, hit) for entry, hit in asked if entry != NONE]
    unknown = [hit for entry, hit in asked if entry == NONE]
    first = sum(hit.id == entry for entry, hit in known)
    given = [(entry, hit) for entry, hit in known if hit.score >= threshold]
    covered = sum(hit.id == entry for entry, hit in given)
    false = sum(hit.score >= threshold for hit in unknown)
    return (
        f"right entry first {first}/{len(known)}, covered {covered}, "
        f"wrong answers {len(given) - covered}, false answers {false}/{len(unknown)}"
    )


if __name__ == "__main__":
    sys.exit(main())
