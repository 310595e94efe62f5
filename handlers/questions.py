"""What is asked for each part of a draft, and how what was typed is read."""

import re
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.errors import BadInput, Expired, text
from bot.i18n import Texts
from bot.mobile import OneAtATime, typed
from bot.parts import channels
from bot.providers.sending import LONGEST_CAPTION, LONGEST_TTL, Channel
from bot.providers.sending_errors import WrongButtonAddress, WrongCaption, WrongImageAddress, WrongTtl
from handlers.channels import recipient, span, ttl_of
from handlers.doors import Draft, Part, Write
from handlers.screen import COPY_LENGTH, Rows, Screen, copies, in_rows, press
from storage.models import OutgoingMessage

#: Minutes to choose from: five, half an hour, one hour, five, a day.
_LIFETIMES = (5, 30, 60, 300, LONGEST_TTL)
_MINUTES = re.compile(r"0*([0-9]{1,4})", re.ASCII)
TTL_OF = {Part.VIBER_TTL: Channel.VIBER, Part.SMS_TTL: Channel.SMS}


class Last(CallbackData, prefix="wl"):
    """Try so many minutes to deliver."""

    id: str
    part: Part
    minutes: Annotated[int, Field(ge=1, le=LONGEST_TTL)]


class Without(CallbackData, prefix="wo"):
    """Send it without this part."""

    id: str
    part: Part


class OneByOne(BadInput):
    text = text(
        "One recipient at a time: each message is confirmed by itself, so that nobody gets one by mistake. "
        "Send just one number."
    )


def question(draft: OutgoingMessage, part: Part, t: Texts) -> Screen:
    """What is to be typed for a part, with what can be pressed instead."""
    return Screen(_words(draft, part, t), [*_instead(draft, part, t), back(draft, t)])


def back(draft: OutgoingMessage, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Back"), Draft(id=draft.id))]


def asked_again(draft: OutgoingMessage, wrong: BadInput, t: Texts) -> Screen:
    """What was wrong; the question stays open."""
    return Screen(t.error(wrong), [back(draft, t)])


def looked_like_a_key(draft: OutgoingMessage, t: Texts, *, gone: bool, text: bool) -> Screen:
    """Why an answer was deleted, or is to be; a text that it was meant for can be told apart from a key."""
    lines = [t("That looked like a key, so I deleted your message; nothing was stored.")]
    if not gone:
        lines = [t("That looked like a key. Please delete your message; nothing was stored.")]
    lines.append(t("Keys are added with /keys."))
    if text:
        lines.append(t("If it is what the message shall say, send it again with another word beside it."))
    return Screen("\n".join(lines), [back(draft, t)])


def changes(draft: OutgoingMessage, part: Part, words: str, caption: str) -> dict[str, object]:
    """What was typed, as columns of the draft. Raises `BadInput`."""
    match part:
        case Part.RECIPIENT:
            return {"recipient": _phone(words)}
        case Part.TEXT:
            return {f"{channel}_text": words for channel in channels(draft)}
        case Part.VIBER_TEXT:
            return {"viber_text": words}
        case Part.SMS_TEXT:
            return {"sms_text": words}
        case _:
            return _extra(part, words, caption)


def _extra(part: Part, words: str, caption: str) -> dict[str, object]:
    match part:
        case Part.ADDRESS:
            return {"viber_caption": caption, "viber_url": _address(words, "https?", WrongButtonAddress)}
        case Part.IMAGE:
            return {"viber_image": _address(words, "https", WrongImageAddress)}
        case Part.VIBER_TTL | Part.SMS_TTL:
            return lasting(part, _minutes(words))
        case _:
            raise Expired


def lasting(part: Part, minutes: int) -> dict[str, object]:
    """A lifetime as a column of the draft."""
    return {f"{TTL_OF[part]}_ttl": minutes}


def without(part: Part) -> dict[str, object]:
    """A draft without a part, as columns of it."""
    columns = {
        Part.CAPTION: ("viber_caption", "viber_url"),
        Part.IMAGE: ("viber_image",),
        Part.VIBER_TEXT: ("viber_text",),
    }
    return dict.fromkeys(columns.get(part, ()), "")


def a_caption(words: str) -> str:
    """The words on a button under a Viber message. Raises `WrongCaption`."""
    caption = " ".join(words.split())
    if not 0 < len(caption) <= LONGEST_CAPTION:
        raise WrongCaption
    return caption


def _phone(words: str) -> str:
    try:
        return typed(words)
    except OneAtATime:
        raise OneByOne from None


def _address(words: str, scheme: str, wrong: type[BadInput]) -> str:
    """Only what begins like one, however large: the provider's own check comes before it is sent."""
    found = re.fullmatch(rf"({scheme})(://\S+)", words, re.IGNORECASE)
    if found is None:
        raise wrong
    return found[1].lower() + found[2]


def _minutes(words: str) -> int:
    found = _MINUTES.fullmatch(words)
    if found is None or not 1 <= int(found[1]) <= LONGEST_TTL:
        raise WrongTtl
    return int(found[1])


def _words(draft: OutgoingMessage, part: Part, t: Texts) -> str:
    match part:
        case Part.RECIPIENT:
            now = [t("Now: {recipient}", recipient=recipient(draft, t))] if draft.recipient else []
            question = t(
                "<b>Who gets it?</b>\nSend one phone number in international form, like +380501234567."
            )
            return "\n".join([question, *now])
        case Part.TEXT | Part.VIBER_TEXT | Part.SMS_TEXT:
            return _text_words(draft, part, t)
        case Part.VIBER_TTL | Part.SMS_TTL:
            return _ttl_words(draft, part, t)
        case _:
            return _extra_words(part, t)


def _text_words(draft: OutgoingMessage, part: Part, t: Texts) -> str:
    asked = channels(draft) if part is Part.TEXT else [_channel(part)]
    to = [t("✉️ To <b>{recipient}</b>", recipient=recipient(draft, t))] if draft.recipient else []
    lines = [*to, t("<b>What does the message say?</b>\nSend the text.")]
    if len(asked) > 1:
        lines.append(t("It goes over both channels; each text can be changed by itself later."))
    if Channel.SMS in asked:
        lines.append(
            t("An SMS has room for 160 plain characters, or 70 with others; a longer text costs several SMS.")
        )
    return "\n".join(lines)


def _channel(part: Part) -> Channel:
    return Channel.SMS if part is Part.SMS_TEXT else Channel.VIBER


def _ttl_words(draft: OutgoingMessage, part: Part, t: Texts) -> str:
    used, mine = channels(draft), TTL_OF[part]
    lines = [
        t("<b>For how long is delivery tried?</b>\nPress one, or send minutes from 1 to 1440."),
        t("Now: {span}", span=span(ttl_of(draft, mine), t)),
    ]
    if mine in used[:-1]:
        lines.append(t("After that the next channel has its turn."))
    return "\n".join(lines)


def _extra_words(part: Part, t: Texts) -> str:
    match part:
        case Part.CAPTION:
            return t(
                "<b>A button under the Viber message</b>\nSend what stands on it: at most 30 characters."
            )
        case Part.ADDRESS:
            return t("Send the address the button leads to, like https://example.org.")
        case Part.IMAGE:
            return t("<b>An image in the Viber message</b>\nSend its address; it begins with https://.")
        case _:
            raise Expired


def _instead(draft: OutgoingMessage, part: Part, t: Texts) -> Rows:
    """What can be pressed instead of typing."""
    if part in TTL_OF:
        choices = [press(span(each, t), Last(id=draft.id, part=part, minutes=each)) for each in _LIFETIMES]
        return in_rows(choices, 3)
    if part is Part.TEXT and channels(draft) == (Channel.VIBER,):
        return [[press(t.plain("🖼 An image instead"), Write(id=draft.id, part=Part.IMAGE))]]
    return [_copy(draft, part, t), _out(draft, part, t)]


def _copy(draft: OutgoingMessage, part: Part, t: Texts) -> list[InlineKeyboardButton]:
    """A small change needs no typing anew."""
    now = {Part.VIBER_TEXT: draft.viber_text, Part.SMS_TEXT: draft.sms_text}.get(part, "")
    return [copies(t.plain("📋 Copy the text so far"), now)] if 0 < len(now) <= COPY_LENGTH else []


def _out(draft: OutgoingMessage, part: Part, t: Texts) -> list[InlineKeyboardButton]:
    """What may be left out, where it is there."""
    parts = {
        Part.CAPTION: (draft.viber_caption, t.plain("🗑 No button")),
        Part.IMAGE: (draft.viber_image, t.plain("🗑 No image")),
        Part.VIBER_TEXT: (draft.viber_text and draft.viber_image, t.plain("🗑 No text")),
    }
    there, label = parts.get(part, ("", ""))
    return [press(label, Without(id=draft.id, part=part))] if there else []
