"""The bot's words in other languages than the domain's own. Knows nothing of Rasa.

`locales/<language>/<topic>.yml` holds `responses` as the domain's files do: the same names, the
same facts, variations of their own. `words`, by kind, has the values that come from elsewhere:
what is said, and which values it is said for. Why they lie beside the domain: docs/decisions/0007.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from addons.phrasebook import Phrasebook, Variation, Words

LOCALES = Path(__file__).resolve().parents[1] / "locales"

Responses = Mapping[str, Sequence[Variation]]


def name_language(locale: str | None) -> str:
    """The language of a browser's tag: `zh-CN` and `zh_TW` are `zh`."""
    return (locale or "en").replace("_", "-").split("-")[0].lower()


def list_languages(*, folder: Path = LOCALES) -> list[str]:
    """The languages that have files here."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


@functools.cache
def open_locale(language: str, *, folder: Path = LOCALES) -> tuple[Responses, Words]:
    """All responses and words of one language; none where it has no files."""
    responses: dict[str, Sequence[Variation]] = {}
    words: dict[str, dict[str, str]] = {}
    # What a browser sends is looked up among the folders, and never made into a path.
    if language in list_languages(folder=folder):
        for file in sorted((folder / language).glob("*.yml")):
            content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            responses.update(content.get("responses") or {})
            for kind, said in (content.get("words") or {}).items():
                words.setdefault(kind, {}).update(_by_value(said))
    return responses, words


def open_phrasebook(domain: Responses, language: str, *, folder: Path = LOCALES) -> Phrasebook:
    """The phrasebook of a language. What it lacks is said in the domain's words."""
    responses, words = open_locale(language, folder=folder)
    return Phrasebook({**domain, **responses}, words=words)


def _by_value(said: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for word, values in said.items():
        for value in values:
            # Shops and shoppers write both "scarf" and "scarfs".
            yield value, word
            yield f"{value}s", word
