"""Whatever comes back in place of a purchase's answer: it may have been bought, and is asked for once."""

import asyncio

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.errors import CodebellError, Unclear
from bot.providers import connect
from bot.providers.base import Capability, Number, Wish
from tests.providers.site import KEY, Said, Site, net

CLONE = {"herosms": "https://herosms.example/stubs/handler_api.php"}
SELLERS = [name for name, provider in connect(clones=CLONE).items() if provider.can(Capability.BUY)]


async def bought(name: str, site: Site) -> Number | CodebellError:
    """What a purchase at this provider comes to."""
    provider = connect(clones=CLONE, net=net(site))[name]
    try:
        return await provider.buy(KEY, Wish("tg", "10"))
    except CodebellError as error:
        return error
    finally:
        await provider.close()


@pytest.mark.parametrize("name", SELLERS)
def test_b_11_no_garbage_is_taken_for_a_no_to_a_purchase_and_none_is_asked_twice(name: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(body=st.binary() | st.text().map(str.encode))
    @example(body=b"")
    @example(body=b"ACCESS_NUMBER")
    @example(body=b'{"activationId":30912')
    def answered(body: bytes) -> None:
        site = Site((Said(body),))
        told = asyncio.run(bought(name, site))
        assert isinstance(told, Unclear), told
        assert told.sent
        assert len(site.requests) == 1

    answered()
