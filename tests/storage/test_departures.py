"""What is said of a lost group's numbers moves out in slices: once, to the right one, whatever breaks off."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from storage.activations import ActivationStore
from storage.chats import ChatStore
from storage.database import Database
from storage.models import Activation, Chat, Departure, Post, Sms, State
from storage.models.columns import NOBODY
from storage.outbox import Kind, OutboxStore, arm
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW, number, put, stored
from tests.storage.test_rentals import rental

TEAM, NEW_TEAM, ANN, BEN = -100, -1001234567890, 7, 8
LATER = NOW + timedelta(minutes=5)
#: The newest first, each with its holder.
NUMBERS = {"n5": ANN, "n4": BEN, "n3": ANN, "n2": BEN, "n1": ANN, "n0": BEN}


@pytest.fixture
async def chats(database: Database) -> ChatStore:
    """A group with numbers, of each a card and an SMS nobody heard, and a rented one; two go at a time."""
    key = await stored(database, chat_id=TEAM)
    await put(database, Chat(id=TEAM, kind="supergroup", created_at=NOW, seen_at=NOW))
    for name, owner in NUMBERS.items():
        made = NOW + timedelta(minutes=int(name[1]))
        hangs = {"card_chat_id": TEAM, "card_message_id": 70 + int(name[1])}
        await put(database, number(key, name, State.RECEIVED, owner_id=owner, created_at=made, **hangs))
        await put(database, Sms(id=f"s{name}", activation_id=name, position=1, code="1234", received_at=made))
    await put(database, rental(key, "r", owner_id=ANN))
    await say_all(database)
    return ChatStore(database, Vault([MASTER]), step=2)


async def say_all(database: Database) -> None:
    async with database.begin() as session:
        for name in NUMBERS:
            await arm(session, Kind.CARD, name, TEAM, NOW)
            await arm(session, Kind.CODE, f"s{name}", TEAM, NOW)
        await arm(session, Kind.RENTAL, "r", TEAM, NOW)
    outbox = OutboxStore(database)
    for post in await outbox.due(LATER):
        if post.kind == Kind.CARD:
            await outbox.sent(post, 70 + int(post.subject[1]), NOW, None)


async def posts(database: Database) -> dict[str, Post]:
    async with database.begin() as session:
        return {post.dedup: post for post in await session.scalars(select(Post))}


async def under_way(database: Database) -> list[int]:
    async with database.begin() as session:
        return [*await session.scalars(select(Departure.group_id))]


async def break_off(database: Database, name: str = "n2") -> None:
    """The process dies over this number."""
    dies = f"CREATE TRIGGER never BEFORE UPDATE ON outbox WHEN OLD.dedup = 'card:{name}'"
    async with database.begin() as session:
        await session.execute(text(f"{dies} BEGIN SELECT RAISE(ABORT, 'never'); END"))


async def broken_off(database: Database, chats: ChatStore) -> None:
    """The newest three are out, the others are not."""
    await break_off(database)
    with pytest.raises(IntegrityError):
        await chats.mark_unreachable(TEAM, NOW)
    async with database.begin() as session:
        await session.execute(text("DROP TRIGGER never"))


async def everything_is_with_its_holder(database: Database) -> bool:
    found = await posts(database)
    cards = {name: found[f"card:{name}"] for name in NUMBERS}
    rings = {name: found[f"code:s{name}"] for name in NUMBERS}
    async with database.begin() as session:
        hanging = await session.scalar(select(Activation.id).where(Activation.card_message_id.is_not(None)))
    return (
        {name: post.chat_id for name, post in cards.items()} == NUMBERS
        and {name: post.chat_id for name, post in rings.items()} == NUMBERS
        and found["rental:r"].chat_id == ANN
        and not [post for post in cards.values() if post.message_id]
        and hanging is None
    )


async def heard(database: Database, at: datetime) -> dict[str, int]:
    """What is said by then and to whom."""
    return {post.dedup: post.chat_id for post in await OutboxStore(database).due(at)}


async def test_all_of_it_is_with_the_holders_in_the_end(database: Database, chats: ChatStore) -> None:
    await chats.mark_unreachable(TEAM, NOW)
    assert await everything_is_with_its_holder(database)
    assert await under_way(database) == []


async def test_what_broke_off_goes_on_at_the_next_start(database: Database, chats: ChatStore) -> None:
    await broken_off(database, chats)
    assert await under_way(database) == [TEAM]
    assert not await everything_is_with_its_holder(database)
    await chats.sweep()
    assert await everything_is_with_its_holder(database)
    assert await under_way(database) == []


async def test_what_is_new_goes_first_and_nothing_is_told_in_the_group_meanwhile(
    database: Database, chats: ChatStore
) -> None:
    await broken_off(database, chats)
    rings = {f"code:s{name}": NUMBERS[name] for name in ("n5", "n4", "n3")}
    assert await heard(database, LATER) == rings
    await chats.sweep()
    rings = {f"code:s{name}": owner for name, owner in NUMBERS.items()}
    assert await heard(database, LATER) == {**rings, "rental:r": ANN}


async def test_what_was_told_meanwhile_is_not_told_again(database: Database, chats: ChatStore) -> None:
    await broken_off(database, chats)
    outbox = OutboxStore(database)
    for post in await outbox.due(LATER):
        await outbox.sent(post, 5, LATER, None)
    await chats.sweep()
    rings = {f"code:s{name}": NUMBERS[name] for name in ("n2", "n1", "n0")}
    assert await heard(database, LATER) == {**rings, "rental:r": ANN}
    assert (await posts(database))["code:sn5"].message_id == 5


async def test_a_card_that_is_drawn_again_meanwhile_goes_along_and_is_said_once(
    database: Database, chats: ChatStore
) -> None:
    await broken_off(database, chats)
    async with database.begin() as session:
        await arm(session, Kind.CARD, "n0", TEAM, LATER)
    await OutboxStore(database).park(LATER)
    assert "card:n0" not in await heard(database, LATER)
    await chats.sweep()
    assert (await heard(database, LATER))["card:n0"] == BEN


async def test_a_card_that_is_wanted_in_private_meanwhile_comes_there_at_once(
    database: Database, chats: ChatStore
) -> None:
    await broken_off(database, chats)
    assert await ActivationStore(database).hang_anew("n0", BEN, LATER)
    assert (await heard(database, LATER))["card:n0"] == BEN
    await chats.sweep()
    assert await everything_is_with_its_holder(database)


async def test_a_code_that_comes_meanwhile_is_its_holders(database: Database, chats: ChatStore) -> None:
    await broken_off(database, chats)
    await put(database, Sms(id="late", activation_id="n0", position=2, code="99", received_at=LATER))
    async with database.begin() as session:
        await arm(session, Kind.CODE, "late", TEAM, LATER)
    assert (await heard(database, LATER))["code:late"] == BEN


async def test_if_the_group_comes_back_what_is_still_there_is_said_there(
    database: Database, chats: ChatStore
) -> None:
    await broken_off(database, chats)
    await chats.mark_reachable(TEAM)
    await chats.sweep()
    rings = {f"code:s{name}": TEAM if name in ("n2", "n1", "n0") else NUMBERS[name] for name in NUMBERS}
    assert await heard(database, LATER) == {**rings, "rental:r": TEAM}
    assert await under_way(database) == []


async def test_if_it_is_lost_once_more_all_of_it_goes(database: Database, chats: ChatStore) -> None:
    await broken_off(database, chats)
    await chats.mark_reachable(TEAM)
    await chats.mark_unreachable(TEAM, LATER)
    assert await everything_is_with_its_holder(database)


async def test_what_is_nobodys_by_now_is_told_to_nobody(database: Database, chats: ChatStore) -> None:
    await broken_off(database, chats)
    async with database.begin() as session:
        row = await session.get_one(Activation, "n1")
        row.owner_id, row.state = NOBODY, State.FINISHED
    await chats.sweep()
    found = await posts(database)
    assert {found["card:n1"].chat_id, found["code:sn1"].chat_id} == {TEAM}
    assert "code:sn1" not in await heard(database, LATER)
    assert {found["card:n0"].chat_id, found["code:sn0"].chat_id} == {BEN}


async def test_what_hangs_with_its_holder_stays_where_the_group_is_lost_once_more(
    database: Database, chats: ChatStore
) -> None:
    await chats.mark_unreachable(TEAM, NOW)
    await OutboxStore(database).sent((await posts(database))["card:n5"], 5, LATER, None)
    await ActivationStore(database).place_card("n5", ANN, 5)
    await chats.mark_reachable(TEAM)
    await chats.mark_unreachable(TEAM, LATER)
    row = await ActivationStore(database).get("n5")
    assert row is not None
    assert (row.card_chat_id, row.card_message_id) == (ANN, 5)
    assert (await posts(database))["card:n5"].message_id == 5


@pytest.mark.parametrize("is_lost", [True, False])
async def test_a_group_that_moves_meanwhile_is_on_its_way_out_only_if_it_is_lost_there_too(
    database: Database, chats: ChatStore, is_lost: bool
) -> None:
    await broken_off(database, chats)
    lost = NOW if is_lost else None
    await put(
        database, Chat(id=NEW_TEAM, kind="supergroup", created_at=NOW, seen_at=NOW, unreachable_at=lost)
    )
    await chats.migrate(TEAM, NEW_TEAM)
    await chats.sweep()
    assert await everything_is_with_its_holder(database) is is_lost
    there = [post.dedup for post in (await posts(database)).values() if post.chat_id == NEW_TEAM]
    assert bool(there) is not is_lost
    assert await under_way(database) == []


async def test_numbers_of_one_moment_go_together(database: Database, chats: ChatStore) -> None:
    async with database.begin() as session:
        for row in await session.scalars(select(Activation)):
            row.created_at = NOW
    await chats.mark_unreachable(TEAM, NOW)
    assert await everything_is_with_its_holder(database)
