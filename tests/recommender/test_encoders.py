from pathlib import Path

import numpy as np
import pytest

from common.errors import ConfigurationError
from common.settings import Settings
from recommender.encoders import SentenceEncoder, load_encoder


@pytest.fixture(scope="module")
def packaged() -> SentenceEncoder:
    return load_encoder(Settings(device="cpu"))


def test_the_packaged_model_knows_what_is_alike(packaged: SentenceEncoder) -> None:
    goods = packaged.place(
        packaged.encode_texts(["A warm woollen scarf", "A cordless power drill"])
    )
    query = packaged.encode_query("something for a cold neck")
    scarf, drill = goods.similar(query[None, :])[:, 0]
    assert scarf > drill


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(packaged: SentenceEncoder) -> None:
    texts = [f"A lamp for room {number} " * (number % 5 + 1) for number in range(40)]
    together = packaged.encode_texts(texts)
    alone = packaged.encode_texts([texts[39]])
    assert together.shape == (40, packaged.dimension)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together[39], alone[0], atol=1e-4)


def test_a_query_is_encoded_once(packaged: SentenceEncoder) -> None:
    assert packaged.encode_query("same words") is packaged.encode_query("same words")


def test_rows_come_back_as_they_were_laid(packaged: SentenceEncoder) -> None:
    matrix = packaged.encode_texts(["one", "two", "three"])
    np.testing.assert_allclose(packaged.place(matrix).rows(np.array([2, 0])), matrix[[2, 0]])


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SHOPKEEPER_BASE_MODEL"):
        load_encoder(Settings(base_model=str(tmp_path / "nowhere"), device="cpu"))


def test_the_name_changes_with_the_model(packaged: SentenceEncoder) -> None:
    assert packaged.name.startswith("all-MiniLM-L6-v2-")
