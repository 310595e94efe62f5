"""What every provider must do, whoever it is: documented replies as data, and every trouble on every call.

A test file subclasses `ProviderContract`, says how its provider is made and what its site says.
"""

import asyncio
import json
import logging
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.errors import BadKey, CodebellError, Unclear
from bot.providers.base import Held, Provider, Wish
from bot.providers.fuse import FAILURES
from bot.providers.http import Net
from tests.providers.calls import CALLS, CHANGES, PAID, SPENDS
from tests.providers.site import KEY, SECRET, Said, Site, can_be_stored, net, said, tells_key

#: Whatever may come in place of an answer.
TROUBLES: dict[str, Said] = {
    "html": Said("<!DOCTYPE html><html><title>Just a moment...</title>{echo}</html>"),
    "object": Said("{}"),
    "list": Said("[]"),
    "empty": Said(""),
    "blanks": Said(" \r\n\t "),
    "null": Said("null"),
    "truncated": Said('{"status":"success","message":[{"activationId":"12","phoneNumber":"8490123'),
    "other json": Said('{"weather":{"tomorrow":[1,null,{"rain":true}]}}'),
    "word": Said("SOMETHING_NEW"),
    "echo": Said("WHAT IS {echo}"),
    "echo in json": Said('{"status":"error","error":"{echo}"}'),
    "echo in a purchase": Said('ACCESS_NUMBER:"{echo}":"{echo}"'),
    "not utf-8": Said(b"\xff\xfe\x00ACCESS\x00"),
    "deep": Said("[" * 100_000),
    "huge number": Said("9" * 5_000),
    "huge exponent": Said('{"status":"success","message":1e999999999,"activationId":1e99999999}'),
    "endless exponent": Said('{"status":"success","message":1e99999999999999999999,"id":7}'),
    "not a number": Said('{"status":"success","message":NaN}'),
    "packed": Said(b"\x1b\x03", headers={"content-encoding": "br"}),
    "broken gzip": Said(b"\x1f\x8b\x08nonsense", headers={"content-encoding": "gzip"}),
    "redirect": Said("", 302, {"location": f"https://elsewhere.example/?api_key={SECRET}"}),
    "bad redirect": Said("", 301, {"location": "https://[bad"}),
    "400": Said("<html>Bad Request</html>", 400),
    "401": Said("<html>Unauthorized {echo}</html>", 401),
    "402": Said("", 402),
    "403": Said("<html>Forbidden</html>", 403),
    "404": Said("<html>Not Found</html>", 404),
    "405": Said('{"status":0,"message":"The POST method is not supported","data":[]}', 405),
    "422": Said("[]", 422),
    "429": Said("slow down", 429, {"retry-after": "900"}),
    "500": Said("ACCESS_NUMBER:1:84901234567", 500),
    "502": Said("<html>Bad Gateway</html>", 502),
    "520": Said("", 520),
    "timeout": Said(failure=httpx.ReadTimeout),
    "write timeout": Said(failure=httpx.WriteTimeout),
    "reset": Said(failure=httpx.ReadError),
    "closed": Said(failure=httpx.RemoteProtocolError),
    "no connection": Said(failure=httpx.ConnectError),
    "connect timeout": Said(failure=httpx.ConnectTimeout),
    "no free connection": Said(failure=httpx.PoolTimeout),
}
#: Answers that are understood, with the request in them.
ECHOES = (
    "STATUS_OK:{echo}",
    "FULL_SMS:{echo}",
    "BANNED:{echo}",
    '{"status":"success","message":"{echo}"}',
    '{"status":"success","message":[{"identifier":"{echo}","countries":[{"country_code":"dz","price":1}]}]}',
    '{"status":"success","services":[{"code":"tg","name":"{echo}"}]}',
    '{"1":{"id":1,"eng":"{echo}"}}',
    '{"countryOperators":{"10":["{echo}"]}}',
    '{"activationId":"1","phoneNumber":"84901234567","activationOperator":"{echo}"}',
    '{"name":"error","message":"{echo}","code":203}',
    '{"error":"{echo}"}',
    '{"id":707,"number":"{echo}"}',
    '{"number":"+79777777777","from":"{echo}","text":"{echo}","small":"{echo}","time":"{echo}"}',
    '[{"id":"2","name":"{echo}","code":"RU","count":"1","cost":"1","days":1,"number":"{echo}"}]',
    '[{"from":"{echo}","text":"{echo}","small":"{echo}","time":"{echo}"}]',
    '{"success":1,"data":{"messageID":"1","sms":{"status":"{echo}","date":"{echo}","cost":1}}}',
    '{"success":1,"data":{"sms":["{echo}"],"viber":["{echo}"]}}',
    '{"success":0,"error":{"code":"{echo}","description":"{echo}"}}',
)
#: What generated answers are made of.
WORDS = ("ACCESS_BALANCE", "ACCESS_NUMBER", "STATUS_OK", "STATUS_WAIT_RETRY", "FULL_SMS", "BANNED")
NAMES = (
    "status",
    "message",
    "error",
    "code",
    "activationId",
    "phoneNumber",
    "cost",
    "count",
    "services",
    "10",
    *("id", "name", "number", "small", "text", "time", "days", "is_work"),
    *("success", "data", "messageID", "sms", "viber", "balance", "pricelist", "price"),
)
#: What trouble means for certain, by call and trouble, at every provider.
KEY_REFUSED: Mapping[tuple[str, str], object] = {(call, "401"): BadKey for call in CALLS}
NEVER_SENT = {"no connection", "connect timeout", "no free connection"}


@dataclass(frozen=True, slots=True)
class Case:
    """A call, what the site says to it (in order) and what comes of it: a value, an error or its class."""

    call: str
    says: str | Said | tuple[str | Said, ...]
    gives: object
    held: Held | None = None
    wish: Wish | None = None
    #: The row of the fault matrix it carries.
    row: str = ""

    @property
    def replies(self) -> tuple[Said, ...]:
        return tuple(map(said, self.says if isinstance(self.says, tuple) else (self.says,)))

    @property
    def name(self) -> str:
        return f"{self.row} {self.call}: {self.replies[0].status} {self.replies[0].body!r:.60}".strip()


class ProviderContract:
    """The suite; what a provider says of itself stands in the class variables."""

    cases: ClassVar[tuple[Case, ...]]
    wish: ClassVar[Wish]
    held: ClassVar[Held]
    #: What trouble means for certain here, by call and trouble; whatever is not listed has to stay unclear.
    definite: ClassVar[Mapping[tuple[str, str], object]] = KEY_REFUSED
    #: Calls that are asked with generated answers.
    generated: ClassVar[frozenset[str]] = frozenset(CALLS)

    @staticmethod
    def provider(net: Net) -> Provider:
        """The provider, with this for the network."""
        raise NotImplementedError

    @staticmethod
    def has_effect(request: httpx.Request) -> bool:
        """Whether this request costs money or changes something that cannot be changed twice."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        provider = self.provider(Net())
        calls = [name for name, (capability, _) in CALLS.items() if provider.can(capability)]
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=[case.name for case in self.cases])
        if "call" in metafunc.fixturenames:
            metafunc.parametrize("call", calls)
        if "change" in metafunc.fixturenames:
            metafunc.parametrize("change", [call for call in calls if call in CHANGES])
        if "any_call" in metafunc.fixturenames:
            metafunc.parametrize("any_call", [call for call in calls if call in self.generated])

    async def test_a_documented_reply_means_what_the_document_says(
        self, case: Case, caplog: pytest.LogCaptureFixture
    ) -> None:
        result = await self._ask(case.call, Site(case.replies), caplog, case.held, case.wish)
        _assert_means(result, case.gives)

    async def test_trouble_stays_unclear_unless_its_meaning_is_documented(
        self, call: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for trouble, says in TROUBLES.items():
            result = await self._ask(call, Site((says,)), caplog)
            if (call, trouble) in self.definite:
                _assert_means(result, self.definite[call, trouble])
            else:
                assert isinstance(result, Unclear), f"{trouble}: {result!r}"
                assert result.sent is (trouble not in NEVER_SENT), trouble

    async def test_b_10_b_11_what_has_an_effect_is_sent_once_whatever_comes_back(self, change: str) -> None:
        for trouble, says in TROUBLES.items():
            site = Site((says,))
            await self._ask(change, site)
            effects = [str(request.url) for request in site.requests if self.has_effect(request)]
            assert len(effects) == len(set(effects)), trouble
            assert change not in SPENDS or len(site.requests) == 1, trouble

    async def test_x_9_a_site_that_fails_is_asked_only_about_what_is_paid_for(self, call: str) -> None:
        site = Site((Said("", 503),))
        provider = self.provider(net(site))
        for _ in range(FAILURES):
            with pytest.raises(Unclear):
                await provider.balance(KEY)
        before = len(site.requests)
        with suppress(CodebellError):
            await CALLS[call][1](provider, self.held, self.wish)
        assert (len(site.requests) > before) is (call in PAID)

    async def test_a_key_that_comes_back_is_not_handed_on(
        self, call: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for body in ECHOES:
            await self._ask(call, Site((Said(body),)), caplog)

    async def test_half_an_emoji_never_comes_out(self, call: str) -> None:
        for body in ECHOES:
            await self._ask(call, Site((Said(body.replace("{echo}", r"Code 4711 \ud83d")),)))

    def test_no_answer_can_raise_anything_of_somebody_else(self, any_call: str) -> None:
        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(
            body=st.binary() | st.text().map(str.encode) | replies(), status=st.sampled_from((200, 200, 400))
        )
        @example(body=b"\xef\xbb\xbfSTATUS_OK:1", status=200)
        def ask(body: bytes, status: int) -> None:
            runner.run(self._ask(any_call, Site((Said(body, status),))))

        with asyncio.Runner() as runner:
            ask()

    async def _ask(
        self,
        call: str,
        site: Site,
        caplog: pytest.LogCaptureFixture | None = None,
        held: Held | None = None,
        wish: Wish | None = None,
    ) -> object:
        """What a call gives, or our error of it, with a look at everything for the key."""
        provider = self.provider(net(site))
        if caplog:
            caplog.set_level(logging.DEBUG)
        try:
            result = await CALLS[call][1](provider, held or self.held, wish or self.wish)
        except CodebellError as error:
            result = error
            assert_holds_no_key(error)
        finally:
            await provider.close()
        assert not tells_key(repr(result))
        assert can_be_stored(vars(result) if isinstance(result, CodebellError) else result)
        assert caplog is None or not tells_key(caplog.text)
        return result


def _assert_means(result: object, gives: object) -> None:
    """That it is this value, an error of this class, or an error that says the same."""
    if isinstance(gives, type) and issubclass(gives, CodebellError):
        assert type(result) is gives
    elif isinstance(gives, CodebellError):
        assert type(result) is type(gives)
        assert _told(result) == _told(gives)
    else:
        assert result == gives


def assert_holds_no_key(error: BaseException) -> None:
    """Neither it nor what it came from tells the key: no text, no attribute, no variable of its frames."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert not tells_key("".join(frames.format()))
    chain: BaseException | None = error
    while chain is not None:
        assert not tells_key(f"{chain} {chain!r} {chain.args} {vars(chain)}")
        assert isinstance(chain, CodebellError)
        chain = chain.__cause__ or chain.__context__


def replies() -> st.SearchStrategy[bytes]:
    """Bodies that look like answers: known words with anything after them, and JSON of known names."""
    words = st.sampled_from(WORDS)
    lines = st.builds(lambda word, rest: f"{word}:{rest}".encode(), words, st.text())
    names = st.sampled_from(NAMES)
    # JSON can write half an emoji, too.
    texts = st.text(st.characters())
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
    values = st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(names | texts, inner), max_leaves=8
    )
    return lines | values.map(_json)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _told(error: object) -> dict[str, object]:
    """What an error says beside its words."""
    return {name: value for name, value in vars(error).items() if name not in {"detail", "values"}}
