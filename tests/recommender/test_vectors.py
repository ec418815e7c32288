from pathlib import Path

import numpy as np

from recommender.vectors import VectorFile


def a_file(path: Path, *, encoder: str = "one") -> VectorFile:
    return VectorFile(path / "vectors.db", encoder=encoder, dimension=3)


def test_what_was_written_is_read_after_a_restart(tmp_path: Path) -> None:
    vector = np.array([0.6, 0.8, 0.0], dtype=np.float32)
    first = a_file(tmp_path)
    first.write({"text": vector})
    first.close()
    again = a_file(tmp_path)
    np.testing.assert_allclose(again.read(["text", "other"])["text"], vector, atol=1e-3)
    again.close()


def test_another_encoders_vectors_are_not_taken(tmp_path: Path) -> None:
    first = a_file(tmp_path)
    first.write({"text": np.ones(3, dtype=np.float32)})
    other = a_file(tmp_path, encoder="two")
    assert other.read(["text"]) == {}
    first.close()
    other.close()


def test_more_texts_than_one_statement_takes_are_all_found(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    file.write({f"t{n}": np.full(3, n, dtype=np.float32) for n in range(1300)})
    assert len(file.read(f"t{n}" for n in range(1300))) == 1300
    file.close()


def test_texts_of_long_ago_are_forgotten_once_they_are_many(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    file.write({f"t{n}": np.zeros(3, dtype=np.float32) for n in range(10_010)})
    file.prune(["t1", "t2"])
    assert set(file.read(f"t{n}" for n in range(10))) == {"t1", "t2"}
    file.close()
