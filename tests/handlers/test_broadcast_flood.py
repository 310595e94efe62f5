"""A flood limit that is about no single chat, told while a broadcast goes out: nobody hammers on."""

from bot.herald import AT_ONCE
from tests.handlers.test_broadcast import copies, house, operator, people, send_to_all
from tests.house import Chat, House

__all__ = ["house", "operator"]


async def test_t_22_a_broadcast_stops_for_the_whole_bots_flood_and_reaches_everybody_afterwards(
    house: House, operator: Chat
) -> None:
    crowd = await people(house, *(f"Person {number}" for number in range(20)))
    house.human.fault("copyMessage", retry_after=40, times=None)
    await send_to_all(operator)
    tried = len(house.sent("copyMessage"))
    assert tried <= AT_ONCE
    await operator.wait(39)
    assert len(house.sent("copyMessage")) == tried
    house.human.heal("copyMessage")
    await operator.wait(60)
    assert [len(copies(one)) for one in crowd] == [1] * 20


async def test_t_22_where_it_is_not_over_a_single_copy_finds_that_out(house: House, operator: Chat) -> None:
    await people(house, *(f"Person {number}" for number in range(20)))
    house.human.fault("copyMessage", retry_after=40, times=None)
    await send_to_all(operator)
    tried = len(house.sent("copyMessage"))
    await operator.wait(42)
    assert len(house.sent("copyMessage")) == tried + 1


async def test_t_22_found_by_copies_one_at_a_time_it_is_waited_for_as_well(
    house: House, operator: Chat
) -> None:
    await people(house, *(f"Person {number}" for number in range(20)))
    house.human.fault("copyMessage", code=502, times=None)
    await send_to_all(operator)
    house.human.heal("copyMessage")
    house.human.fault("copyMessage", retry_after=300, times=None)
    tried = len(house.sent("copyMessage"))
    for _ in range(50):
        await house.wait(5.2)
    assert len(house.sent("copyMessage")) == tried + 2
