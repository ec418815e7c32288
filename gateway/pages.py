"""What browsers load: widget, demo shop, staff console and their parts, the shop's pictures."""

import html
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from gateway.careful_headers import MEDIA_POLICY, PAGE_POLICY
from gateway.pictures import PLACEHOLDER, draw_placeholder
from gateway.words import Words

# No script can make markup from a string: nothing that a shopper typed becomes code here.
CONSOLE_POLICY = f"{PAGE_POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"
FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
FIVE_MINUTES = "public, max-age=300"


class Files(StaticFiles):
    """A folder of files, each with the given headers; it need not exist yet."""

    def __init__(self, folder: Path, *, headers: dict[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._headers = headers

    async def check_config(self) -> None:
        """Nothing to check: a folder that is not there holds no files."""

    def file_response(
        self,
        full_path: Any,
        stat_result: Any,
        scope: MutableMapping[str, Any],
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(self._headers)
        return response


def add_pages(app: FastAPI, *, dist: Path, media: Path, words: Words) -> None:
    """Serve what `web/` was built into, and the pictures.

    Args:
        dist: holds widget.js, and shop/ and console/ with an index.html and its assets.
        media: the shop's pictures.
    """
    routes = APIRouter(include_in_schema=False)
    # Other sites show the widget and its pictures: that is what they are for.
    shared = {"Cross-Origin-Resource-Policy": "cross-origin"}

    @routes.get("/widget.js")
    def widget() -> Response:
        script = dist / "widget.js"
        if not script.is_file():
            return Response("", 404, media_type="text/javascript")
        headers = {"Cache-Control": FIVE_MINUTES, **shared}
        return FileResponse(script, media_type="text/javascript", headers=headers)

    @routes.get("/")
    @routes.get("/checkout")
    @routes.get("/products/{product_id:path}")
    def shop_page() -> Response:
        return _page(dist / "shop" / "index.html", policy=PAGE_POLICY, words=words)

    @routes.get("/console")
    @routes.get("/console/{path:path}")
    def console_page() -> Response:
        return _page(dist / "console" / "index.html", policy=CONSOLE_POLICY, words=words)

    @routes.get(PLACEHOLDER)
    def placeholder() -> Response:
        headers = {"Cache-Control": A_DAY, **shared}
        return Response(draw_placeholder(), media_type="image/png", headers=headers)

    app.include_router(routes)
    policy = {"Content-Security-Policy": MEDIA_POLICY, "Cache-Control": A_DAY, **shared}
    app.mount("/media", Files(media, headers=policy), name="media")
    for part in ("shop", "console"):
        assets = Files(
            dist / part,
            headers={"Cache-Control": FOREVER, "Content-Security-Policy": PAGE_POLICY},
        )
        app.mount(f"/{part}-assets", assets, name=f"{part}-assets")


def _page(page: Path, *, policy: str, words: Words) -> Response:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    if not page.is_file():
        return HTMLResponse(_unbuilt_page(words), 503, headers=headers)
    return FileResponse(page, media_type="text/html; charset=utf-8", headers=headers)


def _unbuilt_page(words: Words) -> str:
    locale = words.default_locale
    title = html.escape(words.say("page.unbuilt_title", locale=locale))
    text = html.escape(words.say("page.unbuilt", locale=locale))
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{text}</p></html>"
    )
