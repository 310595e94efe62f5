"""How late the bot is for everybody else while one provider hangs, and while Telegram shuts one chat out."""

import asyncio
import itertools
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.telegram.wire import Json
from tests.benchmarks.figures import Figure
from tests.benchmarks.street import POLL, Held, Street, passed, street

#: People with five numbers of the site that hangs, and of each of two sites that do not.
HUNG, WELL, EACH = 100, 5, 5
#: Seconds watched: longer than a look may take.
WATCHED = 40.0
#: What Telegram says about one chat, in seconds, and the people whom a code comes for meanwhile.
RETRY_AFTER, OTHERS = 6000, 40
BETWEEN = 0.25


@dataclass(frozen=True, slots=True)
class Late:
    """Seconds late: of twenty, nineteen are below `p95`."""

    p95: float
    most: float
    of: int


async def figures(folder: Path) -> list[Figure]:
    well = await while_all_is_well(folder / "well")
    hung = await while_one_provider_hangs(folder / "hung")
    code, said = await while_one_chat_is_shut_out(folder / "shut")
    shut_out = f"while another chat is shut out for {RETRY_AFTER} s ({said} sent into it)"
    return [
        _figure("looks, while all is well", well),
        _figure(f"looks, while another provider hangs with {HUNG * EACH} numbers", hung),
        _figure(f"codes beyond one spacing, {shut_out}", code),
    ]


def _figure(name: str, found: Late) -> Figure:
    return Figure("lateness", name, found.p95, "s at p95", limit=f"{found.most:.2f} s at most, of {found.of}")


async def while_all_is_well(folder: Path) -> Late:
    """The looks at the numbers of two sites."""
    async with street(folder, EACH, smsbower=WELL, sms3t=WELL) as here:
        await passed(POLL * 2)
        return await _looks(here, WATCHED / 2)


async def while_one_provider_hangs(folder: Path) -> Late:
    """The same looks beside a third site, which answers nothing from the start."""
    async with street(folder, EACH, hangs="herosms", herosms=HUNG, smsbower=WELL, sms3t=WELL) as here:
        await passed(POLL * 2)
        return await _looks(here, WATCHED)


async def _looks(here: Street, seconds: float) -> Late:
    """A look is due a poll after the answer to the last one, which takes a part of what is measured here."""
    since = here.sandbox.clock.time()
    await passed(seconds)
    gaps: list[float] = []
    for one in here.at("smsbower", "sms3t"):
        moments = _asked(one, since)
        gaps += [after - before for before, after in itertools.pairwise(moments)]
        overdue = here.sandbox.clock.time() - (moments[-1] if moments else since)
        gaps += [overdue] if overdue > POLL else []
    return late([gap - POLL for gap in gaps])


def _asked(one: Held, since: float) -> list[float]:
    calls = one.site.ledger.calls
    return [call.at for call in calls if call.query.get("id") == one.sold.id and call.at >= since]


async def while_one_chat_is_shut_out(folder: Path) -> tuple[Late, int]:
    """From an SMS to its code in another chat, less one poll; and how often the shut one was tried."""
    async with street(folder, 1, smsbower=OTHERS + 1) as here:
        await passed(POLL * 3)
        shut, others = _shut_out(here)
        mark = here.sandbox.world.events.seq
        waited = await asyncio.gather(*(_code(here, one, number) for number, one in enumerate(others)))
        return late([seconds - POLL for seconds in waited]), len(_said(here, shut.chat_id, mark))


def _shut_out(here: Street) -> tuple[Held, list[Held]]:
    """One chat is shut out from its code on, which waits for it the whole time."""
    shut, *others = here.held
    here.sandbox.human.fault(chat_id=shut.chat_id, retry_after=RETRY_AFTER, times=None)
    shut.site.control("sms", id=shut.sold.id)
    return shut, others


async def _code(here: Street, one: Held, number: int) -> float:
    """Seconds from an SMS to its code in the chat."""
    await asyncio.sleep(number * BETWEEN + random.uniform(0, BETWEEN))
    loop, mark = asyncio.get_running_loop(), here.sandbox.world.events.seq
    code, start = one.site.control("sms", id=one.sold.id)["code"], loop.time()
    rung = lambda: any(code in str(call["params"]) for call in _said(here, one.chat_id, mark))  # noqa: E731
    await here.sandbox.eventually(rung, f"the code of number {number} rings")
    return loop.time() - start


def _said(here: Street, chat_id: int, since: int) -> list[Json]:
    calls = here.sandbox.calls("sendMessage", since) + here.sandbox.calls("editMessageText", since)
    return [call for call in calls if str(call["params"].get("chat_id")) == str(chat_id)]


def late(seconds: Sequence[float]) -> Late:
    """What is early is not late."""
    found = [max(0.0, one) for one in seconds]
    return Late(statistics.quantiles(found, n=20)[-1], max(found), len(found))
