"""The demo, and its bot, for a team in a hurry: in a group it says in a minute what it has to say.

`python -m tests.browser.brisk` is the one, with `bot` behind it the other.
"""

import asyncio
import sys
from dataclasses import replace

from bot import log, process, settings
from bot.paces import TELEGRAM
from bot.sandbox.demo import demo

NAME = "tests.browser.brisk"
BOT = "bot"
PACES = replace(TELEGRAM, group=(1000, 60.0))


async def beside() -> int:
    """The bot, as `python -m bot` runs it but for the pace."""
    read = settings.read()
    log.configure(read.log_level)
    return 1 if await process.run(read, paces=PACES) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(beside() if BOT in sys.argv else demo(0, ("-m", NAME, BOT))))
