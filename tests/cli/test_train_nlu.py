"""What `shopkeeper train nlu` refuses before it trains anything."""

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["--private-epsilon", "8", "--from-conversations"], "conversations export"),
        (["--private-epsilon", "8"], "--data"),
        (["--private-epsilon", "8", "--data", "rows.csv", "--peft", "LoHa"], "--peft"),
        (["--from-conversations", "--peft", "LoHa"], "--peft"),
    ],
)
def test_what_does_not_go_together_is_refused_with_the_way_out(
    arguments: list[str], cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As wide a terminal as the sentence: the frame breaks it elsewhere.
    monkeypatch.setenv("COLUMNS", "400")
    refused = CliRunner().invoke(app, ["train", "nlu", *arguments])
    assert refused.exit_code == 2
    assert cure in refused.output
