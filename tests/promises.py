"""What must be true once all is healed and everything had its time, by the ledgers against the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.providers.base import Capability
from storage.models import OPEN, Activation, Post, Sms, State
from storage.reasons import Reason
from tests.fate import FatedHouse
from tests.house import Chat


@dataclass(frozen=True, slots=True)
class Books:
    """What the bot wrote down, and whose chats it wrote to."""

    rows: Sequence[Activation]
    sms: Sequence[Sms]
    posts: Sequence[Post]
    people: Sequence[Chat]


async def keeps_its_promises(house: FatedHouse, people: Sequence[Chat]) -> None:
    """Raises AssertionError for the first promise that was broken."""
    async with house.database.begin() as session:
        rows = (await session.scalars(select(Activation))).all()
        sms = (await session.scalars(select(Sms))).all()
        books = Books(rows, sms, (await session.scalars(select(Post))).all(), people)
    nothing_is_left_over(house, books)
    every_number_paid_for_is_known(house, books)
    nobody_has_the_number_of_another_purchase(house, books)
    no_press_bought_twice(house, books)
    every_code_reached_its_owner_and_nobody_else(house, books)
    codes_rang_twice_only_where_nobody_can_know(house, books)
    no_cancel_cost_a_code(house, books)
    no_number_was_asked_about_too_soon(house)
    the_file_is_whole_and_holds_no_key(house, books)


def nothing_is_left_over(house: FatedHouse, books: Books) -> None:
    """Every number came to an end, nobody looks any more, and the outbox is empty."""
    undone = [row for row in books.rows if row.state in (*OPEN, State.BUYING) or row.next_poll_at is not None]
    assert not undone, [(row.state, row.reason, row.next_poll_at, house.clock()) for row in undone]
    unsent = [post for post in books.posts if post.next_try_at is not None or post.sent_at is None]
    assert not unsent, [(post.dedup, post.failure, post.next_try_at) for post in unsent]


def every_number_paid_for_is_known(house: FatedHouse, books: Books) -> None:
    """What cost money has one row; what could not be found is "unknown", and its owner can read that.

    One that was bought elsewhere may stand for one that is not listed yet: nobody can tell them apart.
    """
    known = Counter(row.provider_id for row in books.rows if row.provider_id)
    assert set(known) <= set(house.ledger.lines)
    assert set(known.values()) <= {1}, known
    unknown = [row for row in books.rows if row.state is State.UNKNOWN]
    elsewhere = house.ledger.elsewhere
    lost = house.ledger.paid - set(known) - elsewhere
    findable = house.ledger.can(Capability.ACTIVE) and not house.ledger.unlisted
    told = [row for row in unknown if not findable or row.reason in (Reason.SEVERAL, Reason.CLAIMED)]
    assert len(lost) <= len(told) + len(elsewhere & set(known)), (
        lost,
        [(row.state, row.reason) for row in books.rows],
    )
    for row in unknown:
        assert any("unknown" in message["text"] for message in _chat(books, row.chat_id).messages)


def nobody_has_the_number_of_another_purchase(house: FatedHouse, books: Books) -> None:
    """Its number was bought at the moment of its call, whoever else lost an answer then."""
    found = [row for row in books.rows if row.provider_id and row.provider_id not in house.ledger.elsewhere]
    for row in found:
        assert row.called_at == house.ledger.lines[row.provider_id or ""].bought_at, (row.id, row.reason)


def no_press_bought_twice(house: FatedHouse, books: Books) -> None:
    """Every call that spends has a row of its own, which was committed before the call."""
    meant = Counter(row.called_at for row in books.rows if row.called_at is not None)
    assert Counter(call.at for call in house.ledger.called("buy")) <= meant
    assert len({row.nonce for row in books.rows}) == len(books.rows)
    assert house.ledger.unwritten == 0


def every_code_reached_its_owner_and_nobody_else(house: FatedHouse, books: Books) -> None:
    """One in time always, a late one once the bot was told it; what it was told it wrote down once."""
    chats = {row.provider_id: row.chat_id for row in books.rows}
    for sms in house.ledger.sms:
        rings = {person.chat_id: _rings(person, sms.code) for person in books.people}
        owner = rings.pop(chats.get(sms.number, 0), 0)
        lost = sms.number in chats and (sms.code in house.ledger.told or not sms.late) and not owner
        assert not lost, sms
        assert not any(rings.values()), sms
    assert sorted(sms.code for sms in books.sms) == sorted(house.ledger.told)


def codes_rang_twice_only_where_nobody_can_know(house: FatedHouse, books: Books) -> None:
    """After a kill, or an answer of Telegram's that may have been lost."""
    rang = [_rings(person, sms.code) for sms in house.ledger.sms for person in books.people]
    assert sum(max(0, times - 1) for times in rang) <= house.kills + house.unsure


def no_cancel_cost_a_code(house: FatedHouse, books: Books) -> None:
    """What came in time was not lost to a cancel."""
    came = {sms.number for sms in house.ledger.sms if not sms.late}
    assert not [row.id for row in books.rows if row.state is State.CANCELLED and row.provider_id in came]


def no_number_was_asked_about_too_soon(house: FatedHouse) -> None:
    """Within one life of the bot; when the last died over a look, nobody knows of it."""
    last: dict[tuple[int, str], datetime] = {}
    for poll in house.ledger.polls:
        before = last.get((poll.life, poll.number))
        apart = house.ledger.timing.min_poll if before is None else (poll.at - before).total_seconds()
        assert apart >= house.ledger.timing.min_poll, (poll, before)
        last[poll.life, poll.number] = poll.at


def the_file_is_whole_and_holds_no_key(house: FatedHouse, books: Books) -> None:
    assert house.ask("PRAGMA integrity_check") == "ok"
    assert house.file.execute("PRAGMA foreign_key_check").fetchall() == []
    files = b"".join(path.read_bytes() for path in house.folder.iterdir())
    said = repr([person.messages for person in books.people])
    for key in house.ledger.accounts:
        assert key.encode() not in files
        assert key not in said


def _rings(person: Chat, code: str) -> int:
    """How many messages ring with a code."""
    return len([one for one in person.messages if one["text"].startswith("🔔") and code in one["text"]])


def _chat(books: Books, chat_id: int) -> Chat:
    return next(person for person in books.people if person.chat_id == chat_id)
