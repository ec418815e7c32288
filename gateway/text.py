"""What becomes of a shopper's text on its way in: kept as typed, safe to store, never a command."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

MAX_LENGTH = 2000

# Control characters mean nothing to a reader, and PostgreSQL takes no NUL at all.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LEADING_SLASHES = re.compile(r"^[\s/]+")
# What is passed on of a message that was slashes alone.
_NOTHING = "?"
# The few signs that mean something in a chat.
_BOLD = re.compile(r"\*\*([^\s*](?:[^*]*[^\s*])?)\*\*")
_NAMED_LINK = re.compile(r"\[([^\]\n]{1,200})\]\([^\s()<>\"']{1,2000}\)")


def clean(text: str) -> str:
    """The text without control characters (new lines and tabs stay) and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # A surrogate pair becomes its character, a lone half the replacement character.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", text)


def as_words(text: str) -> str:
    """The text as the models may read it: a leading slash, a command to Rasa, is blanked.

    The length stays, so that the parse's offsets fit the text as it was stored.
    """
    words = _LEADING_SLASHES.sub(lambda match: " " * len(match[0]), text)
    return words if words.strip() else _NOTHING


def as_plain(text: str) -> str:
    """What a chat shows in bold or as a link, in plain words on one line."""
    return " ".join(_NAMED_LINK.sub(r"\1", _BOLD.sub(r"\1", text)).split())


def _clean_if_text(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _said_something(text: str) -> str:
    if not text.strip():
        raise ValueError("The text is empty.")
    return text


CleanText = Annotated[str, BeforeValidator(_clean_if_text)]
ShopperText = Annotated[
    CleanText, StringConstraints(max_length=MAX_LENGTH), AfterValidator(_said_something)
]
# A name that another system gave: an id, a code.
Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
