import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from common.settings import Settings
from nlu.card import version_of
from nlu.dataset import Example, read_annotations
from nlu.errors import DatasetError
from nlu.evaluation import evaluate
from nlu.exports import adapter_export, exports_of
from nlu.measures import entity_scores, f1, label_scores, macro_f1, overlap_scores
from nlu.predictor import Predictor

CONTRACT = {
    "accuracy",
    "macro_f1",
    "in_scope_accuracy",
    "oos_auroc",
    "oos_recall",
    "ece",
    "latency_ms",
    "labels",
}


def an_example(row: str, intent: str, sentiment: str = "neutral") -> Example:
    text, spans = read_annotations(row)
    return Example(text, intent, sentiment, spans)


def test_the_report_has_every_figure_of_the_contract(shipped: Predictor) -> None:
    report = evaluate(
        shipped,
        [
            an_example("hello there", "greet"),
            an_example("[red](color) [boots](category) under [80](price_max)", "search_product"),
            an_example("what is the capital of peru", "some_label_that_no_model_knows"),
        ],
    )
    assert set(report) >= CONTRACT
    assert report["in_scope_accuracy"] == 1
    assert report["oos_recall"] == 1
    assert report["accuracy"] == 1
    assert set(report["latency_ms"]) == {"p50", "p95"}
    assert report["entities"]["value"]["f1"] == 1
    json.dumps(report)


def test_rows_that_only_have_labels_get_no_entity_or_sentiment_figures(shipped: Predictor) -> None:
    report = evaluate(shipped, [Example("hello", "greet"), Example("bye", "goodbye")])
    assert not {"entities", "sentiment"} & set(report)
    assert report["oos_auroc"] is None


def test_rows_with_slips_are_judged_by_what_was_meant(shipped: Predictor) -> None:
    meant = an_example("[red](color) [boots](category) under [80](price_max)", "search_product")
    typed = an_example("[rde](color) [boots](category) undr [80](price_max)", "search_product")
    words = {"red": 9, "boots": 9, "under": 9}
    for known, right in ((words, True), ({}, False)):
        predictor = replace(shipped, card=replace(shipped.card, words=known))
        value = evaluate(predictor, [typed], meant=[meant])["entities"]["value"]
        assert (value["f1"] == 1) is right


def test_scores_by_label_count_hits_misses_and_false_alarms() -> None:
    wanted, given = ["a", "a", "b", "b"], ["a", "b", "b", "c"]
    assert label_scores(wanted, given)["a"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2.0,
    }
    assert macro_f1(wanted, given) == pytest.approx((2 / 3 + 0.5) / 2)
    assert f1(hit=0, given=3, wanted=2)["f1"] == 0


def test_an_entity_counts_only_with_its_exact_span_and_role() -> None:
    example = an_example('[red](color) not [blue]{"entity": "color", "role": "exclude"}', "x")
    spans = list(example.spans or ())
    assert entity_scores([example], [spans])["f1"] == 1
    assert entity_scores([example], [spans[:1]])["recall"] == 0.5
    flipped = [spans[0], type(spans[1])(spans[1].start, spans[1].end, "color", "include")]
    assert entity_scores([example], [flipped])["f1"] == 0.5


def test_a_value_named_twice_must_be_found_twice() -> None:
    assert overlap_scores([["a", "a"]], [["a"]])["recall"] == 0.5


def test_the_command_trains_on_one_sheet_and_reports_on_another(
    tmp_path: Path, tiny_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_BASE_MODEL", tiny_encoder)
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("text,label\n" + "hi hello,GREET\nbye bye,BYE\n" * 6)
    test.write_text("utterance,category\nhi,GREET\nbye,BYE\nred shoes,OTHER\n")
    report = tmp_path / "out.json"
    command = ["evaluate", "nlu", "--train", str(train), "--test", str(test)]
    result = CliRunner().invoke(
        app,
        [*command, "--report", str(report), "--epochs", "2", "--device", "cpu", "--typos", "10"],
    )
    assert result.exit_code == 0, result.output
    assert set(json.loads(report.read_text())) >= CONTRACT


def test_a_trained_adapter_goes_into_use(
    tmp_path: Path, tiny_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_BASE_MODEL", tiny_encoder)
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n" + "hi hello,GREET\nbye bye,BYE\n" * 6)
    command = ["train", "nlu", "--data", str(rows), "--epochs", "1", "--device", "cpu"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    current = tmp_path / "models" / "nlu" / "current"
    assert (current / "adapter_model.safetensors").is_file()
    assert json.loads((current / "card.json").read_text())["intents"] == ["BYE", "GREET"]
    # Exported as well, so that a running server takes it up without torch.
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    assert adapter_export(exports_of(settings, current), version_of(current)).is_dir()


def test_another_method_is_trained_by_name(
    tmp_path: Path, tiny_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_BASE_MODEL", tiny_encoder)
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n" + "hi hello,GREET\nbye bye,BYE\n" * 6)
    command = ["train", "nlu", "--data", str(rows), "--epochs", "1", "--peft", "ia3"]
    result = CliRunner().invoke(app, [*command, "--output", str(tmp_path / "made")])
    assert result.exit_code == 0, result.output
    made = json.loads((tmp_path / "made" / "adapter_config.json").read_text())
    assert made["peft_type"] == "IA3"


def test_a_sheet_without_columns_names_the_cure(tmp_path: Path) -> None:
    sheet = tmp_path / "bad.csv"
    sheet.write_text("a,b\n1,2\n")
    result = CliRunner().invoke(app, ["evaluate", "nlu", "--test", str(sheet)])
    assert result.exit_code == 1
    assert isinstance(result.exception, DatasetError)
    assert "text or sentence or utterance" in result.exception.detail


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ('show me [sneekers]{"entity": "category", "value": "sneakers"}', 1.0),
        ("show me [sneekers](category)", 0.0),
    ],
)
def test_of_a_misspelt_word_the_value_is_what_was_meant(
    shipped: Predictor, row: str, found: float
) -> None:
    report = evaluate(shipped, [an_example(row, "search_product")])
    assert report["entities"]["span"]["f1"] == 1
    assert report["entities"]["value"]["f1"] == found


def test_a_name_counts_as_its_owner_typed_it(shipped: Predictor) -> None:
    meant = an_example("my name is [Marcus Keller](person)", "track_order")
    typed = an_example("my name is [Marucs Keller](person)", "track_order")
    report = evaluate(shipped, [typed], meant=[meant])
    assert report["entities"]["value"]["f1"] == 1
