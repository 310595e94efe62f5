"""Keys of chats: added once, opened, removed when their numbers let them."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import AlreadyThere, BadInput, UnknownKey
from storage.database import Database
from storage.keys import KeyStore, checked, to_buy_with
from storage.models import Key, Quote, State
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, SECRET, number, put, shelf, sql, stored

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def keys(database: Database) -> KeyStore:
    return KeyStore(database, Vault([MASTER]))


async def test_a_key_comes_back_as_it_was_added(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    assert (await keys.open(row.id, row.chat_id)).get_secret_value() == SECRET.get_secret_value()
    [listed] = await keys.list(1)
    assert (listed.id, listed.provider, listed.label, listed.tail) == (row.id, "smsbower", "work", "t-81")
    assert (listed.balance, listed.currency, listed.balance_at) == (Decimal("18.74"), "USD", NOW)


async def test_several_keys_are_listed_oldest_first_and_per_chat(database: Database, keys: KeyStore) -> None:
    for n, chat_id in enumerate((1, 1, 2)):
        await keys.add(
            chat_id, "smsak", "", SecretStr(f"secret-number-{n}"), None, "", NOW - timedelta(hours=n)
        )
    assert [row.tail for row in await keys.list(1)] == ["er-1", "er-0"]
    assert [row.tail for row in await keys.list(2)] == ["er-2"]


async def test_the_same_key_twice_in_a_chat_is_refused_for_the_same_provider_only(
    database: Database, keys: KeyStore
) -> None:
    await stored(database)
    with pytest.raises(AlreadyThere):
        await stored(database)
    await keys.add(1, "smsak", "", SECRET, None, "", NOW)
    await keys.add(2, "smsbower", "", SECRET, None, "", NOW)
    await stored(database, SecretStr("another-secret-t-81"))
    assert len(await keys.list(1)) == 3


@pytest.mark.parametrize(
    "bad", ["", "1234567", "12345 678", "12345678\n", "ключ-от-двери", "\u202e12345678", "k" * 1025]
)
async def test_what_cannot_be_a_key_is_refused_and_not_quoted(keys: KeyStore, bad: str) -> None:
    with pytest.raises(BadInput) as caught:
        await keys.add(1, "smsak", "", SecretStr(bad), None, "", NOW)
    assert not bad or bad not in caught.value.detail
    assert await keys.list(1) == ()


@given(st.text())
def test_whatever_is_typed_is_a_plain_key_or_bad_input(typed: str) -> None:
    try:
        plain = checked(SecretStr(typed))
    except BadInput:
        return
    assert plain == typed
    assert plain.isascii()
    assert plain.isprintable()
    assert " " not in plain


async def test_every_plaintext_that_passes_is_told_to_the_log(database: Database) -> None:
    heard: list[str] = []
    keys = KeyStore(database, Vault([MASTER]), heard.append)
    row = await keys.add(1, "smsak", "", SECRET, None, "", NOW)
    await keys.open(row.id, row.chat_id)
    assert heard == [SECRET.get_secret_value()] * 2


async def test_an_unused_key_goes_at_once_with_its_quotes(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    await put(database, quote(row))
    assert await keys.remove(row.id, 1, NOW)
    assert await keys.get(row.id) is None
    async with database.begin() as session:
        assert await session.get(Quote, "q") is None
    with pytest.raises(UnknownKey):
        await keys.open(row.id, row.chat_id)


def quote(key: Key) -> Quote:
    words = ("service", "service_name", "service_code", "country", "country_name", "country_code")
    return Quote(
        nonce="q",
        chat_id=1,
        owner_id=1,
        key_id=key.id,
        cost=Decimal(1),
        currency="USD",
        created_at=NOW,
        **dict.fromkeys(words, "tg"),
    )


async def test_s_11_a_key_opens_for_rows_of_its_own_chat_alone(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    with pytest.raises(UnknownKey):
        await keys.open(row.id, 2)
    async with database.begin() as session:
        assert (await to_buy_with(session, row.id, 1)).id == row.id
        with pytest.raises(UnknownKey):
            await to_buy_with(session, row.id, 2)


async def test_another_chats_key_cannot_be_removed(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    assert not await keys.remove(row.id, 2, NOW)
    assert not await keys.remove("nothing", 1, NOW)
    assert len(await keys.list(1)) == 1


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (State.BUYING, {}),
        (State.WAITING, {}),
        (State.CANCELLING, {}),
        (State.RECEIVED, {"expires_at": LATER}),
        (State.EXPIRED, {"next_poll_at": NOW}),
        (State.UNKNOWN, {"next_poll_at": NOW}),
    ],
)
async def test_a_removed_key_serves_its_open_numbers_and_buys_nothing_more(
    database: Database, keys: KeyStore, state: State, more: dict[str, object]
) -> None:
    row = await stored(database)
    await put(database, number(row, "n", state, **more))
    assert await keys.remove(row.id, 1, NOW)
    await keys.sweep(NOW)
    assert await keys.list(1) == ()
    assert (await keys.open(row.id, row.chat_id)).get_secret_value() == SECRET.get_secret_value()
    kept = await keys.get(row.id)
    assert kept is not None
    assert kept.removed_at == NOW


@pytest.mark.parametrize("state", [State.FINISHED, State.CANCELLED, State.FAILED, State.RECEIVED])
async def test_a_removed_keys_secret_is_wiped_when_its_numbers_have_ended(
    tmp_path: Path, state: State
) -> None:
    async with shelf(tmp_path) as database:
        keys, row = KeyStore(database, Vault([MASTER])), await stored(database)
        await put(database, number(row, "n", State.WAITING))
        await keys.remove(row.id, 1, NOW)
        sealed = (await stored_row(keys, row)).ciphertext
        sql(tmp_path / "codebell.db", "UPDATE activations SET state = ?", state.value)
        await keys.sweep(LATER)
        emptied = await stored_row(keys, row)
        assert (emptied.ciphertext, emptied.nonce, emptied.kid, emptied.label) == (b"", b"", "", "")
        with pytest.raises(UnknownKey):
            await keys.open(row.id, row.chat_id)
        assert sql(tmp_path / "codebell.db", "SELECT provider, chat_id FROM activations") == [("smsbower", 1)]
    assert sealed not in (tmp_path / "codebell.db").read_bytes()


async def stored_row(keys: KeyStore, row: Key) -> Key:
    found = await keys.get(row.id)
    assert found is not None
    return found


async def test_housekeeping_leaves_keys_alone_that_nobody_removed(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    await put(database, number(row, "n", State.FINISHED))
    await keys.sweep(LATER)
    assert (await keys.open(row.id, row.chat_id)).get_secret_value() == SECRET.get_secret_value()


async def test_a_removed_key_added_again_is_the_same_key(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    await put(database, number(row, "n", State.WAITING))
    await keys.remove(row.id, 1, NOW)
    again = await keys.add(1, "smsbower", "home", SECRET, Decimal(3), "USD", LATER)
    assert (again.id, again.label, again.removed_at) == (row.id, "home", None)
    assert [listed.id for listed in await keys.list(1)] == [row.id]


async def test_balance_and_use_are_noted(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    await keys.note_balance(row.id, Decimal("0.10"), "RUB", LATER)
    await keys.note_use(row.id, LATER)
    [noted] = await keys.list(1)
    assert (noted.balance, noted.currency, noted.used_at) == (Decimal("0.10"), "RUB", LATER)


async def test_balances_told_at_the_same_time_are_kept_each_with_its_own_key(
    database: Database, keys: KeyStore
) -> None:
    secrets = [SecretStr(f"secret-number-{n}") for n in range(3)]
    rows = [await keys.add(1, "smsak", "", secret, None, "", NOW) for secret in secrets]
    ids = [row.id for row in rows] + ["nobody"]
    left = zip(ids, map(Decimal, range(4)), strict=True)
    await asyncio.gather(*(keys.note_balance(each, amount, "EUR", LATER) for each, amount in left))
    found = [await keys.get(row.id) for row in rows]
    assert [row.balance for row in found if row is not None] == [Decimal(0), Decimal(1), Decimal(2)]


async def test_of_balances_told_at_the_same_time_each_is_low_by_its_own_last_number(
    database: Database, keys: KeyStore
) -> None:
    """The first has bought nothing, the last one nothing lately."""
    rows = [await keys.add(1, "smsak", "", SecretStr(f"secret-number-{n}"), None, "", NOW) for n in range(4)]
    bought = {1: ("0.10", NOW), 2: ("0.50", NOW), 3: ("0.50", NOW - timedelta(days=31))}
    for at, (cost, when) in bought.items():
        more = {"cost": Decimal(cost), "created_at": when}
        await put(database, number(rows[at], f"of-{at}", State.FINISHED, **more))
    await asyncio.gather(*(keys.note_balance(row.id, Decimal("0.40"), "USD", LATER) for row in rows))
    found = [await keys.get(row.id) for row in rows]
    assert [row.low_told_at is not None for row in found if row] == [False, False, True, False]


async def test_a_balance_is_out_of_date_once_the_key_was_used(database: Database, keys: KeyStore) -> None:
    row = await stored(database)
    await keys.note_balance(row.id, Decimal("0.10"), "RUB", NOW)
    assert [noted.balance_at for noted in await keys.list(1)] == [NOW]
    await keys.note_use(row.id, LATER)
    assert [noted.balance_at for noted in await keys.list(1)] == [None]
