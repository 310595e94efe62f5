"""/broadcast: one message to many chats, tried out first, and followed to its end."""

from aiogram import F, Router

router = Router(name="broadcast")
router.callback_query.filter(F.data.startswith("B"))
