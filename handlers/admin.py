"""/admin: what the operator sees at a glance, and what they switch."""

from aiogram import F, Router

router = Router(name="admin")
router.callback_query.filter(F.data.startswith("A"))
