"""The keys of the first run lie in a volume that most containers only read."""

from pathlib import Path

import pytest

from common.settings import load_settings


def test_keys_that_are_there_are_read_without_touching_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    for name in ("SECRET_KEY", "IDENTITY_KEY", "EVENTS_KEY"):
        monkeypatch.delenv(f"SHOPKEEPER_{name}", raising=False)
    made = load_settings()
    written = (tmp_path / "keys").stat().st_mtime_ns
    again = load_settings()
    assert again.identity_key == made.identity_key
    # A draft beside them would have changed the folder's time, and failed on a read-only volume.
    assert (tmp_path / "keys").stat().st_mtime_ns == written
