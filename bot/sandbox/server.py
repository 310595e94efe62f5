"""Everything of the sandbox on one port: Telegram for the bot and for the person, the page, the sites."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.pages import add_pages
from bot.sandbox.sites import Site
from bot.sandbox.sites.doors import add_sites
from bot.sandbox.telegram.botapi import routes
from bot.sandbox.telegram.door import human_routes
from bot.sandbox.telegram.world import World

LOOPBACK = "127.0.0.1"
#: Bytes: a little more than the largest document a bot may send.
LARGEST_UPLOAD = 52 * 1024 * 1024
#: Seconds open long polls and hung answers are given when the server stops.
PATIENCE = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(world: World, sites: Mapping[str, Site]) -> web.Application:
    """`/bot<token>/…` and `/file/…`, `/sandbox/telegram/…`, `/sandbox/providers`, `/<site>/…`, `/`."""
    app = web.Application(middlewares=[own_pages_only], client_max_size=LARGEST_UPLOAD)
    app.router.add_routes(routes(world))
    app.router.add_routes(human_routes(world))
    add_sites(app, sites)
    add_pages(app)
    return app


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens; `url` is its root without a slash at the end."""

    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        await self.runner.cleanup()


async def serve(port: int, world: World, sites: Mapping[str, Site], host: str = LOOPBACK) -> Serving:
    """Listen on loopback; port 0 takes a free one. `OSError` when the port is taken."""
    runner = web.AppRunner(
        application(world, sites), access_log=None, handler_cancellation=True, shutdown_timeout=PATIENCE
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return Serving(f"http://{host}:{runner.addresses[0][1]}", runner)


@web.middleware
async def own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A web page from elsewhere must not play with the sandbox of whoever reads it."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="only this sandbox's own page may do that")
    return await handler(request)
