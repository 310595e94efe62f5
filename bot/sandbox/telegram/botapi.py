"""The bot's door over HTTP: /bot<token>/<method> and /file/bot<token>/<path>, as at api.telegram.org."""

from aiohttp import web

from bot.sandbox.telegram.exchange import Exchange
from bot.sandbox.telegram.refusals import Refusal
from bot.sandbox.telegram.wire import Dropped, Json, Reply, Upload, failure
from bot.sandbox.telegram.world import World


def routes(world: World) -> list[web.RouteDef]:
    """The routes to add to an application; a GET with a query string works as well as a form or JSON."""
    door = Door(world)
    return [
        web.route("*", "/bot{token:[^/]+}/{method}", door.call),
        web.get("/file/bot{token:[^/]+}/{path:.+}", door.file),
    ]


class Door:
    """Turns HTTP requests into calls and their replies into responses."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._exchange = Exchange(world)

    async def call(self, request: web.Request) -> web.Response:
        token, method = request.match_info["token"], request.match_info["method"]
        try:
            fields, files = await _read(request)
            reply = await self._exchange.call(token, method, fields, files)
        except Dropped:
            _hang_up(request)
            return web.Response()
        return _response(reply)

    async def file(self, request: web.Request) -> web.Response:
        try:
            self._world.account(request.match_info["token"])
        except Refusal as refusal:
            return _response(failure(refusal.code, refusal.description))
        stored = self._world.files.at(request.match_info["path"])
        if stored is None:
            return _response(failure(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")


async def _read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    fields: Json = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        return fields | dict(await request.json()), files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.file.read())
        else:
            fields[name] = value
    return fields, files


def _hang_up(request: web.Request) -> None:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


def _response(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)
