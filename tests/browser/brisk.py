"""The demo, and its bot, for a team in a hurry: in a group it says in a minute what it has to say.

`python -m tests.browser.brisk` is the one, with `bot` behind it the other.
"""

import asyncio
import sys
from dataclasses import replace

NAME = "tests.browser.brisk"
BOT = "bot"


async def beside() -> int:
    """The bot, as `python -m bot` runs it but for the pace."""
    from bot import log, process, settings
    from bot.paces import TELEGRAM

    read = settings.read()
    log.configure(read.log_level)
    return 1 if await process.run(read, paces=replace(TELEGRAM, group=(1000, 60.0))) else 0


async def demo() -> int:
    """What knows nothing of the bot loads nothing of it: that takes seconds."""
    from bot.sandbox import demo

    return await demo.demo(0, ("-m", NAME, BOT))


if __name__ == "__main__":
    sys.exit(asyncio.run(beside() if BOT in sys.argv else demo()))
