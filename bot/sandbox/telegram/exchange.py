"""Where a bot's calls arrive, through whichever door: tokens, faults, the journal, the wait of getUpdates."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.chats import Account
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.methods import carry_out
from bot.sandbox.telegram.parameters import decode
from bot.sandbox.telegram.refusals import Refusal, conflict
from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.wire import Dropped, Json, Reply, Upload, failure, success
from bot.sandbox.telegram.world import World

WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Exchange:
    """Answers the Bot API for all bots of a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def call(
        self, token: str, method: str, raw: Mapping[str, Any], files: dict[str, Upload] | None = None
    ) -> Reply:
        """The answer to one call. Raises Dropped where the connection breaks, never returns on a hang."""
        try:
            account = self.world.account(token)
        except Refusal as refusal:
            return failure(refusal.code, refusal.description)
        shown = _shown(raw, files or {})
        self.world.pace.note(method, shown)
        fault = self.world.faults.strike(method, shown)
        if fault is None:
            reply, error = await self._carry_out(account, method, raw, files or {})
            self.world.journal.note(method, shown, error)
            return reply
        if fault.after_processing:
            await self._carry_out(account, method, raw, files or {})
        self.world.journal.note(method, shown, f"fault: {fault.words}")
        return await _broken(fault)

    async def _carry_out(
        self, account: Account, method: str, raw: Mapping[str, Any], files: dict[str, Upload]
    ) -> tuple[Reply, str | None]:
        """The answer, and in short why it is an error."""
        try:
            self.world.pace.check(method, dict(raw))
            if method.lower() == "getupdates":
                result: Any = await self._updates(account, decode(method, raw))
            else:
                result = carry_out(self.world, account, method, raw, files)
        except Refusal as refusal:
            answer = failure(refusal.code, refusal.description, refusal.parameters)
            return answer, refusal.description
        return success(result), None

    async def _updates(self, account: Account, params: Json) -> list[Json]:
        if account.webhook:
            raise conflict(WEBHOOK)
        if "allowed_updates" in params:
            account.updates.allow(params["allowed_updates"])
        offset, limit = params.get("offset", 0), params.get("limit", limits.UPDATES_AT_ONCE)
        limit = min(max(limit, 1), limits.UPDATES_AT_ONCE)
        found = account.updates.fetch(offset, limit)
        timeout = min(params.get("timeout", 0), limits.LONG_POLL_SECONDS)
        if not found and timeout > 0:
            await _wait(account.updates, timeout)
            found = account.updates.fetch(max(offset, 0), limit)
        return found


async def _broken(fault: Fault) -> Reply:
    """The fault itself: silence for ever, a closed connection, or its answer."""
    if fault.hang:
        await asyncio.get_running_loop().create_future()
    if fault.drop:
        raise Dropped
    return fault.reply()


async def _wait(updates: Updates, timeout: float) -> None:
    """Until an update arrives or the time is over; a newer poll of the bot ends this one with 409."""
    poll: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def hook(arrived: bool) -> None:
        if not poll.done():
            poll.set_result(arrived)

    updates.attend(hook)
    try:
        async with asyncio.timeout(timeout):
            alone = await poll
    except TimeoutError:
        alone = True
    finally:
        updates.dismiss(hook)
    if not alone:
        raise conflict(TERMINATED)


def _shown(raw: Mapping[str, Any], files: dict[str, Upload]) -> Json:
    """The parameters as the journal shows them: JSON fields opened, files by their names."""
    shown = {name: _opened(value) for name, value in raw.items()}
    return shown | {f"file {key}": upload.filename for key, upload in files.items()}


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
