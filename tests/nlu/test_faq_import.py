"""The shop's own answers, imported while the server runs."""

import time
from pathlib import Path

from fastapi.testclient import TestClient

from common.settings import Settings
from db.engine import make_engine
from db.imports.faq import FaqOptions, import_faq
from db.migrate import upgrade
from nlu.server import create_app

PAGE = """## Do you engrave names on bottles?

> can you put a name on a bottle

Yes: up to {letters} letters, and it takes two days.
"""


def is_answered(nlu: TestClient, words: str, *, within_s: float) -> bool:
    """Whether the answer comes to hold these words in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        asked = {"text": "can you put my name on it", "k": 1}
        found = nlu.post("/faq/search", json=asked).json()
        if found["answerable"] and words in found["entries"][0]["answer"]:
            return True
        time.sleep(0.2)
    return False


def test_an_imported_answer_is_found_within_ten_seconds_and_so_is_its_correction(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    page = tmp_path / "answers.md"
    with TestClient(create_app(settings)) as nlu:
        for letters in ("twelve", "fifteen"):
            page.write_text(PAGE.format(letters=letters))
            import_faq(engine, page, FaqOptions("markdown"))
            assert is_answered(nlu, f"{letters} letters", within_s=10)
    engine.dispose()
