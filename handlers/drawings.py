"""What the postman says: every outbox row drawn as it is now, in its chat's language."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.drawing import Drawing, Later
from bot.hours import quiet_until
from bot.i18n import Texts
from bot.providers.base import Provider
from bot.shops import Shops
from bot.voices import Voices
from handlers.alarm_notices import AlarmNotices
from handlers.broadcast_progress import BroadcastNotices
from handlers.cards import draw_card
from handlers.code_rings import draw_code
from handlers.group_rings import GroupRings
from handlers.key_notices import KeyNotices
from handlers.message_cards import draw_delivery, draw_message
from handlers.rental_cards import draw_rental
from handlers.rental_rings import draw_moved, draw_reminder, draw_rental_sms
from handlers.strays import draw_restored
from handlers.watch_rings import draw_watch, on_card
from storage.activations import ActivationStore
from storage.messages import MessageStore
from storage.models import Post, Rental
from storage.outbox import NOTICES, PERISHABLE, Kind, OutboxStore
from storage.preferences import PreferenceStore
from storage.rental_orders import RentalOrderStore
from storage.rentals import RentalStore
from storage.watches import WatchStore


class Drawings:
    """Draws outbox rows by their kind; the rows they stand for are read at that moment."""

    def __init__(
        self,
        voices: Voices,
        preferences: PreferenceStore,
        numbers: ActivationStore,
        rentals: RentalStore,
        orders: RentalOrderStore,
        messages: MessageStore,
        outbox: OutboxStore,
        providers: Mapping[str, Provider],
        clock: Clock,
        shops: Shops,
        watches: WatchStore,
        key_notices: KeyNotices,
        in_groups: GroupRings,
        alarm_notices: AlarmNotices,
        broadcast_notices: BroadcastNotices,
    ) -> None:
        self._broadcast_notices = broadcast_notices
        self._alarm_notices = alarm_notices
        self._key_notices = key_notices
        self._in_groups = in_groups
        self._watches = watches
        self._shops = shops
        self._voices = voices
        self._preferences = preferences
        self._numbers = numbers
        self._rentals = rentals
        self._orders = orders
        self._messages = messages
        self._outbox = outbox
        self._providers = providers
        self._clock = clock

    async def draw(self, post: Post) -> Drawing | Later | None:
        """None when there is nothing to say any more; what need not ring in quiet hours rings after them."""
        t = await self._voices.of(post.chat_id)
        until = await self._quiet_until(post, t)
        if until is not None and post.kind in NOTICES:
            return Later(until)
        drawing = await self._drawn(post, t)
        return drawing if drawing is None or until is None else replace(drawing, silent=True)

    async def _quiet_until(self, post: Post, t: Texts) -> datetime | None:
        """When the quiet hours end in which this would ring; a code or a card rings in any."""
        if post.kind not in NOTICES | PERISHABLE or post.sent_at is not None:
            return None
        chosen = await self._preferences.of(post.chat_id)
        if chosen.quiet_from is None or chosen.quiet_to is None:
            return None
        return quiet_until(self._clock(), chosen.quiet_from, chosen.quiet_to, t.zone)

    async def _drawn(self, post: Post, t: Texts) -> Drawing | None:
        match post.kind:
            case Kind.CARD:
                return await self._card(post, t)
            case Kind.CODE | Kind.CODE_ASIDE:
                return await self._code(post, t)
            case Kind.RENTAL | Kind.RENTAL_MOVED:
                return await self._rental(post, t)
            case Kind.RENTAL_SMS:
                return await self._rental_sms(post, t)
            case Kind.DAY_LEFT | Kind.HOUR_LEFT:
                return await self._reminder(post, t)
            case Kind.MESSAGE | Kind.DELIVERY:
                return await self._message(post, t)
        return await self._notice(post, t)

    async def _notice(self, post: Post, t: Texts) -> Drawing | None:
        match post.kind:
            case Kind.RESTORED:
                return await self._restored(post, t)
            case Kind.WATCH | Kind.WATCH_OVER:
                return await self._watch(post, t)
            case Kind.KEY_LOW | Kind.KEY_STOPPED | Kind.KEY_SHARED:
                return await self._key_notices.draw(post, t)
            case Kind.ALARM | Kind.ALARM_OVER | Kind.LOST | Kind.REPORT:
                return await self._alarm_notices.draw(post, t)
            case Kind.PROGRESS:
                return await self._broadcast_notices.draw(post, t)
        return None

    async def _restored(self, post: Post, t: Texts) -> Drawing | None:
        return draw_restored(t, await self._shops.known(post.chat_id)) if post.sent_at is None else None

    async def hung(self, post: Post, message_id: int) -> None:
        """A number's card knows where it hangs; the other messages are found by their outbox row."""
        if post.kind == Kind.CARD:
            await self._numbers.place_card(post.subject, post.chat_id, message_id)

    async def _card(self, post: Post, t: Texts) -> Drawing | None:
        row = await self._numbers.get(post.subject)
        if row is None or row.chat_id < 0:
            return None if row is None else await self._in_groups.card(row, post, t)
        return on_card(draw_card(row, t, self._providers, self._clock()), row, t)

    async def _watch(self, post: Post, t: Texts) -> Drawing | None:
        watch = await self._watches.get(post.subject)
        return None if watch is None or _lost_sight_of(post) else draw_watch(watch, t, post)

    async def _code(self, post: Post, t: Texts) -> Drawing | None:
        found = await self._numbers.sms(post.subject)
        if found is None or _lost_sight_of(post):
            return None
        if found[1].chat_id < 0:
            return await self._in_groups.code(*found, post, t)
        return draw_code(*found, t, self._providers, post.message_id)

    async def _rental(self, post: Post, t: Texts) -> Drawing | None:
        row = await self._rentals.get(post.subject)
        if row is None:
            return None
        if post.kind == Kind.RENTAL_MOVED:
            return await self._moved(row, post, t)
        order, last = await self._orders.latest(row.id), await self._rentals.last_sms(row.id)
        return draw_rental(row, order, last, t, self._providers, self._clock(), post)

    async def _moved(self, row: Rental, post: Post, t: Texts) -> Drawing | None:
        """None while the card hangs nowhere else."""
        card = await self._outbox.hangs(Kind.RENTAL, row.id)
        return None if card in (None, post.message_id) else draw_moved(row, t, post)

    async def _rental_sms(self, post: Post, t: Texts) -> Drawing | None:
        found = await self._rentals.sms(post.subject)
        return None if found is None or _lost_sight_of(post) else draw_rental_sms(*found, t, post)

    async def _reminder(self, post: Post, t: Texts) -> Drawing | None:
        row = await self._rentals.get(post.subject)
        if row is None or _lost_sight_of(post):
            return None
        return draw_reminder(row, t, self._providers, self._clock(), post)

    async def _message(self, post: Post, t: Texts) -> Drawing | None:
        row = await self._messages.get(post.subject)
        if row is None:
            return None
        if post.kind == Kind.DELIVERY:
            return None if _lost_sight_of(post) else draw_delivery(row, t, post.message_id)
        return draw_message(row, t, self._providers, post.message_id)


def _lost_sight_of(post: Post) -> bool:
    """Delivered, but where it hangs is not known: said again it would ring again."""
    return post.sent_at is not None and not post.message_id
