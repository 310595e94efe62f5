"""Serves the chat page: plain files of this package, never cached, allowed to talk to this origin alone."""

from pathlib import Path

from aiohttp import web

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add_pages(app: web.Application) -> None:
    """Add `GET /` and `GET /page/<file>`; the page finds everything else under `/sandbox/`."""
    app.router.add_get("/", _index)
    app.router.add_get(r"/page/{file:[a-z]+\.[a-z]+}", _piece)


async def _index(_: web.Request) -> web.Response:
    return _served(PAGE / "index.html")


async def _piece(request: web.Request) -> web.Response:
    path = PAGE / request.match_info["file"]
    if not path.is_file():
        raise web.HTTPNotFound
    return _served(path)


def _served(path: Path) -> web.Response:
    kind = TYPES[path.suffix]
    return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers=HEADERS)
