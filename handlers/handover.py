"""A number that somebody in a group hands over to somebody else there."""

from aiogram import F, Router

router = Router(name="handover")
router.callback_query.filter(F.data.startswith("D"))
