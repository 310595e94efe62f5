"""Who may come in: a person found, let in, capped or blocked, and invitations."""

from aiogram import F, Router

router = Router(name="guests")
router.callback_query.filter(F.data.startswith("P"))
