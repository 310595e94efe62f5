"""A key in a line: how it is called, what is left on its account, and what is wrong with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.errors import BadKey, BrokenKey, CodebellError, named
from bot.i18n import Texts
from bot.providers.base import Provider
from storage.keys import KeyStore
from storage.models import Key


def name_of(key: Key, providers: Mapping[str, Provider]) -> str:
    """How a key is called on every screen: its provider and the label it was given."""
    title = providers[key.provider].title if key.provider in providers else key.provider
    return f"{title} {key.label}".strip()


def line(key: Key, t: Texts, providers: Mapping[str, Provider]) -> str:
    """`SMSBower work …1234 · $18.74`."""
    name = name_of(key, providers)
    return t("<b>{name}</b> …{tail} · {balance}", name=name, tail=key.tail, balance=money(key, t))


def usage(key: Key, t: Texts) -> str:
    return t("Last used on {when}.", when=t.day(key.used_at)) if key.used_at else t("Not used yet.")


def money(key: Key, t: Texts) -> str:
    return t.money(key.balance, key.currency) if key.balance is not None else "?"


def marks(key: Key, t: Texts, keys: KeyStore) -> list[str]:
    """What is wrong with a key, as far as it is known without asking anybody."""
    if keys.is_broken(key):
        return [t("⚠️ {problem}", problem=t.plain_error(BrokenKey()))]
    if key.stopped_at is not None:
        return stop(key, t)
    return [t("📉 Its balance is running low.")] if key.low_told_at is not None else []


def stop(key: Key, t: Texts) -> list[str]:
    """Since when its provider does not take a key, and why; nothing where it does."""
    if key.stopped_at is None:
        return []
    problem, when = t.plain_error(refusal(key)), t.day(key.stopped_at)
    return [t("⛔ Stopped on {when}. {problem}", problem=problem, when=when)]


def refusal(key: Key) -> CodebellError:
    """How its provider refused a key that stopped."""
    return (named(key.stop_reason) or BadKey)()


def since(moment: datetime, now: datetime, t: Texts) -> str:
    """`14:02`, with its day where that was not within the last day."""
    return t.clock(moment) if now - moment < timedelta(hours=20) else t.day(moment)
