"""What people type for a key: whatever it is, nothing that is none is stored or sent to anybody (X-4)."""

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import BadInput, BadKey
from bot.providers import http
from bot.providers.pace import Pace
from bot.providers.signing import Call, as_bearer, in_path, in_query
from storage.keys import LONGEST, SHORTEST, checked
from tests.providers.site import Said, Site, net

#: Beside anything at all: words that would be keys but for one character.
ANYTHING = st.text(max_size=64)
ALMOST = st.builds(
    lambda start, odd, end: f"{start}{odd}{end}",
    st.text("abcdef0123456789", min_size=8, max_size=16),
    st.sampled_from(["\n", "\r\n", " ", "\t", "\x00", "é", "ا", "🔑", "\u200b", "\u202e", "\xa0", "\x7f"]),
    st.text("abcdef0123456789", min_size=8, max_size=16),
)


def is_a_word(typed: str) -> bool:
    return typed != "" and all("!" <= character <= "~" for character in typed)


def stored(typed: str) -> bool:
    try:
        checked(SecretStr(typed))
    except BadInput:
        return False
    return True


def requests(typed: str) -> int:
    """How many requests leave with it, wherever a provider wants its key."""
    site, sent = Site((Said("ok"),)), 0
    for sign in (in_query, as_bearer, in_path):
        border = http.Site("https://x.example", sign, net(site), Pace(0, 1, lambda: 0.0, asyncio.sleep))
        sent += asyncio.run(_asked(border, typed))
    assert len(site.requests) == sent
    return sent


async def _asked(border: http.Site, typed: str) -> int:
    try:
        await border.send(Call("/api/balance/{key}"), SecretStr(typed))
    except BadKey:
        return 0
    finally:
        await border.close()
    return 1


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(typed=ANYTHING | ALMOST)
@example(typed="k1" * 5_000)
@example(typed="\ud800" * 20)
def test_x_4_only_one_word_of_plain_signs_is_stored_or_leaves(typed: str) -> None:
    assert stored(typed) is (is_a_word(typed) and SHORTEST <= len(typed) <= LONGEST)
    assert requests(typed) == (3 if is_a_word(typed) and len(typed) <= http.LONGEST_KEY else 0)
