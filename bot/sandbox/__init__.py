"""A Telegram and its SMS providers on loopback, so that the real bot runs unchanged between them.

It imports nothing of the bot: a misunderstanding of a protocol must not stand on both sides.
"""
