"""/share: how a group shares numbers, set by its administrators."""

from aiogram import F, Router

router = Router(name="share")
router.callback_query.filter(F.data.startswith("G"))
