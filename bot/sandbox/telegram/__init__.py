"""Telegram as a bot and a person see it: one world of pure state, and doors for bot, person and page."""
