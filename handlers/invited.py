"""Links that work once: an invitation to the bot, and a group's key that is added in private."""

from aiogram import Router

router = Router(name="invited")
