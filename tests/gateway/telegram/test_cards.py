"""Product cards on Telegram: photos, pages, and buttons that are messages."""

from decimal import Decimal

from db.tables.catalog import Product
from gateway import wire
from gateway.bot_client import Button, Reply
from gateway.channels.telegram.markup import MOST_CAPTION, caption, length
from tests.builders import a_product
from tests.gateway.conftest import on_sqlite, wait_until
from tests.gateway.telegram.conftest import TelegramShop, settle


def a_lamp(shop: TelegramShop, key: str, title: str, **values: object) -> Product:
    color = {"p1": "teal", "p2": "red"}.get(key, "gold")
    return a_product(
        id=key, title=title, image_url=shop.picture(f"{key}.webp", color=color), **values
    )


@on_sqlite
def test_cards_are_photos_whose_pages_turn_in_place(shop: TelegramShop) -> None:
    shop.add(
        a_lamp(shop, "p1", "Glow <Lamp>", price=Decimal("59.90"), list_price=Decimal(80)),
        a_lamp(shop, "p2", "Tall Lamp"),
    )
    shop.shows("p1", "p2")
    maya = shop.begins()

    maya.says("a lamp, please")
    card = maya.sees("Glow <Lamp>")
    assert card.text.splitlines()[2] == "$59.90  $80"
    assert card.button("View in the shop")["url"] == "https://shop.example/products/p1"
    first = card.photo

    query = maya.taps("▶", on=card)
    maya.sees("Tall Lamp")
    assert card.photo != first
    assert "2 / 2" in card.titles
    wait_until(lambda: shop.api.answered.get(query) == "")
    assert len([seen for seen in maya.seen if seen.photo]) == 1

    maya.taps("▶", on=card)
    maya.sees("Glow <Lamp>")
    assert card.edits == 2


@on_sqlite
def test_a_cards_button_is_a_message_about_its_product(shop: TelegramShop) -> None:
    shop.add(
        a_lamp(shop, "p1", "Glow Lamp"),
        a_lamp(shop, "p2", "Tall Lamp", stock=0, availability="out_of_stock"),
    )
    shop.shows("p1", "p2")
    maya = shop.begins()
    maya.says("a lamp, please")
    card = maya.sees("Glow Lamp")

    shop.bot.reply = lambda call: [Reply(text="It is in your cart.")]
    maya.taps("Add to cart", on=card)
    maya.sees("in your cart")
    assert shop.bot.calls[-1].text == "Add to cart: Glow Lamp"
    assert shop.bot.calls[-1].parse["intent"]["name"] == "add_to_cart"
    assert {e["entity"]: e["value"] for e in shop.bot.calls[-1].parse["entities"]} == {
        "product_id": "p1"
    }

    maya.taps("▶", on=card)
    maya.sees("Sold out at the moment")
    shop.bot.reply = lambda call: [Reply(text="I will tell you.")]
    maya.taps("Tell me when", on=card)
    maya.sees("I will tell you")
    assert shop.bot.calls[-1].parse["intent"]["name"] == "subscribe_alert"


@on_sqlite
def test_every_button_fits_and_every_tap_is_answered(shop: TelegramShop) -> None:
    shop.add(a_lamp(shop, "p" * 200, "Lamp " * 60, description="x" * 5000, brand="B" * 300))
    shop.shows("p" * 200)
    maya = shop.begins()
    maya.says("a lamp, please")
    card = maya.sees("Lamp Lamp")
    assert card.photo is not None

    for data in (
        "nobody offered this",
        "page:999:0",
        "page:1:7",
        "set:locale:xx",
        "join:abc",
        "stay",
    ):
        query = maya.taps_data(data, on=card)
        wait_until(lambda query=query: query in shop.api.answered)
        expected = "" if data == "stay" else "too old"
        assert expected in shop.api.answered[query]
    assert shop.api.refused == []


@on_sqlite
def test_a_tap_that_is_too_old_to_be_answered_still_counts(shop: TelegramShop) -> None:
    shop.bot.reply = lambda call: [
        Reply(text="Shall I?", buttons=[Button(title="Yes", payload="/affirm")])
    ]
    maya = shop.begins()
    maya.says("hm")
    asked = maya.sees("Shall I?")
    shop.bot.reply = lambda call: [Reply(text="Done.")]

    maya.taps_data(asked.button("Yes")["callback_data"], on=asked)
    shop.api.expire_queries()

    maya.sees("Done.")


@on_sqlite
def test_another_persons_button_is_no_use(shop: TelegramShop) -> None:
    shop.add(a_lamp(shop, "p1", "Glow Lamp"), a_lamp(shop, "p2", "Tall Lamp"))
    shop.shows("p1", "p2")
    maya, ben = shop.begins(), shop.begins(shop.api.person(7004, first="Ben"))
    maya.says("a lamp")
    card = maya.sees("Glow Lamp")

    for words in ("▶", "Add to cart"):
        query = ben.taps_data(card.button(words)["callback_data"], on=ben.seen[0])
        wait_until(lambda query=query: "too old" in shop.api.answered.get(query, ""))
    settle(0.2)

    assert len(ben.seen) == 1
    assert [call.text for call in shop.bot.calls] == ["a lamp"]


@on_sqlite
def test_goods_without_a_picture_that_telegram_takes_have_a_placeholder(shop: TelegramShop) -> None:
    folder = shop.settings.media / "products"
    folder.mkdir(parents=True)
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    shop.add(
        a_product(id="p1", title="Drawn Lamp", image_url="/media/products/drawing.svg"),
        a_product(id="p2", title="Lost Lamp", image_url="/media/../../etc/passwd"),
    )
    shop.shows("p1", "p2")
    maya = shop.begins()

    maya.says("a lamp")
    card = maya.sees("Drawn Lamp")
    drawn = card.photo
    maya.taps("▶", on=card)
    maya.sees("Lost Lamp")

    assert drawn is not None
    assert card.photo == drawn


@on_sqlite
def test_a_comparison_is_told_in_words(shop: TelegramShop) -> None:
    shop.add(a_lamp(shop, "p1", "Glow Lamp"), a_lamp(shop, "p2", "Tall Lamp"))
    cards = [{"product_id": key, "reason": {"code": "new_arrival"}} for key in ("p1", "p2")]
    rows = [{"label": "Height", "values": ["30 cm", None], "best": 0}]
    table = {"product_ids": ["p1", "p2"], "rows": rows}
    shop.bot.reply = lambda call: [
        Reply(text="Side by side:", custom={"cards": cards, "comparison": table})
    ]
    maya = shop.begins()

    maya.says("compare them")

    assert maya.sees("Height").text == "Height\nGlow Lamp: 30 cm ✓\nTall Lamp: –"
    maya.sees("New in our shop")


def test_a_caption_of_the_longest_card_fits() -> None:
    card = wire.ProductCard(
        product_id="p1",
        title="长" * 3000,
        brand="B" * 3000,
        category="lamps",
        price=wire.Amount(amount="1.00", currency="USD"),
        image_url="/x",
        url="/x",
        rating=4.5,
        rating_count=3,
        availability="backorder",
        reason="😀" * 3000,
    )
    told = caption(card, price="$1", was="$2", stock="Comes a little later")
    assert length(told) < MOST_CAPTION + 40
