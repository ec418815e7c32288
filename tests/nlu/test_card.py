"""The card of an adapter comes back as it was written."""

from pathlib import Path

from nlu.calibration import Calibration
from nlu.card import Card, read_card, write_card
from nlu.labels import Labels


def test_words_and_their_pairs_are_read_as_they_were_written(tmp_path: Path) -> None:
    card = Card(
        Labels(("greet", "goodbye")),
        Calibration(),
        words={"red": 3, "boots": 2},
        pairs={("", "red"): 2, ("red", "boots"): 2, ("red", "hat"): 4},
    )
    write_card(tmp_path, card)
    assert read_card(tmp_path) == card
