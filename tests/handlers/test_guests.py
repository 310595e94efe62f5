"""Who may come in: found by what cannot be faked, judged, limited; and what operators never see."""

import pytest

from storage.caps import TooManyToday
from tests.handlers.operating import OPERATED, last_deed, opens, operated_by, operator_of
from tests.house import Chat, House

pytestmark = operated_by(OPERATED)
BLOCKED = "The operator of this bot has blocked you."


@pytest.fixture
def operator(house: House) -> Chat:
    return operator_of(house)


@pytest.fixture
async def ann(operator: Chat, house: House) -> Chat:
    ann = house.person("Ann Lee")
    await house.connect(ann, house.alpha)
    await ann.say("/start")
    return ann


async def looks_up(operator: Chat, words: str) -> Chat:
    await opens(operator, "People")
    await operator.say(words)
    return operator


async def forwards(operator: Chat, origin: dict[str, object]) -> None:
    """The operator forwards a message that came from there."""
    house = operator.house
    person = house.world.user(operator.person_id)
    place = {"id": operator.chat_id, "type": "private", "first_name": "Olga"}
    message = {"message_id": 9_000, "date": 0, "chat": place, "from": person, "text": "hi"}
    house.human.strange_update("message", {**message, "forward_origin": {"date": 0, **origin}})
    await house.settle()


# Finding


async def test_somebody_is_found_by_their_id(operator: Chat, ann: Chat) -> None:
    await looks_up(operator, str(ann.person_id))
    assert f"👤 Ann Lee · {ann.person_id}" in operator.screen
    assert "May come in, as everybody" in operator.screen


async def test_somebody_is_found_by_a_part_of_their_name_whatever_the_case(operator: Chat, ann: Chat) -> None:
    await looks_up(operator, "ann l")
    assert f"👤 Ann Lee · {ann.person_id}" in operator.screen
    await looks_up(operator, "nobody called so")
    assert "Nobody by that name is known here" in operator.screen


async def test_where_several_are_called_so_their_ids_are_told(
    operator: Chat, ann: Chat, house: House
) -> None:
    await house.person("Ann Other").say("/start")
    await looks_up(operator, "Ann")
    assert "look at the id, too" in operator.screen
    await operator.press("Ann Lee")
    assert f"👤 Ann Lee · {ann.person_id}" in operator.screen


async def test_who_was_met_in_a_group_alone_is_known_from_there(
    operator: Chat, ann: Chat, house: House
) -> None:
    kim = house.person("Kim")
    await house.group(kim, operator).say("/start")
    await looks_up(operator, str(kim.person_id))
    assert "Known from groups only: Team" in operator.screen
    await opens(operator)
    seen = next(line for line in operator.screen.splitlines() if line.startswith("People seen"))
    assert seen.split()[-2:] == ["3", "3"]


async def test_a_username_is_no_proof_of_anybody(operator: Chat) -> None:
    await looks_up(operator, "@ann")
    assert "is not proof of anybody" in operator.screen


async def test_somebody_is_found_by_a_message_of_theirs_unless_they_hide(operator: Chat, ann: Chat) -> None:
    await opens(operator, "People")
    sender = {"id": ann.person_id, "is_bot": False, "first_name": "Whoever"}
    await forwards(operator, {"type": "user", "sender_user": sender})
    assert f"👤 Ann Lee · {ann.person_id}" in operator.screen
    await opens(operator, "People")
    await forwards(operator, {"type": "hidden_user", "sender_user_name": "Ann"})
    assert "They hide their account" in operator.screen


async def test_a_group_is_found_and_judged_as_well(operator: Chat, ann: Chat, house: House) -> None:
    group = house.group(ann)
    await group.say("/start")
    await looks_up(operator, str(group.chat_id))
    assert f"👥 Team · {group.chat_id}" in operator.screen
    assert "📏 Limits" not in operator.buttons
    assert "Brought there by Ann Lee" in operator.screen
    await looks_up(operator, "Team")
    await operator.press("Block")
    await operator.press("Block")
    before = len(group.messages)
    await group.say("/help")
    assert len(group.messages) == before
    await looks_up(operator, str(ann.person_id))
    assert "Team" in operator.screen


async def test_who_was_never_here_can_be_decided_about(operator: Chat, house: House) -> None:
    await looks_up(operator, "123456789")
    assert "✅ Let in" not in operator.buttons
    await house.codebell.switches.set("access", "invite", operator.person_id)
    house.clock.advance(1)
    await looks_up(operator, "123456789")
    assert "They have never been here." in operator.screen
    await operator.press("Let in")
    assert "Let in on" in operator.screen
    assert await last_deed(house) == (operator.person_id, "let in", "123456789")


# What is seen


async def test_operators_read_counts_and_sums_and_never_a_number_or_a_code(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.buys()
    house.alpha.delivers("778899", "778899 is your code")
    await ann.wait(10)
    await looks_up(operator, str(ann.person_id))
    assert "📱 Numbers: 1 · 1" in operator.screen
    assert "💸 Spent: $0.50 · $0.50" in operator.screen
    for label in operator.buttons:
        await operator.press(label)
        await looks_up(operator, str(ann.person_id))
    said = str(operator.messages)
    for secret in ("778899", "201", "0001", "abcd", "Telegram"):
        assert secret not in said.replace(str(ann.person_id), "").replace(str(operator.person_id), "")


# Judging


async def test_who_is_blocked_is_told_once_then_nothing_and_their_codes_still_come(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.buys()
    await looks_up(operator, str(ann.person_id))
    await operator.press("Block")
    assert "Block Ann Lee?" in operator.screen
    await operator.press("Block")
    assert "Blocked on" in operator.screen
    assert await last_deed(house) == (operator.person_id, "block", str(ann.person_id))
    for said in (1, 0, 0):
        await ann.say("/start")
        assert len(ann.news) == said
    assert ann.screen.startswith(BLOCKED)
    await ann.forge("b")
    assert (ann.alert or "").startswith(BLOCKED)
    house.alpha.delivers("4711")
    await ann.wait(10)
    assert "4711" in ann.screen


async def test_a_block_holds_over_a_restart_until_it_is_taken_back(
    operator: Chat, ann: Chat, house: House
) -> None:
    await house.codebell.admission.block(ann.person_id, operator.person_id)
    await house.restart()
    await ann.say("/start")
    assert ann.screen.startswith(BLOCKED)
    house.clock.advance(1)
    await looks_up(operator, str(ann.person_id))
    await operator.press("Unblock")
    await ann.say("/start")
    assert "Codebell" in ann.screen
    assert await last_deed(house) == (operator.person_id, "unblock", str(ann.person_id))


async def test_who_is_blocked_is_refused_in_groups_too(operator: Chat, ann: Chat, house: House) -> None:
    group = house.group(operator, ann)
    await group.say("/help")
    await house.codebell.admission.block(ann.person_id, operator.person_id)
    hers, before = group.seat(ann), len(group.messages)
    for _ in range(2):
        await hers.say("/buy")
        assert len(group.messages) == before + 1
    assert group.screen.startswith(BLOCKED)
    await hers.say("/buy@another_bot")
    await hers.forge("m")
    assert (hers.alert or "").startswith(BLOCKED)


async def test_an_operator_cannot_be_blocked(operator: Chat) -> None:
    await looks_up(operator, str(operator.person_id))
    assert "An operator" in operator.screen
    assert "🚫 Block" not in operator.buttons
    await operator.forge(f"Pj:{operator.person_id}:b")
    assert "named in ADMIN_IDS" in (operator.alert or "")


# Limits


async def test_a_limit_of_their_own_counts_at_once_and_can_be_taken_back(
    operator: Chat, ann: Chat, house: House
) -> None:
    await looks_up(operator, str(ann.person_id))
    await operator.press("Limits")
    assert "Purchases a day: 30" in operator.screen
    await operator.press("Purchases a day")
    await operator.press("1")
    assert "Purchases a day: 1 ✎" in operator.screen
    assert await last_deed(house) == (operator.person_id, "cap purchases_per_day", f"{ann.person_id} 1")
    await ann.buys()
    await ann.buys("telegram gb")
    refused = house.codebell.catalogues.texts("en").plain(TooManyToday.text, limit=1)
    assert refused in (ann.alert, ann.screen)
    await operator.press("Purchases a day")
    await operator.press("As everybody")
    assert "Purchases a day: 30\n" in operator.screen
    await ann.buys("telegram gb")
    assert len(house.alpha.called("buy")) == 2


@pytest.mark.parametrize(
    ("limit", "typed", "shown"), [("Spending a day", "7,50", "7.50"), ("Numbers", "2", "2")]
)
async def test_a_limit_can_be_typed(operator: Chat, ann: Chat, limit: str, typed: str, shown: str) -> None:
    await looks_up(operator, str(ann.person_id))
    await operator.press("Limits")
    await operator.press(limit)
    for nonsense in ("a lot", "-1", "99999999"):
        await operator.say(nonsense)
        assert "That is no limit" in operator.screen
    await operator.say(typed)
    assert f": {shown} ✎" in operator.screen
