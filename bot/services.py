"""One name per service across providers: a *slug* made of its name, and a small table of other names.

Codes are never shared: the same two letters mean different things at different sites.
"""

import hashlib
import re

#: Longer slugs are cut, with a few letters of their hash: they travel in buttons of 64 bytes.
_SLUG_LENGTH = 20

#: How else a service is called: the name without signs and blanks, or the code of sites that give no names.
_ALSO = {
    "amazon": "am amazonaws",
    "apple": "wx appleid",
    "discord": "ds",
    "facebook": "fb facebookmeta",
    "google": "go googleyoutubegmail googleyoutube gmail googlegmailyoutube",
    "instagram": "ig instagramthreads",
    "line": "me linemessenger",
    "linkedin": "tn linkedln",
    "microsoft": "mm microsoftoutlook hotmail outlook microsoftazure",
    "mailru": "ma mailrugroup vkmailru",
    "netflix": "nf",
    "odnoklassniki": "ok okru",
    "openai": "dr openaichatgpt chatgpt",
    "paypal": "ts paypalebay",
    "signal": "bw",
    "snapchat": "fu",
    "steam": "mt",
    "telegram": "tg",
    "tiktok": "lf tiktokdouyin",
    "tinder": "oi",
    "twitter": "tw x twitterx xtwitter",
    "uber": "ub",
    "viber": "vi",
    "vk": "vkontakte vkcom",
    "wechat": "wb",
    "whatsapp": "wa",
    "yahoo": "mb",
    "yandex": "ya yandexuber",
    "avito": "av",
    "anyother": "ot other anyothers",
}
_SLUG_OF = {name: slug for slug, names in _ALSO.items() for name in names.split()}
_NICE = {
    "openai": "OpenAI",
    "tiktok": "TikTok",
    "whatsapp": "WhatsApp",
    "vk": "VK",
    "paypal": "PayPal",
    "linkedin": "LinkedIn",
    "wechat": "WeChat",
    "mailru": "Mail.ru",
    "anyother": "Any other",
}

#: What most people come for, in this order.
POPULAR = (
    "telegram",
    "whatsapp",
    "google",
    "instagram",
    "facebook",
    "tiktok",
    "openai",
    "twitter",
    "discord",
    "microsoft",
    "amazon",
    "viber",
    "vk",
    "uber",
    "tinder",
    "wechat",
    "line",
    "netflix",
    "steam",
    "paypal",
    "snapchat",
    "apple",
    "signal",
)


def slug(name: str) -> str:
    """A service's name as it travels in buttons: `[a-z0-9]`, 20 at the most, the same for every provider."""
    bare = re.sub(r"[^a-z0-9]", "", name.casefold())
    known = _SLUG_OF.get(bare, bare)
    if known and len(known) <= _SLUG_LENGTH:
        return known
    return bare[: _SLUG_LENGTH - 8] + hashlib.sha256(name.encode()).hexdigest()[:8]


def nice_name(slug_: str, name: str) -> str:
    """How a service is shown: the well-known ones always alike, others as their provider writes them."""
    if slug_ in _ALSO:
        return _NICE.get(slug_, slug_.capitalize())
    return name.strip()
