"""What is said of a key unasked: little is left on its account, or its provider does not take it any more."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bot.clock import Clock
from bot.drawing import Drawing
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.doors import AddKey, Balance, Keys
from handlers.group_doors import GroupKeys, Share
from handlers.key_marks import money, name_of, refusal
from handlers.key_screens import Limit, TryKey
from handlers.open_ends import told
from handlers.screen import Screen, press
from storage.keys import KeyStore
from storage.models import Key, Post
from storage.open_ends import OpenEnds, OpenEndStore
from storage.outbox import Kind


class KeyNotices:
    """Draws what the outbox says of keys, as they are at that moment."""

    def __init__(
        self, keys: KeyStore, open_ends: OpenEndStore, providers: Mapping[str, Provider], clock: Clock
    ) -> None:
        self._keys = keys
        self._open_ends = open_ends
        self._providers = providers
        self._clock = clock

    async def draw(self, post: Post, t: Texts) -> Drawing | None:
        """None when there is nothing to say any more, or it was said and nobody knows where."""
        key = await self._keys.get(post.subject)
        if key is None or key.removed_at is not None or (post.sent_at is not None and not post.message_id):
            return None
        if post.kind == Kind.KEY_SHARED:
            return draw_shared(key, t, self._providers, post)
        if post.kind == Kind.KEY_LOW:
            return draw_low(key, await self._keys.limit_of(key, self._clock()), t, self._providers, post)
        return draw_stopped(key, await self._open_ends.of_key(key.id), t, self._providers, post)


def draw_shared(key: Key, t: Texts, providers: Mapping[str, Provider], post: Post) -> Drawing:
    """What a group is told of a key that was added for it; the balance is for who may buy: /balance."""
    added = t("🔑 <b>{name}</b> is connected to this group.", name=name_of(key, providers))
    screen = Screen(
        f"{added}\n" + t("Who may buy here sends /buy. Administrators set the rules with /share."),
        [[press(t.plain("⚙️ Sharing"), Share())]],
    )
    return Drawing(screen.html, screen.keyboard, edits=post.message_id)


def draw_low(
    key: Key, limit: Decimal | None, t: Texts, providers: Mapping[str, Provider], post: Post
) -> Drawing | None:
    """None when it is no longer so."""
    if key.low_told_at is None or limit is None:
        return None
    if post.chat_id < 0:
        return _low_in_group(key, t, providers, post)
    lines = [
        t(
            "📉 <b>{name}</b> is running low: <b>{money}</b> left.",
            name=name_of(key, providers),
            money=money(key, t),
        ),
        t(
            "Top it up on the provider's site. You are told below {money}.",
            money=t.money(limit, key.currency),
        ),
    ]
    rows = [[press(t.plain("💰 Balance"), Balance()), press(t.plain("🔔 Change"), Limit(id=key.id))]]
    return _said(Screen("\n".join(lines), rows), post)


def _low_in_group(key: Key, t: Texts, providers: Mapping[str, Provider], post: Post) -> Drawing:
    """Without an amount: not everybody there may see it."""
    told = t(
        "📉 <b>{name}</b> is running low. Top it up on the provider's site.", name=name_of(key, providers)
    )
    rows = [[press(t.plain("💰 Balance"), Balance()), press(t.plain("⚙️ Sharing"), Share())]]
    return _said(Screen(told, rows), post)


def draw_stopped(
    key: Key, ends: OpenEnds, t: Texts, providers: Mapping[str, Provider], post: Post
) -> Drawing | None:
    """None when it works again."""
    if key.stopped_at is None:
        return None
    lines = [
        t(
            "⛔ <b>{name}</b>: the key …{tail} does not work any more.",
            name=name_of(key, providers),
            tail=key.tail,
        ),
        t("{problem}", problem=t.plain_error(refusal(key))),
        t("Nothing new can be bought with it. Look at your account there, then test it or add a new key."),
    ]
    ends = replace(ends, watches=0)
    if ends:
        lines += ["", t("With this key I go on looking after:"), *told(ends, t)]
    rows = [
        [press(t.plain("🔎 Test"), TryKey(id=key.id)), press(t.plain("🔑 Keys"), Keys())],
        [press(t.plain("🔑 Add a provider key"), AddKey())],
    ]
    if post.chat_id < 0:
        rows = [[press(t.plain("🔑 Keys"), GroupKeys()), press(t.plain("⚙️ Sharing"), Share())]]
    return _said(Screen("\n".join(lines), rows), post)


def _said(screen: Screen, post: Post) -> Drawing:
    return Drawing(screen.html, screen.keyboard, edits=post.message_id, once=post.message_id is not None)
