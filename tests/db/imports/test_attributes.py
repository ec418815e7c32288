from db.imports.attributes import parse_attributes


def test_what_serves_others_than_shoppers_is_left_out() -> None:
    assert parse_attributes({"shipping_label": "heavy", "cost_per_item": "3", "fit": "slim"}) == {
        "fit": "slim"
    }


def test_details_become_attributes_of_their_own() -> None:
    assert parse_attributes({"product_detail": ["Fit: slim", "Care: 30°"]}) == {
        "fit": "slim",
        "care": "30°",
    }
    assert parse_attributes({"product_detail": "Body:Fit:slim,Body:Neck Line:round"}) == {
        "fit": "slim",
        "neck_line": "round",
    }


def test_further_pictures_are_a_list_of_addresses() -> None:
    values = {"additional_image_link": "https://x.example/1.jpg, javascript:x ,/2.jpg"}
    assert parse_attributes(values) == {
        "additional_image_link": ["https://x.example/1.jpg", "/2.jpg"]
    }


def test_that_a_product_is_new_goes_without_saying() -> None:
    assert parse_attributes({"condition": "New"}) == {}
    assert parse_attributes({"condition": "used"}) == {"condition": "used"}
