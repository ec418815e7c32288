"""Questions and answers out of a Markdown page."""

import re
from collections.abc import Iterator
from typing import TextIO

from db.imports.rows import Row

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")


def markdown_rows(text: TextIO) -> Iterator[Row]:
    """Each heading with words below it is a question, the words are its answer.

    Quoted lines (`> can i send it back`) are other ways of asking. A heading without an
    answer, such as the page's title, is none.
    """
    question, begins = "", 0
    answer: list[str] = []
    examples: list[str] = []
    fenced = False
    for number, raw in enumerate(text, start=1):
        line = raw.rstrip()
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading:
            yield from _row(begins, question, answer, examples)
            question, begins, answer, examples = heading[2], number, [], []
        elif line.startswith(">") and not fenced:
            examples.append(line.lstrip("> "))
        else:
            answer.append(line)
    yield from _row(begins, question, answer, examples)


def _row(line: int, question: str, answer: list[str], examples: list[str]) -> Iterator[Row]:
    words = "\n".join(answer).strip()
    if question and (words or examples):
        asked = [example for example in examples if example]
        yield Row(line, {"question": question, "answer": words, "examples": asked})
