"""The HTTP routes of the sites: each below its name, the page's overview, and the controls."""

import json
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.sites.site import Site

SITES = web.AppKey("sites", Mapping[str, Site])


def add_sites(app: web.Application, sites: Mapping[str, Site]) -> None:
    """`/<name>/…`, `GET /sandbox/providers`, `POST /sandbox/providers/<name>/<op>`."""
    app[SITES] = sites
    app.router.add_get("/sandbox/providers", overview)
    app.router.add_post("/sandbox/providers/{name}/{op}", control)
    for name, site in sites.items():
        site.mount(app, f"/{name}")


async def overview(request: web.Request) -> web.Response:
    return web.json_response({"sites": [site.overview() for site in request.app[SITES].values()]})


async def control(request: web.Request) -> web.Response:
    """The body is a JSON object of arguments, or nothing; what was wrong comes back as `error`."""
    site = request.app[SITES].get(request.match_info["name"])
    if site is None:
        return web.json_response({"error": "no such site"}, status=404)
    try:
        args = _arguments(await request.text())
        return web.json_response(site.control(request.match_info["op"], **args))
    except LookupError as missing:
        return web.json_response({"error": str(missing)}, status=404)
    except (TypeError, ValueError) as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


def _arguments(body: str) -> dict[str, object]:
    args = json.loads(body or "{}")
    if not isinstance(args, dict):
        raise ValueError("the body is a JSON object of arguments")
    return args
