"""What browsers load, and how carefully."""

import io

import pytest
from PIL import Image

from tests.gateway.conftest import Gateway, on_sqlite

pytestmark = on_sqlite


def build_web(gateway: Gateway) -> None:
    assets = gateway.web_dist / "shop" / "assets"
    assets.mkdir(parents=True)
    gateway.web_dist.joinpath("widget.js").write_text("/* the widget */")
    gateway.web_dist.joinpath("shop", "index.html").write_text("<title>the shop</title>")
    assets.joinpath("index-1a2b.js").write_text("/* the page */")


def test_the_widget_is_one_script_for_any_site(gateway: Gateway) -> None:
    build_web(gateway)

    response = gateway.client.get("/widget.js")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in response.headers["cache-control"]
    again = gateway.client.get("/widget.js", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code in (200, 304)


@pytest.mark.parametrize("path", ["/", "/products/p1", "/products/A/1"])
def test_the_shops_page_runs_nothing_inline(gateway: Gateway, path: str) -> None:
    build_web(gateway)

    response = gateway.client.get(path)

    assert response.status_code == 200
    assert "the shop" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"


def test_data_opened_as_a_page_runs_nothing_and_is_framed_nowhere(gateway: Gateway) -> None:
    policy = gateway.client.get("/api/demo").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_browsers_keep_to_tls_where_the_shop_is_behind_it(gateway: Gateway) -> None:
    plain = gateway.client.get("/healthz")
    secured = gateway.client.get("https://testserver/healthz")

    assert "strict-transport-security" not in plain.headers
    assert "max-age=31536000" in secured.headers["strict-transport-security"]


def test_no_page_asks_another_host_for_its_scripts(gateway: Gateway) -> None:
    assert gateway.client.get("/docs").status_code == 404
    assert gateway.client.get("/redoc").status_code == 404
    assert gateway.client.get("/openapi.json").status_code == 200


def test_the_pages_parts_are_kept_for_ever(gateway: Gateway) -> None:
    build_web(gateway)

    response = gateway.client.get("/shop-assets/assets/index-1a2b.js")

    assert response.status_code == 200
    assert "immutable" in response.headers["cache-control"]


def test_an_unbuilt_page_says_what_to_run(gateway: Gateway) -> None:
    response = gateway.client.get("/")

    assert response.status_code == 503
    assert "make setup" in response.text
    assert gateway.client.get("/widget.js").status_code == 404


def test_pictures_are_served_and_can_run_nothing(gateway: Gateway) -> None:
    folder = gateway.settings.media / "products"
    folder.mkdir(parents=True)
    folder.joinpath("p1.webp").write_bytes(b"RIFF....WEBP")

    response = gateway.client.get("/media/products/p1.webp")

    assert response.content == b"RIFF....WEBP"
    assert response.headers["content-type"] == "image/webp"
    assert "sandbox" in response.headers["content-security-policy"]


def test_folders_that_are_not_there_hold_no_files(gateway: Gateway) -> None:
    for path in ("/media/products/p1.webp", "/shop-assets/assets/index.js", "/media/", "/media"):
        assert gateway.client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    "path",
    [
        "/media/../keys/secret",
        "/media/%2e%2e/keys/secret",
        "/media/..%2fkeys%2fsecret",
        "/media//etc/passwd",
        "/media/products/%00",
        "/shop-assets/../../keys/secret",
        "/shop-assets/..%2f..%2fkeys%2fsecret",
    ],
)
def test_no_path_leads_out_of_the_folders(gateway: Gateway, path: str) -> None:
    build_web(gateway)
    gateway.settings.media.mkdir()
    keys = gateway.settings.home / "keys"
    keys.mkdir()
    keys.joinpath("secret").write_text("secret of the shop")

    response = gateway.client.get(path)

    assert response.status_code in (400, 404)
    assert "secret of" not in response.text


def test_goods_without_a_picture_have_a_drawn_one(gateway: Gateway) -> None:
    response = gateway.client.get("/media/placeholder.png")

    assert response.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (480, 480)
