"""The way to a site until its first byte: no address, no TLS, the wrong certificate; no key goes there."""

import asyncio
import functools
import ssl
from pathlib import Path

from bot.errors import Unavailable
from bot.providers.http import Net
from bot.providers.lines import Lines
from tests.providers.bordering import ASK, OK, Hurried, failing, site
from tests.providers.server import Server, saying, self_signed
from tests.providers.site import KEY, SECRET


async def test_a_host_that_has_no_address_was_never_asked() -> None:
    error = await failing(site(f"http://{'a' * 64}.example").send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert not error.sent


async def test_a_site_that_does_not_begin_to_talk_tls_was_never_asked() -> None:
    silent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()

    async with Server(serve).running() as server:
        root = server.root.replace("http:", "https:")
        error = await failing(site(root, Net(Hurried)).send(ASK, KEY))
        silent.set()
    assert isinstance(error, Unavailable)
    assert not error.sent
    assert error.detail == "ConnectTimeout"


async def test_a_site_that_does_not_talk_tls_at_all_was_never_asked() -> None:
    heard: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        root = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        error = await failing(site(root).send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert not error.sent
    assert SECRET.encode() not in b"".join(heard)


async def test_over_tls_a_connection_is_used_again_and_its_end_is_an_end(tmp_path: Path) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        spoken.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        if len(server.heads) < 3:
            writer.write(OK)
        else:
            writer.write(OK[:-1])
            writer.transport.abort()

    spoken: list[str | None] = []
    server, context = Server(once), self_signed(tmp_path)
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with server.running(context):
        opened = site(server.root, Net(functools.partial(Lines, trust=trusting(tmp_path))))
        for _ in range(2):
            assert (await opened.send(ASK, KEY)).text == "ok"
        error = await failing(opened.send(ASK, KEY))
        await opened.close()
    assert isinstance(error, Unavailable)
    assert error.sent
    assert spoken == ["http/1.1"] * 3
    assert server.connections == 1


async def test_a_certificate_for_another_host_is_refused_before_the_key_is_sent(tmp_path: Path) -> None:
    server = saying(OK)
    async with server.running(self_signed(tmp_path)):
        root = server.root.replace("127.0.0.1", "localhost")
        net = Net(functools.partial(Lines, trust=trusting(tmp_path)))
        error = await failing(site(root, net).send(ASK, KEY))
    assert isinstance(error, Unavailable)
    assert not error.sent
    assert server.heads == []


def trusting(folder: Path) -> ssl.SSLContext:
    """A client's side of TLS that trusts the certificate made there, and says what the real one says."""
    context = ssl.create_default_context(cafile=folder / "server.pem")
    context.set_alpn_protocols(["http/1.1"])
    return context
