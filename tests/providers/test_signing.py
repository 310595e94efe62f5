"""Where a key goes, and what is no key."""

from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import BadInput, BadKey
from bot.providers import http
from bot.providers.pace import Pace
from bot.providers.signing import Call, Sign, as_bearer, in_body, in_path, in_query, segment
from tests.providers.site import KEY, SECRET, Said, Site, net

NO_KEYS = (
    "",
    " ",
    "two words",
    "key\n",
    "\nkey",
    "ключ",
    "key\x00",
    "k" * 4097,
    "ke\u202ey",
    "key\r\nx-evil: 1",
)


def site(asked: Site, sign: Sign) -> http.Site:
    outside = net(asked)
    return http.Site("https://x.example", sign, outside, Pace(0, 1, outside.clock, outside.sleep))


@pytest.mark.parametrize("word", NO_KEYS, ids=range(len(NO_KEYS)))
@pytest.mark.parametrize("sign", [in_query, as_bearer, in_path, in_body])
async def test_what_cannot_be_a_key_is_refused_before_anything_is_sent(word: str, sign: Sign) -> None:
    asked = Site((Said("ok"),))
    opened = site(asked, sign)
    for attempt in (opened.send, opened.read):
        with pytest.raises(BadKey):
            await attempt(Call("/stubs"), SecretStr(word))
    assert asked.requests == []


async def test_a_key_goes_into_the_query() -> None:
    request = await one_request(in_query, Call("/x", {"action": "a"}))
    assert str(request.url) == f"https://x.example/x?api_key={quote(SECRET, safe='')}&action=a"


async def test_a_key_goes_into_the_header() -> None:
    request = await one_request(as_bearer, Call("/x"))
    assert str(request.url) == "https://x.example/x"
    assert request.headers["authorization"] == f"Bearer {SECRET}"


async def test_a_key_goes_into_the_path() -> None:
    request = await one_request(in_path, Call("/api/getnumber/{key}", {"id": "3"}), SecretStr("a/b?c#d%"))
    assert str(request.url) == "https://x.example/api/getnumber/a%2Fb%3Fc%23d%25?id=3"


async def test_a_key_goes_into_the_body_of_a_post() -> None:
    call = Call("/api", method="POST", body={"action": "GETBALANCE", "data": {}})
    request = await one_request(in_body, call)
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.content == b'{"auth":{"key":"%s"},"action":"GETBALANCE","data":{}}' % SECRET.encode()


@pytest.mark.parametrize(("value", "quoted"), [("+790", "%2B790"), ("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c")])
def test_a_value_stays_in_its_segment(value: str, quoted: str) -> None:
    assert segment(value) == quoted


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_change_the_path_is_refused(value: str) -> None:
    with pytest.raises(BadInput):
        segment(value)


async def one_request(sign: Sign, call: Call, key: SecretStr = KEY) -> httpx.Request:
    asked = Site((Said("ok"),))
    await site(asked, sign).send(call, key)
    return asked.requests[0]
