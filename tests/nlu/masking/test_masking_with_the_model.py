"""The same messages, read by the shipped model first: brands that look like names are kept."""

import pytest

from nlu.catalogue import GoodsSource, Mirror
from nlu.lexicon import read_lexicon
from nlu.masking.masker import find_personal
from nlu.masking.spans import Personal
from nlu.parser import Parser
from nlu.predictor import Predictor
from nlu.vocabulary import Vocabulary
from tests.nlu.masking.marked import Score, read_half, score

_AT_ONCE = 50


@pytest.fixture(scope="module", params=["blind", "development"])
def result(request: pytest.FixtureRequest, shipped: Predictor) -> Score:
    goods = Mirror(GoodsSource({}), empty=Vocabulary())
    parser = Parser(shipped, vocabulary=goods, lexicon=read_lexicon())
    rows = read_half(request.param)
    found: dict[str, list[Personal]] = {}
    for first in range(0, len(rows), _AT_ONCE):
        texts = [row.text for row in rows[first : first + _AT_ONCE]]
        for text, parse in zip(texts, parser.parse(texts), strict=True):
            found[text] = find_personal(text, parse.entities)
    return score(rows, lambda text: found[text])


@pytest.mark.slow
def test_numbers_are_hidden_and_goods_are_not(result: Score) -> None:
    assert result.share("email", "phone", "card", "order") >= 0.99
    assert result.damage < 0.01


@pytest.mark.slow
def test_names_and_addresses_are_hidden_mostly(result: Score) -> None:
    assert result.share("name") >= 0.9
    assert result.share("address") >= 0.9
